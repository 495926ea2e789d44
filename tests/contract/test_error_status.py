"""The status of errors that nobody knows: `--error-status RULE=STATUS`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio.revio.behaviours import BEHAVIOURS
from mockrevio.settings.kinds import ERROR_STATUS_RULES
from tests.support import LINK, Client, serving

LINKS = "/v1/IntegrationKeyLink"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A server on which two rules have other statuses."""
    with serving(error_status=("link.duplicate=409", "body.required=422")) as client:
        client.link()
        yield client


def test_an_error_of_the_rule_has_the_status_and_its_usual_body(client: Client) -> None:
    duplicate = client.post(LINKS, json=LINK)
    assert (duplicate.status_code, duplicate.reason) == (409, "Conflict")
    assert duplicate.json()[0]["error"] == "duplicate"
    incomplete = client.post("/v1/Notes", json={})
    assert (incomplete.status_code, incomplete.json()[0]["error"]) == (422, "required")


def test_other_errors_and_successes_keep_theirs(client: Client) -> None:
    assert client.post(LINKS, json={**LINK, "internal_id": 999999}).status_code == 400
    assert client.get(f"{LINKS}/99").status_code == 404
    assert client.get(LINKS).status_code == 200


def test_it_can_be_changed_at_run_time() -> None:
    with serving() as client:
        client.link()
        client.patch("/__admin/settings", json={"error_status": ["link.duplicate=404"]}).raise_for_status()
        assert client.post(LINKS, json=LINK).status_code == 404
        client.patch("/__admin/settings", json={"error_status": None}).raise_for_status()
        assert client.post(LINKS, json=LINK).status_code == 400


def test_each_of_these_rules_exists() -> None:
    assert set(ERROR_STATUS_RULES) <= BEHAVIOURS.keys()
