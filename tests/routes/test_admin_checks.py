"""`/check`: what a test should fail for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.common import assert_error
from tests.support import AUTH, LINK, Client, serving

CHECK = "/__admin/check"


def check(client: Client, **options: object) -> dict[str, Any]:
    response = client.post(CHECK, json=options)
    response.raise_for_status()
    checked: dict[str, Any] = response.json()
    return checked


def call(client: Client, path: str, **options: Any) -> None:
    client.get(path, auth=AUTH, **options)


def test_nothing_more_than_asked_for_is_checked(client: Client) -> None:
    call(client, "/v1/Custmers")
    checked = check(client)
    assert checked["reliance"] == {"calls": 1, "relying": 0, "rules": {}}
    assert checked.keys() == {"faults", "requests", "reliance"}
    assert client.get(CHECK).json().keys() == {"faults", "requests"}


def test_unexpected_errors_leave_out_faults_and_what_is_allowed(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"status": 404}, "when": {"times": 1}})
    for path in ("/v1/SystemStatus", "/v1/Custmers", "/v1/Agents/9", "/v1/Agents"):
        call(client, path)
    found = check(client, strict="calls")["unexpected"]
    assert [call["path"] for call in found["requests"]] == ["/v1/Custmers", "/v1/Agents/9"]
    assert found["count"] == 2
    allowed = [{"path": "/v1/Agents/*", "not": {"method": "POST"}}]
    found = check(client, strict="all", allow_errors=allowed)["unexpected"]
    assert [call["path"] for call in found["requests"]] == ["/v1/Custmers"]
    assert check(client, strict="calls", allow_errors=[{}])["unexpected"]["count"] == 0


def test_reliance_counts_calls_and_rules_until_the_reset(client: Client) -> None:
    for _ in range(3):
        client.post("/v1/IntegrationKeyLink/", json=LINK, auth=AUTH)
    rules = {"link.duplicate": 2, "path.trailing_slash": 3}
    checked = check(client, strict="assumed", allow_assumed=["path.*"])
    assert checked["reliance"] == {"calls": 3, "relying": 3, "rules": rules}
    assert checked["assumed"] == {"calls": 3, "relying": 2, "rules": {"link.duplicate": 2}}
    assert client.post("/__admin/reset").json()["reliance"] == checked["reliance"]
    assert check(client)["reliance"]["calls"] == 0


def test_the_last_calls_are_listed_in_short_without_secrets(client: Client) -> None:
    for number in range(1, 6):
        call(
            client, f"/v1/Agents?page={number}&subscription-key=hush", headers={"X-Mock-Fault": "status=503"}
        )
    last = check(client, last=2, after=1)["last"]
    assert (last["count"], last["omitted"]) == (5, 2)
    assert [call["query"] for call in last["requests"]] == [
        f"page={number}&subscription-key=***" for number in (4, 5)
    ]
    assert last["requests"][0]["codes"] == ["server_error"]
    assert last["requests"][0]["fault"] == "X-Mock-Fault"
    assert check(client, last=20, after=5)["last"] == {"count": 5, "omitted": 0, "requests": []}


def test_entries_dropped_from_the_log_are_counted() -> None:
    with serving(log_size=1) as client:
        for _ in range(3):
            call(client, "/v1/Agents")
        assert check(client, strict="calls")["unexpected"]["evicted"] == 2
        last = check(client, last=5)["last"]
        assert (last["count"], last["omitted"], len(last["requests"])) == (3, 2, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strict": "cals"}, "body.strict: must be one of off, calls, assumed, all, not 'cals'"),
        ({"allow_errors": 404}, "body.allow_errors: must be a list, not 404"),
        ({"strict": "calls", "allow_errors": [{"stauts": 404}]}, "body.allow_errors[0].stauts: unk"),
        ({"allow_assumed": ["link.duplicat"]}, "'link.duplicat' is no assumed rule; did you mean"),
        ({"allow_assumed": ["auth.*"]}, "'auth.*': auth.basic is documented, not assumed"),
        ({"last": 101}, "body.last: must be a whole number from 0 to 100, not 101"),
        ({"lst": 1}, "body.lst: unknown"),
    ],
)  # fmt: skip
def test_invalid_options_are_named(client: Client, options: dict[str, object], message: str) -> None:
    assert message in assert_error(client.post(CHECK, json=options), 400, "invalid")
