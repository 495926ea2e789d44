"""A sync with typed models, as in C#: one record that does not fit its type loses the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.clients.common import FIELDS, Clock, Record, RevIo
from tests.clients.kinds import kind_of
from tests.support import AUTH, Client, serving

NEVER_NULL = {
    # An unset value has one of these forms instead of null.
    ("Agents", "parent_agent_id"): 0,
    ("Addresses", "customer_id"): 0,
    ("Addresses", "line_2"): "",
    ("Products", "provider_id"): 0,
    ("Products", "code_1"): "",
    ("Products", "code_2"): "",
}
OFTEN_NULL = {("Products", "free_months"), ("Products", "ledger_code")}
UNSET_DATE = "0001-01-01T00:00:00"
USERS = {
    # Fields that hold the id of a user.
    path: [name for name, kind in endpoint["fields"].items() if kind == "whole -> Users"]
    for path, endpoint in FIELDS.items()
}


class DoesNotFit(ValueError):
    """A value is not of the type of its property."""


def parse_date(value: Any) -> datetime:
    """A date in the one form, or the one that stands for none."""
    if value == UNSET_DATE:
        return datetime.min  # noqa: DTZ901 (Rev.io's dates have no zone)
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f")  # noqa: DTZ007 (Rev.io's dates have no zone)


SCALARS: Mapping[str, Any] = {"whole": int, "decimal": (int, float), "text": str, "flag": bool}


def _property(field: str) -> str:
    """The name of the property for a field; a field may be named as a keyword is: `class`."""
    return f"{field}_"


class Model:
    """A generated type: a dataclass with a property for each field of an endpoint or nested object."""

    def __init__(self, name: str, declaration: Mapping[str, Any], *, dates_are_set: bool) -> None:
        self._name = name
        self._declaration = declaration
        self._dates_are_set = dates_are_set
        properties = [(_property(field), Any) for field in declaration]
        self._type = dataclasses.make_dataclass("Model", properties, frozen=True)

    def read(self, record: Record) -> Any:
        """The record as an instance. Raises DoesNotFit or TypeError."""
        values = {
            _property(field): self._value(field, self._declaration[field], value)
            for field, value in record.items()
        }
        return self._type(**values)

    def _value(self, field: str, declaration: Any, value: Any) -> Any:
        place = f"{self._name}.{field}"
        if value is None:
            if (self._name, field) in NEVER_NULL or (declaration == "date" and self._dates_are_set):
                raise DoesNotFit(f"{place} is null")
            return None
        if isinstance(declaration, dict):
            return Model(place, declaration, dates_are_set=self._dates_are_set).read(value)
        if isinstance(declaration, list):
            return [self._value(field, declaration[0], item) for item in value]
        if declaration == "date":
            return parse_date(value)
        kind = kind_of(declaration)
        if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "flag"):
            raise DoesNotFit(f"{place} is {value!r}, not {kind}")
        return value


def read_all(revio: RevIo, path: str, *, dates_are_set: bool = False) -> list[Any]:
    """Every record of an endpoint as typed instances."""
    model = Model(path, FIELDS[path]["fields"], dates_are_set=dates_are_set)
    return [
        model.read({name: value for name, value in record.items() if name != "links"})
        for record in revio.records(path, page_size=1000)
    ]


@pytest.fixture(scope="module", params=["default", "demo"])
def as_met(request: pytest.FixtureRequest) -> Iterator[RevIo]:
    """A server that answers as clients have met the real service."""
    with serving(
        fixture=(request.param,), unset_dates="sentinel", links="self", server_headers="iis"
    ) as client:
        yield RevIo(client)


@pytest.fixture(scope="module", params=["default", "demo"])
def plain(request: pytest.FixtureRequest) -> Iterator[RevIo]:
    """A server with one of the fixtures that come with the mock."""
    with serving(fixture=(request.param,)) as client:
        yield RevIo(client)


@pytest.mark.parametrize("path", FIELDS)
def test_every_record_fits_its_type(plain: RevIo, path: str) -> None:
    assert read_all(plain, path)


@pytest.mark.parametrize("path", FIELDS)
def test_every_record_fits_its_type_when_unset_dates_and_links_are_shown(as_met: RevIo, path: str) -> None:
    assert read_all(as_met, path, dates_are_set=True)


@pytest.mark.parametrize("path", [path for path, names in USERS.items() if names])
def test_fields_for_people_are_ids_of_users(plain: RevIo, path: str) -> None:
    users = {user["user_id"] for user in plain.records("Users", page_size=1000)}
    for record in plain.records(path, page_size=1000):
        for name in USERS[path]:
            # The first user was created by nobody; every other record has a creator.
            may_be_null = name != "created_by" or record.get("user_id") == min(users)
            assert record[name] in users or (record[name] is None and may_be_null)


def test_the_caller_is_a_user_and_one_is_added_for_a_login_not_seen_before(
    server: Client, revio: RevIo, clock: Clock
) -> None:
    known = {user["login_name"] for user in revio.records("Users")}
    stranger = RevIo(server, user="rosa@example.com@acme")
    ids = [
        stranger.get(f"{path}/{stranger.create(path, **body)}")["created_by"]
        for path, body in {
            "Products": {"description": "x"},
            "InventoryItem": {"identifier": "x"},
            "Tickets": {"description": "x"},
        }.items()
    ]
    link = stranger.get(f"IntegrationKeyLink/{stranger.link('CUSTOMER', 1003, 'x')}")

    assert AUTH[0].partition("@")[0] in known
    assert {*ids, link["created_by"]} == {ids[0]}
    assert revio.get(f"Users/{ids[0]}")["login_name"] == "rosa@example.com"
    assert revio.first("Users", login_name="rosa@example.com")["created_date"] == clock.now


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (path, {name: value for (owner, name), value in NEVER_NULL.items() if owner == path})
        for path in ("Agents", "Addresses", "Products")
    ],
)
def test_a_record_without_values_shows_the_forms_of_unset(revio: RevIo, path: str, expected: Record) -> None:
    record = revio.get(f"{path}/{revio.create(path)}")

    assert {name: record[name] for name in expected} == expected
    assert [record[name] for owner, name in OFTEN_NULL if owner == path] == [None] * (
        2 if path == "Products" else 0
    )
    found = revio.records(path, **{f"search.{FIELDS[path]['id']}": record[FIELDS[path]["id"]]})
    assert [{"ok": True, **item} for item in found] == [record]


@pytest.mark.parametrize("name", ["parent_agent_id"])
def test_agents_without_a_parent_are_found_by_0(revio: RevIo, name: str) -> None:
    wanted = [agent for agent in revio.records("Agents") if agent[name] == 0]

    assert wanted
    assert revio.records("Agents", **{name: 0}) == wanted


def test_explicit_null_is_shown_as_unset_too(revio: RevIo) -> None:
    number = revio.create("Agents", parent_agent_id=None, name="Nobody's child")
    assert revio.get(f"Agents/{number}")["parent_agent_id"] == 0

    revio.patch("Products/1001", provider_id=None, code_1=None)

    product = revio.get("Products/1001")
    assert (product["provider_id"], product["code_1"]) == (0, "")


def test_an_address_within_a_customer_has_the_forms_of_unset_of_an_address(revio: RevIo) -> None:
    number = revio.create("Customers", billing_address={"line_1": "1 Main St"})

    address = revio.get(f"Customers/{number}")["billing_address"]
    assert (address["customer_id"], address["line_2"], address["city"]) == (0, "", None)
    assert address.keys() == FIELDS["Customers"]["fields"]["billing_address"].keys()


@pytest.mark.parametrize("path", ["Customers", "Services", "InventoryItem", "Tickets", "ServiceProduct"])
def test_a_new_record_shows_unset_dates_as_clients_have_met_them(as_met: RevIo, path: str) -> None:
    record = as_met.get(f"{path}/{as_met.create(path)}")

    for name, kind in FIELDS[path]["fields"].items():
        if kind == "date" and name not in ("created_date", "updated_date", "modified_date", "status_date"):
            assert record[name] == UNSET_DATE, name


@pytest.mark.parametrize("path", ["Customers", "Services", "ServiceProduct", "Orders", "Payments"])
def test_a_record_with_unset_dates_that_is_sent_back_stays_as_it_was(as_met: RevIo, path: str) -> None:
    moved = {"updated_date", "status_date"}
    for before in as_met.records(path)[:10]:
        place = f"{path}/{before[FIELDS[path]['id']]}"
        as_met.replace(place, before)
        after = as_met.get(place)
        assert {**after, **{name: before[name] for name in moved & before.keys()}} == {"ok": True, **before}


@pytest.mark.parametrize("path", ["Customers", "ServiceInventory", "IntegrationKeyLink", "Users"])
def test_the_link_of_a_record_leads_to_it(as_met: RevIo, path: str) -> None:
    if path == "IntegrationKeyLink":
        as_met.link("CUSTOMER", as_met.records("Customers")[0]["customer_id"], f"link to {path}")
    for record in as_met.records(path)[:3]:
        (link,) = record["links"]
        address = urlsplit(link["href"])
        assert (link["rel"], address.scheme) == ("self", "http")
        assert as_met.get(address.path.removeprefix("/v1/"))["links"] == record["links"]


def test_headers_are_those_that_iis_adds(as_met: RevIo) -> None:
    for response in (
        as_met.response("GET", "Customers"),
        as_met.response("POST", "Customers", {"source": "headers"}),
        as_met.response("GET", "Customers/1"),
        as_met.response("DELETE", "BillProfiles"),
    ):
        assert response.headers["Server"] == "Microsoft-IIS/8.5"
        assert response.headers["X-Powered-By"] == "ASP.NET"
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers.get("Location", "http://").startswith("http://")
