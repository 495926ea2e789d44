"""What a recording has: the records as they were last seen, nothing secret, no personal data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.contract.personal_data import KeptPersonalData
from mockrevio.contract.record.recording import Recording
from tests.contract_tools.record.common import proxying, raw_service
from tests.contract_tools.record.recordings import cases_of, fixture_of, recording
from tests.contract_tools.scripted import Reply, scripted
from tests.support import LINK, Client, serving


@pytest.fixture(scope="module")
def mock() -> Iterator[Client]:
    with serving() as client:
        yield client


def test_a_mock_with_the_fixture_answers_like_the_service(mock: Client, tmp_path: Path) -> None:
    reads = [
        "/v1/IntegrationSystem?page_size=500",
        "/v1/IntegrationEntityType?page_size=500",
        "/v1/IntegrationKeyLink",
        "/v1/Customers?page_size=500",
        "/v1/Customers/1003",
        "/v1/BillProfiles?page_size=500",
        "/v1/OrderServices?page_size=500",
        "/v1/Users?page_size=500",
    ]
    with recording(mock, tmp_path) as (proxied, _):
        proxied.link()
        seen = {target: proxied.get(target).json() for target in reads}
    with serving(fixture=(str(tmp_path / "fixture.json"),)) as again:
        for target in reads:
            assert again.get(target).json() == seen[target]


SYSTEMS = """{"schema": 1,
 "integration_systems": [{"integration_system_id": 71, "system_name": "SALESFORCE"}],
 "integration_entity_types": [{"integration_entity_type_id": 52, "entity_type_name": "CUSTOMER"}],
 "entities": {"CUSTOMER": [{"customer_id": 9001}]}}"""


def test_a_tenant_that_differs_in_all_that_can_differ(tmp_path: Path) -> None:
    """Other ids, other names, other forms, failing at times: a mock with the fixture is like it."""
    fixture = tmp_path / "tenant.json"
    fixture.write_text(SYSTEMS, "utf-8")
    switches = {
        "fixture": (str(fixture),),
        "links": "self",
        "unset_dates": "sentinel",
        "key_link_id": "link_id",
        "error_shape": "object",
        "server_headers": "iis",
    }
    reads = ["IntegrationSystem", "IntegrationEntityType", "IntegrationKeyLink", "Customers/9001"]
    link = {**LINK, "integration_system_id": 71, "integration_entity_type_id": 52, "internal_id": 9001}
    folder = tmp_path / "recording"
    folder.mkdir()
    output = Recording(folder, KeptPersonalData())
    with serving(**switches) as tenant, proxying(tenant.url, output) as proxied:
        assert proxied.post("/v1/IntegrationKeyLink", json=link).status_code == 201
        for fault in ("status=503", "connection=reset", "connection=truncate", "preset=rate_limited"):
            proxied.get("/v1/Customers/9001", headers={"X-Mock-Fault": fault})
        seen = {path: proxied.get(f"/v1/{path}").text.replace(tenant.url, "") for path in reads}
    output.save()
    with serving(fixture=(str(folder / "fixture.json"),)) as again:
        for path in reads:
            assert again.get(f"/v1/{path}").text.replace(again.url, "") == seen[path]


def test_records_are_as_they_were_last_seen(mock: Client, tmp_path: Path) -> None:
    with recording(mock, tmp_path) as (proxied, _):
        link = proxied.link()
        proxied.put(f"/v1/IntegrationKeyLink/{link}", json={**LINK, "External_Id": "changed"})
        removed = proxied.link(external_id="removed")
        proxied.delete(f"/v1/IntegrationKeyLink/{removed}")
        note = proxied.post("/v1/Notes", json={"customer_id": "1001", "body": "new", "unknown": 1}).json()[
            "id"
        ]
        proxied.get("/v1/Customers/1001")
        proxied.patch("/v1/Customers/1001", json=[{"op": "replace", "path": "status", "value": "CLOSED"}])
        proxied.get("/v1/Contacts/1001")
        mock.delete("/v1/Contacts/1001")
        proxied.get("/v1/Contacts/1001")
        proxied.post("/v1/IntegrationKeyLink", json={})  # rejected
    document = fixture_of(tmp_path)
    assert [(each["integration_key_link_id"], each["external_id"]) for each in document["key_links"]] == [
        (link, "changed")
    ]
    assert document["records"]["Notes"] == [{"note_id": note, "customer_id": 1001, "body": "new"}]
    assert document["entities"]["CUSTOMER"][0]["status"] == "CLOSED"
    assert document["entities"]["CONTACT"] == []


def test_each_client_code_has_its_own_fixture(mock: Client, tmp_path: Path) -> None:
    with recording(mock, tmp_path) as (proxied, output):
        proxied.get("/v1/Customers/1001")
        output.save()
        assert fixture_of(tmp_path)["entities"]["CUSTOMER"][0]["customer_id"] == 1001
        proxied.get("/v1/Customers/1002", auth=("me@mail.example@Globex", "x"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cases.json",
        "fixture.%47lobex.json",
        "fixture.acme.json",
    ]
    for name, customer in (("acme", 1001), ("%47lobex", 1002)):
        (record,) = fixture_of(tmp_path, f"fixture.{name}.json")["entities"]["CUSTOMER"]
        assert record["customer_id"] == customer


def test_what_no_fixture_can_have_is_left_out(tmp_path: Path) -> None:
    """What the service shows differs from what the mock knows: only what fits is kept."""
    page = {
        "ok": True,
        "has_more": False,
        "record_count": 3,
        "records": [
            {"customer_id": 7, "status": 4, "agent_id": "x", "email": "a@b.test", "new_field": {"x": [1]}},
            {"customer_id": "none"},
            {"customer_id": 2**40},
        ],
    }
    output = Recording(tmp_path, KeptPersonalData())
    with scripted(Reply(body=page)) as service, proxying(service.url, output) as proxied:
        proxied.get("/v1/Customers")
    output.save()
    (record,) = fixture_of(tmp_path)["entities"]["CUSTOMER"]
    assert {name: value for name, value in record.items() if value is not None} == {
        "customer_id": 7,
        "status": "4",
        "email": "a@b.test",
        "new_field": {"x": [1]},
    }
    assert "left out of the fixture: 4 values or records that it cannot have" in list(output.summary())


def test_the_fixture_has_the_settings_that_the_records_show(tmp_path: Path) -> None:
    link = {"key_link_id": 3, **LINK, "created_date": "0001-01-01T00:00:00", "created_by": None}
    page = {"ok": True, "has_more": False, "record_count": 1, "records": [link]}
    output = Recording(tmp_path, KeptPersonalData())
    with scripted(Reply(body=page)) as service, proxying(service.url, output) as proxied:
        seen = proxied.get("/v1/IntegrationKeyLink").json()
    output.save()
    assert fixture_of(tmp_path)["settings"] == {"key_link_id": "key_link_id", "unset_dates": "sentinel"}
    with serving(fixture=(str(tmp_path / "fixture.json"),)) as again:
        assert again.get("/v1/IntegrationKeyLink").json() == seen


def test_key_links_whose_id_is_unknown_are_recorded(tmp_path: Path) -> None:
    links = [{"external_id": "a"}, {"external_id": "b"}]
    page = {"ok": True, "has_more": False, "record_count": 2, "records": [{**LINK, **each} for each in links]}
    output = Recording(tmp_path, KeptPersonalData())
    with scripted(Reply(body=page)) as service, proxying(service.url, output) as proxied:
        for _ in range(2):
            proxied.get("/v1/IntegrationKeyLink")
    output.save()
    assert [link["external_id"] for link in fixture_of(tmp_path)["key_links"]] == ["a", "b"]


def test_an_endpoint_that_the_mock_does_not_know_is_declared(tmp_path: Path) -> None:
    """A mock with the fixture answers like the service there, too."""
    widgets = [
        {
            "widget_id": number,
            "owner_id": 7,
            "label": None,
            "price": price,
            "active": True,
            "made": "2026-01-05T09:30:00.000",
            "parts": [{"size": 1}, {"size": number}],
            "tags": ["a"],
            "box": {"width": 2.5},
            "odd-name": 1,
        }
        for number, price in ((1, 3), (2, 3.5))
    ]
    page = {"ok": True, "has_more": False, "record_count": 2, "records": widgets}
    output = Recording(tmp_path, KeptPersonalData())
    replies = (Reply(body=page), Reply(body={"ok": True, **widgets[1], "label": "text"}))
    with scripted(*replies) as service, proxying(service.url, output) as proxied:
        proxied.get("/v1/Widgets")
        one = proxied.get("/v1/widgets/2").json()
    output.save()
    declared = fixture_of(tmp_path)["resources"]["Widgets"]
    assert declared["id"] == "widget_id"
    assert declared["fields"] == {
        "widget_id": "whole",
        "owner_id": "whole",
        "label": "text; long",
        "price": "decimal",
        "active": "flag",
        "made": "date",
        "parts": [{"size": "whole"}],
        "tags": ["text; long"],
        "box": {"width": "decimal"},
    }
    assert f"{tmp_path}/fixture.json: 2 Widgets" in list(output.summary())
    with serving(fixture=(str(tmp_path / "fixture.json"),)) as again:
        assert again.get("/v1/Widgets/2").json() == one
        assert again.get("/v1/Widgets?price=3").json()["record_count"] == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"records": 1}', b'{"records": [1]}', b"[" * 9999, b'{"id": NaN}']
)
def test_what_cannot_be_read_is_passed_on_all_the_same(tmp_path: Path, body: bytes) -> None:
    output = Recording(tmp_path, KeptPersonalData())
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with raw_service(head + body) as service, proxying(service.url, output) as proxied:
        assert proxied.post("/v1/Customers", data=b"\xff").content == body
    output.save()
    assert [case["request"]["body"] for case in cases_of(tmp_path)] == ["{unreadable}"]
    assert not (tmp_path / "fixture.json").exists()


def test_cases_are_the_same_in_whichever_order_calls_come(mock: Client, tmp_path: Path) -> None:
    targets = [
        "/v1/Customers?search.status=ACTIVE&page_size=1",
        "/v1/Customers?page_size=2&STATUS=CLOSED",
        "/v1/Customers/1001",
        "/v1/customers/1002",
        "/v1/Customers/999999",
        "/v1/Customers?page=x",
    ]
    texts = []
    for name, order in (("one", targets), ("two", targets[::-1])):
        with recording(mock, tmp_path / name) as (proxied, _):
            (tmp_path / name).mkdir()
            for target in order:
                proxied.get(target)
        texts.append((tmp_path / name / "cases.json").read_bytes())
    assert texts[0] == texts[1]
    assert [
        (case["request"]["path"], case["request"]["query"], case["response"]["status"])
        for case in cases_of(tmp_path / "one")
    ] == [
        ("/v1/Customers", {"page_size": ["1"], "status": ["ACTIVE"]}, 200),
        ("/v1/Customers", {"page": ["x"]}, 400),
        ("/v1/Customers/{id}", {}, 200),
        ("/v1/Customers/{id}", {}, 404),
    ]


def test_a_case_has_placeholders_for_what_was_accepted(mock: Client, tmp_path: Path) -> None:
    with recording(mock, tmp_path) as (proxied, _):
        proxied.link()
    (case,) = cases_of(tmp_path)
    assert case == {
        "request": {
            "method": "POST",
            "path": "/v1/IntegrationKeyLink",
            "query": {},
            "content_type": "application/json",
            "body": {
                "integration_system_id": "{IntegrationSystem.id}",
                "integration_entity_type_id": "{IntegrationEntityType.id}",
                "internal_id": "{internal_id}",
                "external_id": "{text}",
            },
        },
        "response": {
            "status": 201,
            "content_type": ["application/json"],
            "headers": ["location"],
            "body": {
                "type": ["object", "null"],
                "properties": {"id": {"type": ["integer", "null"]}, "ok": {"type": ["boolean", "null"]}},
                "required": ["id", "ok"],
                "additionalProperties": False,
            },
        },
    }


def test_the_number_of_cases_is_bounded(
    mock: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrevio.contract.record.cases.MAX_CASES", 3)
    with recording(mock, tmp_path) as (proxied, output):
        for number in range(6):
            proxied.get(f"/v1/Customers?made_up_{number}=1")
    assert len(cases_of(tmp_path)) == 3
    assert "not recorded: 3 calls that would be further cases" in list(output.summary())
