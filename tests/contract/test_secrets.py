"""Secrets in calls and settings: compared, and shown nowhere."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mockrevio.testing.handle import MockRevio
from tests.contract.raw import basic
from tests.support import Client

SECRET = "hunter2s3cr3t"  # noqa: S105 (not a real secret)
BASIC = basic("tester@acme", SECRET)
SYSTEMS = "/v1/IntegrationSystem"


def call(base_url: str, **more_headers: str) -> requests.Response:
    """A call with a secret wherever one may be."""
    headers = {
        "Authorization": BASIC,
        "Cookie": f"sid={SECRET}",
        "Ocp-Apim-Subscription-Key": SECRET,
        "X-Api-Key": SECRET,
        "Referer": f"http://me:{SECRET}@app.test/?subscription-key={SECRET}",
        **more_headers,
    }
    params = {"subscription-key": SECRET, "access_token": SECRET}
    return requests.get(base_url + SYSTEMS, headers=headers, params=params, timeout=30)


def assert_hidden(text: str) -> None:
    """No secret is in a text, in any form that it was sent in."""
    assert SECRET not in text
    assert BASIC.removeprefix("Basic ") not in text


@pytest.mark.parametrize(
    "match",
    [
        {"headers": {"authorization": "x"}},
        {"headers": {"cookie": None, "ocp-apim-subscription-key": ["a", "b"], "x-api-key": "c"}},
        {"headers": {"referer": "http://app.test/*"}},
        {"query": {"subscription-key": "x", "access_token": "y"}},
        {"not": {"path": SYSTEMS}},
    ],
)
def test_a_rule_that_did_not_match_does_not_show_the_secrets_of_the_call(
    client: Client, match: dict[str, Any]
) -> None:
    client.post("/__admin/faults", json={"match": match, "effect": {"status": 503}}).raise_for_status()
    call(client.url)
    shown = client.get("/__admin/faults").text
    assert_hidden(shown)
    assert "***" in shown or "not" in match


def test_a_failed_check_does_not_show_the_secrets_of_the_call() -> None:
    match = {"headers": {"authorization": "x", "referer": "y"}, "query": {"subscription-key": "z"}}
    with MockRevio() as revio:
        revio.faults.add(match=match, effect={"status": 503})
        call(revio.base_url)
        for check in (revio.check, lambda: revio.assert_called(match=match)):
            with pytest.raises(AssertionError) as caught:
                check()
            assert "headers.authorization is Basic ***" in str(caught.value)
            assert_hidden(str(caught.value))
