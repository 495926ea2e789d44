"""Collections are read page by page."""

from __future__ import annotations

import pytest

from mockrevio.contract.access import Access, parse_base_url
from mockrevio.contract.client import Client
from mockrevio.contract.paging import follow, read_page
from mockrevio.errors import AccessDenied, UpstreamError
from tests.contract_tools.scripted import Reply, scripted


def page(*ids: int, has_more: bool) -> Reply:
    records = [{"customer_id": number} for number in ids]
    return Reply(200, {"ok": True, "has_more": has_more, "record_count": len(ids), "records": records})


def read(*replies: Reply) -> tuple[list[list[int]], list[str]]:
    with (
        scripted(*replies) as service,
        Client(Access(parse_base_url(service.url), "sync@acme", "hunter22")) as client,
    ):
        read = [
            [record["customer_id"] for record in page.records]
            for page in follow(
                lambda number: read_page(client, "/Customers", [("search.status", "ACTIVE")], number, 2),
                "/Customers",
            )
        ]
    return read, [received.target for received in service.received]


def test_while_there_are_more() -> None:
    numbers, targets = read(page(1, 2, has_more=True), page(3, has_more=False))
    assert numbers == [[1, 2], [3]]
    assert targets == [f"/v1/Customers?search.status=ACTIVE&page={n}&page_size=2" for n in (1, 2)]


def test_an_empty_page_ends_it_whatever_it_says() -> None:
    assert read(page(has_more=True))[0] == [[]]


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (Reply(401, [{"message": "no such user"}]), AccessDenied, "GET /Customers: 401 no such user"),
        (Reply(403), AccessDenied, "GET /Customers: 403"),
        (Reply(500, {"message": "broken"}), UpstreamError, "GET /Customers: 500 broken"),
        (Reply(200, {"ok": True}), UpstreamError, "has no list of records"),
        (Reply(200), UpstreamError, "cannot be read as JSON"),
        (Reply(200, [{"records": []}]), UpstreamError, "has no list of records"),
        (Reply(204), UpstreamError, "GET /Customers: 204 No Content"),
        (page(1, 2, has_more=True), UpstreamError, "page 2 is page 1 again"),
    ],
)
def test_anything_else_is_an_error(reply: Reply, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read(reply)
