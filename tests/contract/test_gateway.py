"""The gateway in front of Rev.io: subscription key, rate limit and quota, in its own order and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.support import LINK, Client, serving

STATUS = "/v1/SystemStatus"
KEY = "Ocp-Apim-Subscription-Key"
NOON = "2030-01-02T12:00:00"


@contextmanager
def limited(client: Client, **settings: Any) -> Iterator[None]:
    """The settings of the gateway, and the mock clock frozen at noon."""
    client.put("/__admin/clock", json={"now": NOON})
    assert client.patch("/__admin/settings", json=settings).status_code == 200
    yield


def advance(client: Client, duration: str) -> None:
    assert client.put("/__admin/clock", json={"advance": duration}).status_code == 200


def statuses(client: Client, count: int, **options: Any) -> list[int]:
    return [client.get(STATUS, **options).status_code for _ in range(count)]


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
    assert "does not know this subscription key" in response.headers["X-Mock-Explain"]


# The rate limit.


def test_a_429_gives_the_same_wait_in_message_and_header(client: Client) -> None:
    with limited(client, rate_limit="3/60"):
        assert statuses(client, 3) == [200] * 3
        advance(client, "33.5s")
        response = client.get(STATUS)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "27")
    assert response.json() == {
        "statusCode": 429,
        "message": "Rate limit is exceeded. Try again in 27 seconds.",
    }
    explain = response.headers["X-Mock-Explain"]
    assert explain.startswith("the gateway's rate limit (3/60, --rate-limit) is used up; ")
    assert "the mock clock is frozen" in explain


def test_the_explanation_mentions_only_a_frozen_clock(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        client.put("/__admin/clock", json={"frozen": False})
        assert statuses(client, 1) == [200]
        response = client.get(STATUS)

    assert response.status_code == 429
    assert "frozen" not in response.headers["X-Mock-Explain"]


def test_the_window_slides(client: Client) -> None:
    with limited(client, rate_limit="2/60"):
        found = statuses(client, 1)
        advance(client, "40s")
        found += statuses(client, 2)  # the second is refused only if the window holds both
        advance(client, "20s")
        found += statuses(client, 2)
        advance(client, "40s")
        found += statuses(client, 1)

    assert found == [200, 200, 429, 200, 429, 200]


def test_rejected_requests_do_not_count(client: Client) -> None:
    with limited(client, rate_limit="1/10"):
        assert statuses(client, 6) == [200] + [429] * 5
        advance(client, "10s")
        assert statuses(client, 2) == [200, 429]


def test_waiting_as_long_as_retry_after_says_is_enough(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        client.put("/__admin/clock", json={"now": "2030-01-02T12:00:00.123457"})
        for _ in range(20):
            assert client.get(STATUS).status_code == 200
            advance(client, "0.000001s")
            wait = client.get(STATUS).headers["Retry-After"]
            assert wait == "60"
            advance(client, f"{wait}s")


def test_the_retry_loop_of_a_real_client_succeeds(client: Client) -> None:
    slept = []
    with limited(client, rate_limit="5/60"):
        for number in range(12):
            link = {**LINK, "external_id": f"x{number}"}
            while (response := client.post("/v1/IntegrationKeyLink", json=link)).status_code == 429:
                found = re.search(r"\d+", response.json()["message"])
                assert found is not None
                slept.append(int(found.group()) + 1)  # C: the first number in the message, plus one
                advance(client, f"{slept[-1]}s")
            assert response.status_code == 201

    assert slept == [61, 61]


def test_the_limit_is_exact_under_sixteen_clients(client: Client) -> None:
    with limited(client, rate_limit="100/60"), ThreadPoolExecutor(16) as pool:

        def call(_: int) -> list[int]:
            with Client(client.url) as own:
                return statuses(own, 20)

        found = [status for each in pool.map(call, range(16)) for status in each]

    assert (found.count(200), found.count(429)) == (100, 220)


def test_accounts_are_counted_separately(client: Client) -> None:
    with limited(client, rate_limit="1/60", auth="off"):
        found = [
            client.get(STATUS, auth=auth).status_code
            for auth in [("a@one", "x"), ("a@two", "x"), ("b@one", "x"), ("a@two", "x")]
        ]
        nobody = [requests.get(client.url + STATUS, timeout=5).status_code for _ in range(2)]

    assert found == [200, 200, 429, 429]
    assert nobody == [200, 429]


def test_setting_the_clock_back_discards_later_requests(client: Client) -> None:
    with limited(client, rate_limit="1/60"):
        assert statuses(client, 1) == [200]
        client.put("/__admin/clock", json={"now": "2029-01-01T00:00:00"})
        assert statuses(client, 2) == [200, 429]


def test_a_reset_clears_the_counts(client: Client) -> None:
    with limited(client, rate_limit="1/60", quota="1/60"):
        assert statuses(client, 2) == [200, 429]
        client.post("/__admin/reset")
    with limited(client, rate_limit="1/60", quota="1/60"):
        assert statuses(client, 1) == [200]


def test_null_turns_the_limits_off(client: Client) -> None:
    with limited(client, rate_limit="1/60", quota="1/60", subscription_key="k"):
        assert statuses(client, 1) == [401]
        client.patch("/__admin/settings", json={"rate_limit": None, "quota": None, "subscription_key": None})
        assert statuses(client, 3) == [200] * 3


# The quota.


def test_a_request_over_the_quota_is_403_with_the_remaining_time(client: Client) -> None:
    with limited(client, quota="2/86400"):
        assert statuses(client, 2) == [200, 200]
        advance(client, "77330.2s")
        response = client.get(STATUS)
        assert (response.status_code, response.headers["Retry-After"]) == (403, "9070")
        assert response.json() == {
            "statusCode": 403,
            "message": "Out of call volume quota. Quota will be replenished in 02:31:10.",
        }
        assert "(2/86400, --quota) is used up; the mock clock is frozen" in response.headers["X-Mock-Explain"]


def test_the_whole_quota_is_replenished_when_its_period_ends(client: Client) -> None:
    with limited(client, quota="2/3600"):
        found = statuses(client, 1)
        advance(client, "50m")
        found += statuses(client, 2)
        advance(client, "10m")
        found += statuses(client, 3)

    assert found == [200, 200, 403, 200, 200, 403]


def test_rate_limited_requests_do_not_use_up_the_quota(client: Client) -> None:
    with limited(client, rate_limit="1/10", quota="3/86400"):
        found = []
        for _ in range(4):
            found += statuses(client, 3)
            advance(client, "10s")

    assert found == [200, 429, 429] * 3 + [403] * 3


# Its place among the others.


def test_the_gateway_checks_come_before_the_api_in_their_own_order(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"status": 418}})
    wrong = ("nobody", "x")  # no client code
    with limited(client, subscription_key="k", rate_limit="2/60", quota="1/3600"):

        def heard(key: str | None, auth: tuple[str, str]) -> tuple[int, str]:
            response = client.get(STATUS, auth=auth, headers={} if key is None else {KEY: key})
            return response.status_code, response.text

        missing = heard(None, wrong)
        unknown = heard("x", wrong)
        unauthorized = heard("k", wrong)  # counts
        quota = heard("k", wrong)
        fault = heard("k", ("me@acme", "x"))
        client.patch("/__admin/settings", json={"rate_limit": "1/60"})
        rate = heard("k", ("me@acme", "x"))

    assert "missing subscription key" in missing[1]
    assert "invalid subscription key" in unknown[1]
    assert [each[0] for each in (unauthorized, quota, fault, rate)] == [401, 403, 418, 429]
    assert unauthorized[1].startswith("[")


def test_permissions_are_checked_after_the_gateway_and_before_faults() -> None:
    from mockrevio.settings.kinds import parse_credential

    with serving(credentials=(parse_credential("me@acme:pw:GET"),)) as client:
        client.auth = ("me@acme", "pw")
        client.post("/__admin/faults", json={"effect": {"status": 418}})
        with limited(client, rate_limit="2/60"):
            found = [client.post(STATUS).status_code, client.get(STATUS).status_code]
            found += [client.post(STATUS).status_code]

    assert found == [403, 418, 429]


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
        assert "key_links" not in {k for k, v in client.get("/__admin/state").json().items() if v}


def test_the_command_line_sets_the_limits() -> None:
    from mockrevio.quantities import Limit

    with serving(rate_limit=Limit.read("2/60"), quota=Limit.read("9/60"), subscription_key=("k",)) as client:
        assert statuses(client, 3, headers={KEY: "k"}) == [200, 200, 429]
        assert client.get("/__admin/settings").json()["rate_limit"] == "2/60"


def test_each_world_counts_separately() -> None:
    from mockrevio.quantities import Limit

    with serving(isolate_clients=True, rate_limit=Limit.read("1/60")) as client:
        found = [client.get(STATUS, auth=(f"a@{code}", "x")).status_code for code in ("a", "b", "a")]
        client.patch("/__admin/settings?client=a", json={"rate_limit": None})
        found += [client.get(STATUS, auth=(f"a@{code}", "x")).status_code for code in ("a", "b")]

    assert found == [200, 200, 429, 200, 429]
