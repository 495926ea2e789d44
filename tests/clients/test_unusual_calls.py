"""Calls that are unusual but right, as programs make them, and the exact refusals of those that are not."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.clients.common import FIELDS, CallFailed, RevIo
from tests.support import AUTH, Client, serving

TWELVE = [path for path, endpoint in FIELDS.items() if "entity_type" in endpoint]
WRITABLE = {
    **dict.fromkeys(TWELVE, ({"GET", "POST"}, {"GET", "PUT", "PATCH", "DELETE"})),
    "ServiceProduct": ({"GET", "POST", "DELETE"}, {"GET", "PUT", "PATCH", "DELETE"}),
    "Orders": ({"GET"}, {"GET", "PUT"}),
    "Notes": ({"GET", "POST"}, {"GET"}),
    "Tickets": ({"GET", "POST"}, {"GET"}),
    "TicketJournals": ({"GET", "POST"}, {"GET"}),
}
"""The methods of the collection and of one record, where there are others than GET."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def spellings(path: str) -> list[str]:
    """The ways in which programs write a path."""
    return [path, path.lower(), path.upper(), path[0].lower() + path[1:], f"{path}/"]


@pytest.mark.parametrize("path", FIELDS)
def test_a_path_ignores_case_and_a_trailing_slash(revio: RevIo, path: str) -> None:
    page = revio.call("GET", path)
    number = page["records"][0][FIELDS[path]["id"]]
    record = revio.get(f"{path}/{number}")

    for spelling in spellings(path):
        assert revio.call("GET", spelling) == page
        assert revio.get(f"{spelling.rstrip('/')}/{number}") == record
    assert revio.get(f"{path}/{number}/") == record
    assert revio.response("GET", f"../V1/{path}").json() == page


@pytest.mark.parametrize("path", FIELDS)
def test_an_unsupported_method_gets_a_405_with_the_supported_ones(revio: RevIo, path: str) -> None:
    number = revio.call("GET", path)["records"][0][FIELDS[path]["id"]]
    collection, record = WRITABLE.get(path, ({"GET"}, {"GET"}))
    for place, allowed in ((path, collection), (f"{path}/{number}", record)):
        expected = ", ".join(sorted({*allowed, "HEAD", "OPTIONS"}))
        for method in METHODS:
            if method not in allowed:
                response = revio.response(method, place, {})
                assert (response.status_code, response.headers["Allow"]) == (405, expected), method
                assert response.json()[0]["error"] == "method_not_allowed"
        assert revio.response("OPTIONS", place).headers["Allow"] == expected


@pytest.mark.parametrize("path", FIELDS)
def test_an_id_that_does_not_exist_is_not_found(revio: RevIo, path: str) -> None:
    methods = WRITABLE.get(path, ({"GET"}, {"GET"}))[1]
    for method, number in itertools.product(methods, ("999999", "0", "abc")):
        body: Any = [] if method == "PATCH" else {}
        response = revio.response(method, f"{path}/{number}", body)
        assert (response.status_code, response.json()[0]["error"]) == (404, "not_found"), method


def test_an_unknown_path_is_not_found(revio: RevIo) -> None:
    for path in ("Customer", "Service", "Customers/1001/Services", "Tasks/1001/actions", "InventoryItems"):
        response = revio.response("GET", path)
        assert (response.status_code, response.json()[0]["error"]) == (404, "not_found"), path


def query(revio: RevIo, path: str, text: str) -> list[int]:
    """The ids that a query string finds, exactly as a program wrote it."""
    body = revio.call("GET", f"{path}?{text}")
    return [record[FIELDS[path]["id"]] for record in body["records"]]


@pytest.mark.parametrize(
    "text",
    [
        "customer_id=1003&page_size=500",
        "search.customer_id=1003&search.page_size=500",
        "Search.Customer_Id=1003&PAGE_SIZE=1000",
        "SEARCH.CUSTOMER_ID=1003&search.Page_Size=1000&search.page=1",
        "customer_id=%201003&page_size=500",
        "customer_id=1003&customer_id=1003&page_size=500&page=1",
        "customer_id=1003&search.status=&description=&page_size=500",
        "customer_id=1003&no_such_field=7&sort=no_such_field&page_size=500",
    ],
)
def test_a_search_may_be_written_in_many_ways(revio: RevIo, text: str) -> None:
    wanted = [row["service_id"] for row in revio.records("Services") if row["customer_id"] == 1003]

    assert query(revio, "Services", text) == wanted


def test_several_values_mean_any_of_them_with_and_without_the_prefix(revio: RevIo) -> None:
    wanted = [
        row["service_product_id"]
        for row in revio.records("ServiceProduct")
        if row["product_id"] in (1001, 1002)
    ]

    assert wanted
    for text in (
        "search.product_id=1001&search.product_id=1002",
        "product_id=1001&search.product_id=1002",
        "PRODUCT_ID=1002&product_id=1001&product_id=",
    ):
        assert query(revio, "ServiceProduct", f"{text}&page_size=500") == wanted


@pytest.mark.parametrize("value", ["x", "1.5", "1003 1004", "9999999999999999999999", "true"])
def test_a_whole_number_field_is_not_searched_for_anything_else(revio: RevIo, value: str) -> None:
    with pytest.raises(CallFailed) as failed:
        revio.records("Services", **{"search.customer_id": value})

    assert (failed.value.status, failed.value.code, failed.value.field) == (400, "invalid", "customer_id")


