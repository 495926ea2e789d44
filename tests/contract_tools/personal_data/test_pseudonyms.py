"""Replacing the personal data in records and messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.contract.personal_data import Pseudonyms
from mockrevio.contract.personal_data.kinds import KEPT, kind_of
from mockrevio.revio.fields import Field
from mockrevio.revio.record_checks import check_record
from mockrevio.revio.resources import BUILT_IN, Resource
from tests.support import ROOT

CUSTOMERS, CONTACTS, USERS = (BUILT_IN.at_path(path) for path in ("Customers", "Contacts", "Users"))


def pseudonyms(key: bytes = b"a key") -> Pseudonyms:
    return Pseudonyms(key)


def demo_records() -> Iterator[tuple[Resource, dict[str, Any]]]:
    document = json.loads((ROOT / "fixtures" / "demo.json").read_text("utf-8"))
    for part in ("entities", "records"):
        for name, records in document[part].items():
            resource = BUILT_IN.of_entity_type(name) if part == "entities" else BUILT_IN.at_path(name)
            yield from ((resource, record) for record in records[:10])


def texts(path: str, fields: Mapping[str, Field], record: Any) -> Iterator[str]:
    """The personal texts in a record of a known resource, which has no unknown fields."""
    for name, value in record.items():
        field = fields[name]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from texts(path, field.fields, item)
            elif isinstance(item, str) and field.kind != "date" and kind_of(path, name) not in KEPT:
                yield item


def test_no_personal_text_of_any_resource_is_left_in_its_place() -> None:
    made_up = pseudonyms()
    for resource, record in demo_records():
        new = made_up.record(resource, record)
        before = list(texts(resource.path, resource.fields, record))
        after = list(texts(resource.path, resource.fields, new))
        assert len(before) == len(after)
        kept = [old for old, text in zip(before, after, strict=True) if old == text]
        assert set(kept) <= {"555"}, "only the exchange that fiction has"


def test_ids_references_dates_amounts_and_flags_stay_and_the_record_stays_valid() -> None:
    made_up = pseudonyms()
    for resource, record in demo_records():
        new = made_up.record(resource, record)
        assert new.keys() == record.keys()
        assert not list(check_record(resource, new, "here"))
        for name, field in resource.fields.items():
            if field.kind in ("whole", "decimal", "flag", "date"):
                assert new.get(name) == record.get(name)


def test_the_same_value_is_replaced_alike_in_different_records() -> None:
    made_up = pseudonyms()
    customer = made_up.record(
        CUSTOMERS,
        {
            "customer_id": 7,
            "email": "jane@acme.com",
            "billing_address": {"company_name": "Acme", "first_name": "Jane", "last_name": "Doe"},
            "fields": [{"field_id": 1, "label": "Invoices to", "value": "jane@acme.com"}],
        },
    )
    contact = made_up.record(
        CONTACTS, {"contact_id": 8, "name": "Jane Doe", "company": "Acme", "email": "jane@acme.com"}
    )
    address = customer["billing_address"]
    assert contact["company"] == address["company_name"] != "Acme"
    assert contact["name"] == f"{address['first_name']} {address['last_name']}"
    assert contact["email"] == customer["email"] == customer["fields"][0]["value"]
    assert customer["fields"][0]["label"] == "Invoices to"


def test_another_key_gives_other_data() -> None:
    record = {"contact_id": 8, "name": "Jane Doe", "email": "jane@acme.com"}
    first, second = pseudonyms().record(CONTACTS, record), pseudonyms(b"other").record(CONTACTS, record)
    assert first == pseudonyms().record(CONTACTS, record)
    assert first["email"] != second["email"]
    assert len(Pseudonyms.random_key()) == 32
    assert Pseudonyms.random_key() != Pseudonyms.random_key()


def test_null_blank_and_unset_values_stay() -> None:
    record: dict[str, Any] = {
        "customer_id": 7,
        "email": None,
        "security_pin": "",
        "source": "  ",
        "billing_address": None,
        "fields": [],
        "profile": {"date_of_birth": "0001-01-01T00:00:00", "tax_id": None},
    }
    assert pseudonyms().record(CUSTOMERS, record) == record


def test_unknown_fields_are_personal_unless_they_are_clearly_not() -> None:
    kept = {
        "loyalty_id": 12,
        "visit_count": 3,
        "credit_balance": 12.5,
        "vip": True,
        "renewal_date": "2026-01-05",
        "shipping_status": "ON_HOLD",
        "tags": [],
        "resellerId": 4,
    }
    personal = {
        "ssn": 123456789,
        "nationalId": 987654321,
        "latitude": 40.7127,
        "anniversary": "1990-05-05",
        "birth_date": "1990-05-05",
        "landlord": "Jane Doe",
        "preferred_language": "see note of 205-341-1234",
        "homes": [{"street": "12 Main St", "keyHolder": "Bob"}],
    }
    new = pseudonyms().record(CUSTOMERS, {"customer_id": 7, **kept, **personal})
    assert {name: new[name] for name in kept} == kept
    assert not [name for name, value in personal.items() if new[name] == value]
    assert new["homes"][0].keys() == {"street", "keyHolder"}
    assert not {"12 Main St", "Bob"} & set(new["homes"][0].values())
    assert isinstance(new["ssn"], int)


def test_a_member_named_after_a_person_is_renamed() -> None:
    new = pseudonyms().record(CUSTOMERS, {"customer_id": 7, "members": {"jane@acme.com": True}})
    assert "jane@acme.com" not in new["members"]
    assert list(new["members"].values()) == [True]


def test_a_value_of_another_kind_than_the_table_has_is_personal() -> None:
    new = pseudonyms().record(
        CUSTOMERS, {"customer_id": 7, "sold_by": "Jane Doe", "agent_id": "12", "account_number": 4711}
    )
    assert new["sold_by"] != "Jane Doe"
    assert pseudonyms().record(CUSTOMERS, {"customer_id": "7"}) == {"customer_id": "7"}
    link = {"integration_key_link_id": "1", "internal_id": "1015", "external_id": "jane@acme.com"}
    assert pseudonyms().record(BUILT_IN.at_path("IntegrationKeyLink"), link) == link
    assert new["agent_id"] == "12"
    assert new["account_number"] != 4711
    assert isinstance(new["account_number"], int)


def test_area_code_and_exchange_follow_the_number() -> None:
    inventory = BUILT_IN.at_path("ServiceInventory")
    new = pseudonyms().record(inventory, {"identifier": "2053411234", "NPA": "205", "NXX": "341"})
    assert new["identifier"].startswith(new["NPA"] + new["NXX"])
    assert new["NXX"] == "555"


def test_a_query_is_replaced_like_the_field_that_it_searches() -> None:
    made_up = pseudonyms()
    customer = made_up.record(CUSTOMERS, {"customer_id": 7, "billing_address": {"city": "Reno"}})
    assert made_up.value(CUSTOMERS, "city", "Reno") == customer["billing_address"]["city"]
    assert made_up.value(CUSTOMERS, "customer_id", 7) == 7
    assert made_up.value(USERS, "login_name", "jane") != "jane"


def test_messages_lose_what_was_replaced_before_and_what_reaches_somebody() -> None:
    made_up = pseudonyms()
    contact = made_up.record(CONTACTS, {"contact_id": 8, "company": "Acme Corp"})
    message = "Acme Corp has 2 contacts; ask bob@acme.com, (205) 341-1234. Acme Corporation is another one."
    new = made_up.text(message)
    assert new.startswith(f"{contact['company']} has 2 contacts; ask ")
    assert new.endswith(". Acme Corporation is another one.")
    assert "bob@" not in new
    assert "341-1234" not in new


def test_a_body_of_an_unknown_endpoint_is_replaced_as_a_whole() -> None:
    body = {"items": [{"id": 3, "owner": "Jane Doe", "status": "OPEN"}], "note": "Call Bob"}
    new = pseudonyms().unknown(body)
    assert new["items"][0]["id"] == 3
    assert new["items"][0]["status"] == "OPEN"
    assert "Jane" not in json.dumps(new)
    assert "Bob" not in json.dumps(new)
