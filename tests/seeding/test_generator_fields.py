"""Generated records have the fields that the table of resources declares, with values of their kinds."""

from __future__ import annotations

import re

from mockrevio.revio.resources import INTEGRATION_KEY_LINK
from tests.seeding.common import Document, all_records, has_kind, shipped_document, values_in


def test_every_value_has_the_kind_of_its_field(document: Document) -> None:
    for _, resource, records in all_records(document):
        for record in records:
            wrong = [
                path
                for path, field, value in values_in(resource.fields, record)
                if not has_kind(field, value)
            ]
            assert wrong == [], record


def test_fields_are_in_revios_order_and_unset_ones_are_left_out(document: Document) -> None:
    for _, resource, records in all_records(document):
        for record in records:
            assert list(record) == [name for name in resource.fields if name in record]
            assert None not in [value for _, _, value in values_in(resource.fields, record)]


def test_every_record_has_its_id_and_the_dates_that_the_server_sets(document: Document) -> None:
    for name, resource, records in all_records(document):
        always = {"created_date", "updated_date", "modified_date", "status_date"} & resource.fields.keys()
        for record in records:
            assert {resource.id_field, *always} <= record.keys(), name


def test_texts_that_are_not_long_have_at_most_255_characters(document: Document) -> None:
    for _, resource, records in all_records(document):
        for record in records:
            for path, field, value in values_in(resource.fields, record):
                assert field.is_long or not isinstance(value, str) or 0 < len(value) <= 255, path


def test_every_endpoint_has_records(document: Document) -> None:
    assert [name for name, _, records in all_records(document) if not records] == []


def test_every_field_is_set_somewhere_in_the_demo_fixture() -> None:
    demo = shipped_document("demo")
    unset = []
    for name, resource, records in all_records(demo):
        seen = {path for record in records for path, _, _ in values_in(resource.fields, record)}
        for field in resource.fields.values():
            paths = [field.name, *(f"{field.name}.{member}" for member in field.fields)]
            unset += [f"{name}.{path}" for path in paths if path not in seen]

    assert unset == []


def test_a_key_link_has_a_valid_value_in_every_field(generated: Document) -> None:
    for link in generated["key_links"]:
        assert list(link) == list(INTEGRATION_KEY_LINK.fields)
        assert all(has_kind(field, link[name]) for name, field in INTEGRATION_KEY_LINK.fields.items())


def test_a_postal_code_has_five_digits_and_a_state_two_letters(document: Document) -> None:
    for address in document["entities"]["ADDRESS"]:
        assert re.fullmatch(r"\d{5}", address["postal_code"])
        assert re.fullmatch(r"[A-Z]{2}", address["state_or_province"])