@pytest.mark.parametrize("size", ["0", "-1", "ten", "1.5"])
@pytest.mark.parametrize("name", ["page", "page_size", "search.page_size"])
def test_a_page_or_its_size_below_1_or_no_whole_number_is_refused(revio: RevIo, name: str, size: str) -> None:
    response = revio.response("GET", f"Customers?{name}={size}")

    assert (response.status_code, response.json()[0]["field"]) == (400, name.removeprefix("search."))


def test_pages_of_a_thousand_are_clamped_to_500_and_paging_continues(server: Client, revio: RevIo) -> None:
    server.post("/__admin/entities/CHARGE", json={"count": 1000}).raise_for_status()

    sizes = [len(page) for page in revio.pages("Charges", page_size=1000)]

    assert sizes == [500, 500, 25]
    beyond = revio.call("GET", "Charges?page=99&page_size=1000")
    assert beyond == {"ok": True, "has_more": False, "record_count": 0, "records": []}


@pytest.mark.parametrize(("size", "sizes"), [(5, [5] * 5), (24, [24, 1]), (25, [25]), (26, [25])])
def test_the_last_page_may_be_full_and_says_that_there_are_no_more(
    revio: RevIo, size: int, sizes: list[int]
) -> None:
    assert [len(page) for page in revio.pages("Customers", page_size=size)] == sizes
    for page in revio.pages("Customers", page_size=size, sort="-agent_id", **{"search.status": "none"}):
        assert page == []


def test_without_parameters_a_page_has_ten_records(revio: RevIo) -> None:
    body = revio.call("GET", "Customers")

    assert (body["record_count"], len(body["records"]), body["has_more"]) == (10, 10, True)


@pytest.mark.parametrize("path", TWELVE)
def test_any_returned_field_sorts_both_ways_with_ties_by_id(revio: RevIo, path: str) -> None:
    everything = revio.records(path)
    id_field = FIELDS[path]["id"]
    for name, kind in FIELDS[path]["fields"].items():
        if not isinstance(kind, str) or any(record[name] is None for record in everything):
            continue
        for sign, backwards in (("", False), ("-", True)):
            by_id = sorted(everything, key=lambda record: record[id_field])
            wanted = sorted(by_id, key=lambda record: record[name], reverse=backwards)
            found = revio.records(path, **{"search.sort": f"{sign}{name}"})
            assert [record[id_field] for record in found] == [record[id_field] for record in wanted], name


BODIES = {
    "text/json": '{"source": "a"}',
    "text/json; charset=utf-8": '{"source": "a"}',
    "application/json;charset=UTF-8": '{"SOURCE": "a"}',
    "application/x-www-form-urlencoded": ' \r\n{"source": "a"}',
    "application/xml": '{"source": "a"}',
    "": '{"Source": "a", "customer_id": 5, "ok": true}',
}


@pytest.mark.parametrize("content_type", BODIES)
def test_a_json_body_is_taken_whatever_it_is_called(revio: RevIo, content_type: str) -> None:
    response = revio.response(
        "POST", "Customers", BODIES[content_type], headers={"Content-Type": content_type}
    )

    assert response.status_code == 201
    assert revio.get(f"Customers/{response.json()['id']}")["source"] == "a"


def test_a_form_is_read_as_fields(revio: RevIo) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = revio.call(
        "POST", "Payments", "customer_id=1003&amount=12.50&refund_flag=false", headers=headers
    )

    payment = revio.get(f"Payments/{answer['id']}")
    assert (payment["customer_id"], payment["amount"], payment["refund_flag"]) == (1003, 12.5, False)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("<payment/>", "application/xml", 415, "unsupported_media_type"),
        ("<payment/>", "application/json", 400, "malformed_body"),
        ('{"amount": NaN}', "application/json", 400, "malformed_body"),
        ('[{"amount": 1}]', "text/json", 400, "malformed_body"),
        ('{"amount": 1', "application/json", 400, "malformed_body"),
        ("", "application/json", 400, "malformed_body"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_rejected(
    revio: RevIo, body: str, content_type: str, status: int, code: str
) -> None:
    response = revio.response("POST", "Payments", body, headers={"Content-Type": content_type})

    assert (response.status_code, response.json()[0]["error"]) == (status, code)


@pytest.mark.parametrize("path", TWELVE)
def test_numbers_may_come_as_text_and_text_as_numbers_but_not_the_impossible(revio: RevIo, path: str) -> None:
    kinds = FIELDS[path]["fields"]
    whole = next(
        name for name, kind in kinds.items() if str(kind).startswith("whole") and name != FIELDS[path]["id"]
    )
    text = next(name for name, kind in kinds.items() if kind == "text")
    for sent in ("4", 4, 4.0):
        number = revio.create(path, **{whole: sent, text: 42})
        record = revio.get(f"{path}/{number}")
        assert (record[whole], record[text]) == (4, "42")
        assert type(record[whole]) is int
    for name, values in ((whole, [True, 4.5, "x", [], {}]), (text, [[], {}])):
        for value in values:
            with pytest.raises(CallFailed) as failed:
                revio.create(path, **{name: value})
            assert (failed.value.code, failed.value.field) == ("invalid", name)


def test_a_user_may_have_an_at_sign_in_the_login(server: Client) -> None:
    assert RevIo(server, user=f"jo@example.com@{AUTH[0].partition('@')[2]}").call("GET", "SystemStatus")["ok"]


def test_a_client_with_a_fallback_reads_an_error_that_is_a_single_object() -> None:
    with serving(error_shape="object") as client:
        revio = RevIo(client)
        assert isinstance(revio.response("GET", "Customers/999").json(), dict)
        with pytest.raises(CallFailed, match=r"^Customers 999 was not found\.$"):
            revio.get("Customers/999")
