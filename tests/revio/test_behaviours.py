"""Every imitated rule is noted where it decides, counted, and shown with its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from mockrevio.revio.behaviours import BEHAVIOURS, EVIDENCE
from mockrevio.settings import parse_credential
from tests.support import LINK, ROOT, Client, serving

LINKS = "/v1/IntegrationKeyLink"
SYSTEMS = "/v1/IntegrationSystem"


def post(**changes: Any) -> Callable[[Client], Any]:
    return lambda client: client.post(LINKS, json={**LINK, **changes})


def get(path: str, **kwargs: Any) -> Callable[[Client], Any]:
    return lambda client: client.get(path, **kwargs)


def send(data: bytes, kind: str) -> Callable[[Client], Any]:
    return lambda client: client.post(LINKS, data=data, headers={"Content-Type": kind})


def patch(**settings: Any) -> Callable[[Client], Any]:
    return lambda client: client.patch("/__admin/settings", json=settings)


# For every rule: the calls, the last of which it decides.
CALLS: dict[str, list[Callable[[Client], Any]]] = {
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
    "body.too_large": [send(b"{" + b" " * 1024 * 1024, "application/json")],
    "body.lenient_number": [post(internal_id="1015")],
    "body.field_case": [post(Colour="red")],
    "body.unknown_field": [post(colour="red")],
    "body.required": [post(external_id=" ")],
    "body.invalid": [post(internal_id="x")],
    "link.entity_exists": [post(internal_id=999999)],
    "link.system_exists": [post(integration_system_id=99)],
    "link.type_exists": [post(integration_entity_type_id=99)],
    "link.duplicate": [post(), post()],
    "error.shape": [post(internal_id=999999)],
}  # fmt: skip


def test_every_rule_has_a_call_here_that_it_decides() -> None:
    assert list(CALLS) == list(BEHAVIOURS)


@pytest.fixture(scope="module")
def server() -> Any:
    people = tuple(
        parse_credential(each) for each in ("tester@acme:secret", "reader@acme:pw:GET", "me@home.org@acme:x")
    )
    with serving(credentials=people) as client:
        yield client


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_rule_is_noted_with_the_call_that_it_decides_and_counted(server: Client, name: str) -> None:
    server.post("/__admin/reset")
    for call in CALLS[name]:
        call(server)

    last = server.get("/__admin/requests").json()["requests"][-1]
    counts = {
        each["name"]: each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]
    }

    assert name in last["behaviours"]
    assert counts[name] >= 1


def test_a_plain_call_is_decided_by_what_is_documented_alone(server: Client) -> None:
    server.post("/__admin/reset")
    server.get(f"{SYSTEMS}?search.integration_system_id=4")

    noted = server.get("/__admin/requests").json()["requests"][-1]["behaviours"]
    assert {BEHAVIOURS[each].evidence for each in noted} == {"documented"}


def test_a_reset_counts_anew(server: Client) -> None:
    server.get(SYSTEMS)
    server.post("/__admin/reset")

    assert {each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]} == {0}


def test_admin_calls_decide_nothing(server: Client) -> None:
    server.post("/__admin/reset")
    server.post("/__admin/entities/CUSTOMER", json={"Id": "x", "colour": 1})

    assert {each["decided"] for each in server.get("/__admin/behaviours").json()["behaviours"]} == {0}


def test_every_rule_says_how_sure_we_are_and_the_answer_explains_the_labels(server: Client) -> None:
    found = server.get("/__admin/behaviours").json()

    assert found["evidence"] == EVIDENCE
    assert {each["evidence"] for each in found["behaviours"]} <= set(EVIDENCE)


def test_every_assumption_that_has_a_setting_names_one_that_there_is() -> None:
    from mockrevio.settings import declared_settings

    settings = {name for name, _, _ in declared_settings()}
    assert {each.setting for each in BEHAVIOURS.values() if each.setting} <= settings


def test_only_rules_of_the_table_are_noted() -> None:
    for path in (ROOT / "mockrevio").rglob("*.py"):
        for names in re.findall(r"\bnote\(([^)]*)\)", path.read_text("utf-8")):
            for name in re.findall(r'"([a-z]+\.[a-z_]+)"', names):
                assert name in BEHAVIOURS, f"{path.name}: {name}"
