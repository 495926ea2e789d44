"""Reading a collection page by page, as Rev.io's clients do: while `has_more`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mockrevio.contract.client import Answer, Call, Client, Query
from mockrevio.errors import AccessDenied, NoSuchEndpoint, NotPermitted, UpstreamError


class Page(NamedTuple):
    """A page of a collection."""

    number: int
    records: list[dict[str, Any]]
    has_more: bool


def follow(read: Callable[[int], Page], path: str, *, first: int = 1) -> Iterator[Page]:
    """The pages that `read` returns by number, from page `first` on, while there are more.

    Raises UpstreamError if it returns the same page again.
    """
    previous: list[dict[str, Any]] | None = None
    number = first
    while True:
        page = read(number)
        if page.records and page.records == previous:
            raise UpstreamError(f"{path}: page {number} is page {number - 1} again")
        yield page
        if not page.has_more or not page.records:
            return
        previous, number = page.records, number + 1


def page_call(path: str, query: Query, number: int, size: int) -> Call:
    """The request for one page of a collection."""
    return Call("GET", path, (*query, ("page", str(number)), ("page_size", str(size))))


def read_page(client: Client, path: str, query: Query, number: int, size: int) -> Page:
    """One page of a collection.

    Raises AccessDenied for a 401 or 403, UpstreamError for any other response that is no page.
    """
    answer = client.send(page_call(path, query, number, size))
    if answer.status != 200:
        raise failure(answer)
    try:
        body = answer.json()
    except ValueError as error:
        raise UpstreamError(f"GET {path}: the response cannot be read as JSON: {error}") from None
    records = body.get("records") if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UpstreamError(f"GET {path}: the response has no list of records")
    return Page(number, records, body.get("has_more") is True)


def failure(answer: Answer) -> UpstreamError:
    """The error for a response that is not the one that was expected."""
    kinds = {401: AccessDenied, 403: NotPermitted, 404: NoSuchEndpoint, 405: NoSuchEndpoint}
    kind: type[UpstreamError] = kinds.get(answer.status, UpstreamError)
    return kind(
        f"{answer.call.method} {answer.call.path}: {answer.status} {answer.message or answer.reason}".rstrip()
    )
