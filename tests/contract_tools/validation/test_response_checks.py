"""What differs from the contract in a response is found, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mockrevio.contract.validation.validation import Validation
from tests.contract_tools.record.common import proxying
from tests.contract_tools.scripted import Reply, scripted
from tests.contract_tools.validation.common import Checked
from tests.support import LINK

RECORD = {
    "integration_key_link_id": 1,
    **LINK,
    "created_date": "2026-01-05T09:30:00.000",
    "created_by": 1001,
}
PAGE: dict[str, Any] = {"ok": True, "has_more": False, "record_count": 1, "records": [RECORD]}


def planted(**changes: Any) -> dict[str, Any]:
    """The page with a change of its record, or without a field of it if the change is None."""
    page = copy.deepcopy(PAGE)
    record = page["records"][0] | changes
    page["records"] = [{name: value for name, value in record.items() if value is not None}]
    return page


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        (Reply(body=PAGE), None),
        (Reply(418, PAGE), "violation: {op}: response: status 418: is not documented"),
        (
            Reply(body=planted(new_field={"x": 1})),
            "note: {op} 200: response: body records[].new_field: is no field of the contract",
        ),
        (
            Reply(body=planted(external_id=4)),
            "violation: {op} 200: response: body records[].external_id: is integer, not string",
        ),
        (
            Reply(body=planted(created_date="05.01.2026")),
            "violation: {op} 200: response: body records[].created_date: does not have the documented form",
        ),
        (
            Reply(body=planted(integration_key_link_id=None)),
            "violation: {op} 200: response: body records[].integration_key_link_id: is missing",
        ),
        (
            Reply(body={name: value for name, value in PAGE.items() if name != "has_more"}),
            "violation: {op} 200: response: body has_more: is missing",
        ),
        (Reply(body=[PAGE]), "violation: {op} 200: response: body: is array, not object"),
        (
            Reply(500, {"Message": "An error has occurred."}),
            "violation: {op} 500: response: body ok: is missing",
        ),
        (
            Reply(body=PAGE, headers={"Content-Type": "text/html"}),
            "violation: {op} 200: response: header Content-Type: is text/html, not application/json",
        ),
        (Reply(), "violation: {op} 200: response: body: is not JSON"),
    ],
)
def test_what_differs_in_a_response_is_found(reply: Reply, finding: str | None) -> None:
    reply.headers.setdefault("Content-Type", "application/json")
    validation = Validation(None)
    with scripted(reply) as service, proxying(service.url, validation) as client:
        client.get("/v1/IntegrationKeyLink?internal_id=4711")
        client.get("/v1/IntegrationKeyLink?internal_id=4712")
    findings = Checked(client, validation).findings
    expected = finding and finding.format(op="GET /v1/IntegrationKeyLink")
    assert expected in findings if finding else findings == []
    if finding and "500" not in finding:
        assert [line for line in validation.summary() if " x " in line] == [f"2 x {expected}"]


def test_a_missing_location_is_found() -> None:
    reply = Reply(201, {"ok": True, "id": 7}, {"Content-Type": "application/json"})
    validation = Validation(None)
    with scripted(reply) as service, proxying(service.url, validation) as client:
        client.post("/v1/IntegrationKeyLink", json=LINK)
    assert Checked(client, validation).findings == [
        "violation: POST /v1/IntegrationKeyLink 201: response: header Location: is missing"
    ]
