"""What differs from the contract in a request is found; what Rev.io takes all the same is a note."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockrevio.contract.validation.validation import HEADER
from tests.contract_tools.validation.common import PATCH, Checked
from tests.support import LINK


@pytest.mark.parametrize(
    ("method", "target", "options", "finding"),
    [
        (
            "GET",
            "/v1/Nothing/7",
            {},
            "violation: GET /v1/Nothing/{id}: request: path: is not in the contract",
        ),
        (
            "PATCH",
            "/v1/IntegrationKeyLink/1",
            {"json": []},
            (
                "violation: PATCH /v1/IntegrationKeyLink/{integration_key_link_id}: request: method: "
                "is not in the contract"
            ),
        ),
        (
            "GET",
            "/v1/Customers/x",
            {},
            "violation: GET /v1/Customers/{customer_id}: request: path customer_id: is string, not integer",
        ),
        (
            "GET",
            "/v1/Customers?SEARCH.Page=x",
            {},
            "violation: GET /v1/Customers: request: query page: is string, not integer",
        ),
        (
            "GET",
            "/v1/Customers?page=0",
            {},
            "violation: GET /v1/Customers: request: query page: is too small",
        ),
        (
            "GET",
            "/v1/Customers?page_size=0",
            {},
            "violation: GET /v1/Customers: request: query page_size: is too small",
        ),
        (
            "GET",
            "/v1/Customers?page_size=1000",
            {},
            "note: GET /v1/Customers: request: query page_size: is too large",
        ),
        (
            "GET",
            "/v1/Customers?nickname=x&status=",
            {},
            "note: GET /v1/Customers: request: query nickname: is no parameter of this operation",
        ),
        (
            "GET",
            "/v1/Customers?customer_id=1001&customer_id=x",
            {},
            "violation: GET /v1/Customers: request: query customer_id: is string, not integer",
        ),
        (
            "GET",
            "/v1/Customers?created_date_start=soon",
            {},
            (
                "violation: GET /v1/Customers: request: query created_date_start: "
                "does not have the documented form"
            ),
        ),
        (
            "GET",
            "/v1/SystemStatus",
            {"auth": ("nobody", "x")},
            (
                "violation: GET /v1/SystemStatus: request: header Authorization: "
                "is not login@clientcode:password in the Basic scheme"
            ),
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"json": {name: value for name, value in LINK.items() if name != "external_id"}},
            "violation: POST /v1/IntegrationKeyLink: request: body external_id: is missing",
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"json": {**LINK, "internal_id": "x"}},
            "violation: POST /v1/IntegrationKeyLink: request: body internal_id: is string, not integer",
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"json": {**LINK, "external_id": "text-4", "Internal_ID": "1015", "internal_id": "1015"}},
            (
                "note: POST /v1/IntegrationKeyLink: request: body internal_id: "
                "is string, not integer, and converted"
            ),
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"json": {**LINK, "external_id": 4711}},
            (
                "note: POST /v1/IntegrationKeyLink: request: body external_id: "
                "is integer, not string, and converted"
            ),
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"json": {**LINK, "external_id": "unknown", "other": 1}},
            (
                "note: POST /v1/IntegrationKeyLink: request: body other: "
                "is no field of this operation, and ignored"
            ),
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"data": b'{"external_id": ', "headers": {"Content-Type": "application/json"}},
            "violation: POST /v1/IntegrationKeyLink: request: body: is neither JSON nor a form",
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {"data": b"<a/>", "headers": {"Content-Type": "application/xml"}},
            (
                "violation: POST /v1/IntegrationKeyLink: request: header Content-Type: "
                "is none of application/json, text/json, application/x-www-form-urlencoded"
            ),
        ),
        (
            "POST",
            "/v1/IntegrationKeyLink",
            {},
            "violation: POST /v1/IntegrationKeyLink: request: body: is missing",
        ),
        (
            "POST",
            "/v1/Notes",
            {"json": {"body": "x"}},
            (
                "violation: POST /v1/Notes: request: body: "
                "one of customer_id, order_id, request_id, task_id is required"
            ),
        ),
        (
            "PATCH",
            "/v1/Customers/1001",
            {"json": [{"op": "replace", "path": "status", "value": "CLOSED"}]},
            (
                "note: PATCH /v1/Customers/{customer_id}: request: header Content-Type: "
                "is none of application/json-patch+json"
            ),
        ),
        (
            "PATCH",
            "/v1/Customers/1001",
            {"json": [{"op": "jump", "path": "status"}], "headers": PATCH},
            (
                "violation: PATCH /v1/Customers/{customer_id}: request: body [].op: "
                "is none of the documented values"
            ),
        ),
    ],
)
def test_what_differs_in_a_request_is_found(
    checked: Checked, method: str, target: str, options: dict[str, Any], finding: str
) -> None:
    response = checked.client.request(method, target, **options)
    assert checked.findings == [finding]
    is_violation = finding.startswith("violation")
    assert checked.validation.status == int(is_violation)
    assert (HEADER in response.headers) == is_violation
    if is_violation:
        (listed,) = json.loads(response.headers[HEADER])
        assert finding.endswith(f"{listed['side']}: {listed['place']}: {listed['message']}")
