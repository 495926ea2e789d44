"""What kind of data each field holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from mockrevio.contract.personal_data.kinds import KEPT, Kind, declared_kind, kind_of
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import BUILT_IN


def text_fields(fields: Mapping[str, Field]) -> Iterator[str]:
    for name, field in fields.items():
        yield from text_fields(field.fields)
        if {field.kind, field.items} & {"text", "name"}:
            yield name


def test_every_text_field_of_the_table_has_a_declared_kind() -> None:
    missing = [
        f"{resource.path}.{name}"
        for resource in BUILT_IN
        for name in text_fields(resource.fields)
        if declared_kind(resource.path, name) is None
    ]
    assert not missing, "add them to mockrevio/contract/personal_data/kinds.py"


def test_every_declared_field_and_endpoint_exists() -> None:
    """A misspelled name would leave the real one unprotected, or replaced without need."""
    from mockrevio.contract.personal_data import kinds

    known = {kinds.snake_case(name) for each in BUILT_IN for name in text_fields(each.fields)}
    birth_dates = {"date_of_birth"}
    assert set(kinds._BY_NAME) - known <= birth_dates | set(kinds._FIELDS[Kind.COORDINATE].split())
    assert {path for path in kinds._EXCEPTIONS if BUILT_IN.at(path) is None} == set()


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("Agents", "name", Kind.PARTY),
        ("Contacts", "name", Kind.PERSON),
        ("TaskTypes", "description", Kind.VOCABULARY),
        ("Tickets", "description", Kind.FREE_TEXT),
        ("IntegrationKeyLink", "external_id", Kind.EXTERNAL_ID),
        ("Somewhere", "external_id", Kind.UNKNOWN),
    ],
)
def test_the_same_name_means_different_things_at_different_endpoints(
    path: str, name: str, kind: Kind
) -> None:
    assert kind_of(path, name) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("secondaryEmail", Kind.EMAIL),
        ("CellNumber", Kind.PHONE),
        ("ssn", Kind.CODE),
        ("siteLatitude", Kind.COORDINATE),
        ("landlord", Kind.UNKNOWN),
        ("account_status", Kind.CODE),
        ("shipping_status", Kind.VOCABULARY),
    ],
)
def test_unknown_fields_are_judged_by_their_names_and_are_personal_in_doubt(name: str, kind: Kind) -> None:
    assert kind_of("Customers", name) is kind


def test_nothing_that_names_or_reaches_a_person_is_kept() -> None:
    personal = "first_name last_name company_name line_1 city postal_code email phone login_name token value"
    assert not [name for name in personal.split() if kind_of("Customers", name) in KEPT]
