"""Every imitated rule is recorded where it decides, counted, and listed with its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from mockrevio.revio.behaviours import BEHAVIOURS, CLIENTS, EVIDENCE, PAGES
from mockrevio.revio.format_rules import FORMAT_RULES
from mockrevio.settings import parse_credential
from tests.support import LINK, ROOT, Client, serving

LINKS = "/v1/IntegrationKeyLink"
SYSTEMS = "/v1/IntegrationSystem"
CUSTOMER = "/v1/Customers/1015"
ASSIGN = "/v1/InventoryItem/assignService"
TASK_ACTION = "/v1/Tasks/1001/action"
OPERATION = {"op": "replace", "value": "X"}


def post(**changes: Any) -> Callable[[Client], Any]:
    return lambda client: client.post(LINKS, json={**LINK, **changes})


def get(path: str, **kwargs: Any) -> Callable[[Client], Any]:
    return lambda client: client.get(path, **kwargs)


def write(method: str, path: str, body: Any) -> Callable[[Client], Any]:
    return lambda client: client.request(method, path, json=body)


def send(data: bytes, kind: str) -> Callable[[Client], Any]:
    return lambda client: client.post(LINKS, data=data, headers={"Content-Type": kind})


def patch(**settings: Any) -> Callable[[Client], Any]:
    return lambda client: client.patch("/__admin/settings", json=settings)


def receiver(url: str = "http://127.0.0.1:9/") -> Callable[[Client], Any]:
    return lambda client: client.post("/v1/WebhookReceivers", json={"url": url})


def activate(**body: str) -> Callable[[Client], Any]:
    return lambda client: client.post("/v1/WebhookReceivers/1001/activate", json=body or None)


def subscribe(**changes: Any) -> Callable[[Client], Any]:
    subscription = {"event_type": "BILL_CREATED", "webhook_receiver_id": 1001, **changes}
    return lambda client: client.post("/v1/WebhookSubscriptions", json=subscription)


# For every rule, requests; the rule decides the last one.
REQUESTS: dict[str, list[Callable[[Client], Any]]] = {
    "gateway.missing_key": [patch(subscription_key=["k"]), get(SYSTEMS)],
    "gateway.invalid_key": [patch(subscription_key=["k"]), get(f"{SYSTEMS}?subscription-key=x")],
    "gateway.rate_limit": [patch(rate_limit="1/60"), get(SYSTEMS), get(SYSTEMS)],
    "gateway.quota": [patch(quota="1/60"), get(SYSTEMS), get(SYSTEMS)],
    "auth.basic": [get(SYSTEMS, auth=("nobody", "x"))],
    "auth.last_at": [get(SYSTEMS, auth=("me@home.org@acme", "x"))],
    "auth.permission": [lambda client: client.delete(f"{LINKS}/1", auth=("reader@acme", "pw"))],
    "path.ignores_case": [get("/V1/integrationsystem")],
    "path.trailing_slash": [get(f"{SYSTEMS}/")],
    "path.unknown": [get("/v1/Nothing")],
    "method.not_allowed": [lambda client: client.patch(LINKS)],
    "method.options": [lambda client: client.options(LINKS)],
    "status.credentials": [get("/v1/SystemStatus")],
    "collection.page": [get(SYSTEMS)],
    "record.single": [get(f"{SYSTEMS}/4")],
    "record.not_found": [get(f"{SYSTEMS}/99")],
    "search.field": [get(f"{SYSTEMS}?integration_system_id=4")],
    "search.prefix": [get(f"{SYSTEMS}?search.integration_system_id=4")],
    "search.any_of": [get(f"{SYSTEMS}?integration_system_id=4&integration_system_id=5")],
    "search.name_ignores_case": [get(f"{SYSTEMS}?Integration_System_Id=4")],
    "search.blank": [get(f"{SYSTEMS}?integration_system_id=")],
    "search.range": [get("/v1/Customers?created_date_start=2020-01-01")],
    "search.nested": [get("/v1/Customers?bill_profile_id=1001")],
    "search.part_of_name": [get("/v1/Customers?name=a")],
    "search.unknown": [get(f"{SYSTEMS}?colour=red")],
    "search.not_whole": [get(f"{SYSTEMS}?integration_system_id=four")],
    "search.names_fold": [get(f"{SYSTEMS}?system_name=salesforce")],
    "page.over_max": [get(f"{SYSTEMS}?page_size=1000")],
    "page.invalid": [get(f"{SYSTEMS}?page=0")],
    "page.past_end": [get(f"{SYSTEMS}?page=99")],
    "sort.field": [get(f"{SYSTEMS}?sort=-system_name")],
    "sort.unknown": [get(f"{SYSTEMS}?sort=colour")],
    "create.answer": [post()],
    "replace.answer": [post(), lambda client: client.put(f"{LINKS}/1", json=LINK)],
    "delete.answer": [post(), lambda client: client.delete(f"{LINKS}/1")],
    "body.json_any_type": [send(b"{}", "text/plain")],
    "body.form": [send(b"internal_id=1015", "application/x-www-form-urlencoded")],
    "body.malformed": [send(b"{", "application/json")],
    "body.media_type": [send(b"<link/>", "text/xml")],
    "body.encoding": [
        lambda client: client.post(LINKS, data=b"{}", headers={"Content-Encoding": "br"})
    ],
    "body.too_large": [send(b"{" + b" " * 1024 * 1024, "application/json")],
    "body.lenient_number": [post(internal_id="1015")],
    "body.date_forms": [write("POST", "/v1/Customers", {"close_date": "2026-1-5"})],
    "body.field_case": [post(Colour="red")],
    "body.unknown_field": [post(colour="red")],
    "body.required": [post(external_id=" ")],
    "body.invalid": [post(internal_id="x")],
    "patch.bare_path": [write("PATCH", CUSTOMER, [{**OPERATION, "path": "status"}])],
    "patch.trailing_comma": [
        lambda client: client.patch(CUSTOMER, data=b'[{"op": "add", "path": "/status", "value": "X"},]')
    ],
    "patch.hidden_field": [write("PATCH", CUSTOMER, [{**OPERATION, "path": "/effective_date"}])],
    "provisioning.disconnect": [write("DELETE", "/v1/ServiceProduct", {"service_product_id": 1001})],
    "provisioning.assign": [write("PATCH", ASSIGN, {"inventory_item_id": 1001, "service_id": 1001})],
    "provisioning.task_action": [write("PUT", TASK_ACTION, {"action": "COMPLETE"})],
    "provisioning.record_exists": [write("PATCH", ASSIGN, {"inventory_item_id": 9, "service_id": 1001})],
    "record.links": [patch(links="self"), get(f"{SYSTEMS}/4")],
    "answer.iis_headers": [patch(server_headers="iis"), get(SYSTEMS)],
    "link.entity_exists": [post(internal_id=999999)],
    "link.system_exists": [post(integration_system_id=99)],
    "link.type_exists": [post(integration_entity_type_id=99)],
    "link.duplicate": [post(), post()],
    "webhook.confirmation": [receiver()],
    "webhook.url": [receiver("http://example.com/")],
    "webhook.activate": [receiver(), activate()],
    "webhook.code": [receiver(), activate(code="guessed")],
    "webhook.subscription": [receiver(), subscribe()],
    "webhook.event_type": [receiver(), subscribe(event_type="NOPE")],
    "webhook.receiver_exists": [subscribe(webhook_receiver_id=4711)],
    "error.shape": [post(internal_id=999999)],
}  # fmt: skip


def test_every_rule_has_a_request_here() -> None:
    assert list(REQUESTS) == list(BEHAVIOURS)


@pytest.fixture(scope="module")
def server() -> Any:
    people = tuple(
        parse_credential(each) for each in ("tester@acme:secret", "reader@acme:pw:GET", "me@home.org@acme:x")
    )
    with serving(credentials=people) as client:
        yield client


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_rule_is_recorded_with_the_request_that_it_decides_and_counted(server: Client, name: str) -> None:
    server.post("/__admin/reset")
    *_, response = [call(server) for call in REQUESTS[name]]

    last = server.get("/__admin/requests").json()["requests"][-1]
    counts = {
        each["name"]: each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]
    }

    assert name in last["behaviours"]
    assert counts[name] >= 1
    assumed = [each for each in last["behaviours"] if BEHAVIOURS[each].evidence == "assumed"]
    assert response.headers.get("X-Mock-Behaviour") == (", ".join(assumed) or None)


def test_a_plain_request_relies_on_documented_rules_only(server: Client) -> None:
    server.post("/__admin/reset")
    server.get(f"{SYSTEMS}?search.integration_system_id=4")

    noted = server.get("/__admin/requests").json()["requests"][-1]["behaviours"]
    assert {BEHAVIOURS[each].evidence for each in noted} == {"documented"}


def test_a_reset_clears_the_counts(server: Client) -> None:
    server.get(SYSTEMS)
    server.post("/__admin/reset")

    assert {each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]} == {0}


def test_admin_requests_are_not_counted(server: Client) -> None:
    server.post("/__admin/reset")
    server.post("/__admin/entities/CUSTOMER", json={"Id": "x", "colour": 1})

    assert {each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]} == {0}


def test_every_rule_has_a_label_and_the_response_explains_the_labels(server: Client) -> None:
    found = server.get("/__admin/behaviours").json()

    assert found["evidence"] == EVIDENCE
    assert {each["evidence"] for each in found["behaviours"]} <= set(EVIDENCE)


def test_the_setting_of_a_rule_exists() -> None:
    from mockrevio.settings import declared_settings

    settings = {name for name, _, _ in declared_settings()}
    rules = (*BEHAVIOURS.values(), *FORMAT_RULES.values())
    assert {rule.setting for rule in rules if rule.setting} <= settings


def test_exactly_the_rules_of_the_table_are_recorded() -> None:
    recorded = set()
    for path in (ROOT / "mockrevio").rglob("*.py"):
        for arguments in re.findall(r"\brecord_behaviour\(([^)]*)\)", path.read_text("utf-8")):
            recorded |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', arguments))
    computed = {"body.required", "body.invalid"}  # by the error code
    assert recorded | computed == set(BEHAVIOURS)


def test_conventions_and_behaviours_share_no_name() -> None:
    assert not BEHAVIOURS.keys() & FORMAT_RULES.keys()


def test_sources_are_pages_of_the_portal_and_described_clients() -> None:
    for rule in (*BEHAVIOURS.values(), *FORMAT_RULES.values()):
        if rule.evidence == "observed":
            assert set(rule.source.split()) <= set(CLIENTS), rule.name
        elif rule.evidence == "documented":
            assert "-" not in rule.source or " " in rule.source or rule.source in PAGES, rule.name
        else:
            assert not rule.source, rule.name


def test_the_admin_api_tells_sources_in_words(server: Client) -> None:
    rules = {rule["name"]: rule for rule in server.get("/__admin/behaviours").json()["behaviours"]}

    assert rules["sort.field"]["source_url"] == "https://developers.rev.io/docs/sorting"
    assert rules["search.part_of_name"]["source"] == f"{CLIENTS['C2']}; {CLIENTS['C6']}"
    assert rules["link.duplicate"]["source"] is rules["link.duplicate"]["source_url"] is None
    for rule in rules.values():
        assert (rule["source"] is None) == (rule["evidence"] == "assumed"), rule["name"]
