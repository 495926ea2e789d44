"""The gateway in front of Rev.io: the subscription key, and the order of the checks."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.quantities import Limit
from mockrevio.settings import hash_secret
from mockrevio.settings.kinds import parse_credential
from tests.contract.common import STATUS, limited, statuses
from tests.support import LINK, Client, serving

KEY = "Ocp-Apim-Subscription-Key"


# The subscription key.


@pytest.mark.parametrize("name", [KEY, KEY.lower(), KEY.upper()])
def test_a_known_key_in_the_header_is_accepted(client: Client, name: str) -> None:
    with limited(client, subscription_key=["k1", "k2"]):
        assert client.get(STATUS, headers={name: "k2"}).status_code == 200


@pytest.mark.parametrize("name", ["subscription-key", "Subscription-Key", "SUBSCRIPTION-KEY"])
def test_a_known_key_in_the_query_is_accepted(client: Client, name: str) -> None:
    with limited(client, subscription_key="k 1&"):
        assert client.get(STATUS, params={"page": "1", name: "k 1&"}).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"headers": {KEY: ""}}, {"params": {"subscription-key": ""}}])
def test_a_missing_key_is_rejected(client: Client, sent: dict[str, Any]) -> None:
    with limited(client, subscription_key="k1"):
        response = client.get(STATUS, **sent)

    assert (response.status_code, response.json()) == (
        401,
        {
            "statusCode": 401,
            "message": "Access denied due to missing subscription key. "
            "Make sure to include subscription key when making requests to an API.",
        },
    )
    assert "WWW-Authenticate" not in response.headers
    assert "the gateway found no subscription key" in response.headers["X-Mock-Explain"]


@pytest.mark.parametrize("sent", [{"headers": {KEY: "K1"}}, {"params": {"subscription-key": "other"}}])
def test_an_unknown_key_is_rejected(client: Client, sent: dict[str, Any]) -> None:
    with limited(client, subscription_key="k1"):
        response = client.get(STATUS, **sent)

    assert (response.status_code, response.json()) == (
        401,
        {
            "statusCode": 401,
            "message": "Access denied due to invalid subscription key. "
            "Make sure to provide a valid key for an active subscription.",
        },
    )
    assert (
        "does not know this subscription key; send one of the keys set with --subscription-key"
        in response.headers["X-Mock-Explain"]
    )


# The order of checks.


def test_the_gateway_checks_come_before_the_api_in_their_own_order(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"status": 418}})
    wrong = ("nobody", "x")  # without a client code
    with limited(client, subscription_key="k", rate_limit="2/60", quota="1/3600"):

        def send(key: str | None, auth: tuple[str, str]) -> tuple[int, str]:
            response = client.get(STATUS, auth=auth, headers={} if key is None else {KEY: key})
            return response.status_code, response.text

        missing = send(None, wrong)
        unknown = send("x", wrong)
        unauthorized = send("k", wrong)  # counts
        quota = send("k", wrong)
        fault = send("k", ("me@acme", "x"))
        client.patch("/__admin/settings", json={"rate_limit": "1/60"})
        rate_limit = send("k", ("me@acme", "x"))

    assert "missing subscription key" in missing[1]
    assert "invalid subscription key" in unknown[1]
    assert [status for status, _ in (unauthorized, quota, fault, rate_limit)] == [401, 403, 418, 429]
    assert unauthorized[1].startswith("[")


def test_permissions_are_checked_after_the_gateway_and_before_faults() -> None:
    with serving(credentials=(parse_credential("me@acme:pw:GET"),)) as client:
        client.auth = ("me@acme", "pw")
        client.post("/__admin/faults", json={"effect": {"status": 418}})
        with limited(client, rate_limit="2/60"):
            received = [client.post(STATUS).status_code, client.get(STATUS).status_code]
            received += [client.post(STATUS).status_code]

    assert received == [403, 418, 429]


def test_gateway_errors_are_plain_objects_whatever_the_error_shape(client: Client) -> None:
    for shape in ("array", "object"):
        with limited(client, error_shape=shape, subscription_key="k"):
            assert set(client.get(STATUS).json()) == {"statusCode", "message"}


def test_the_admin_api_is_exempt(client: Client) -> None:
    with limited(client, subscription_key="k", rate_limit="1/60", quota="1/60"):
        assert [client.get("/__admin/health").status_code for _ in range(5)] == [200] * 5
        assert statuses(client, 1, headers={KEY: "k"}) == [200]


def test_a_rejected_write_does_not_happen_and_head_counts(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        assert client.head(STATUS).status_code == 200
        assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 429
        assert "key_links" not in {
            part for part, records in client.get("/__admin/state").json().items() if records
        }


def test_the_command_line_sets_the_limits() -> None:
    with serving(
        rate_limit=Limit.parse("2/60"), quota=Limit.parse("9/60"), subscription_key=(hash_secret("k"),)
    ) as client:
        assert statuses(client, 3, headers={KEY: "k"}) == [200, 200, 429]
        assert client.get("/__admin/settings").json()["rate_limit"] == "2/60"


def test_each_world_counts_separately() -> None:
    with serving(isolate_clients=True, rate_limit=Limit.parse("1/60")) as client:
        received = [client.get(STATUS, auth=(f"a@{code}", "x")).status_code for code in ("a", "b", "a")]
        client.patch("/__admin/settings?client=a", json={"rate_limit": None})
        received += [client.get(STATUS, auth=(f"a@{code}", "x")).status_code for code in ("a", "b")]

    assert received == [200, 200, 429, 200, 429]
