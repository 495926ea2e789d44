"""Reading a tenant: its collections page by page, and records by id, through the state of the pull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mockrevio.contract.client import Call, Client, Query
from mockrevio.contract.paging import Page, failure, follow, page_call, read_page
from mockrevio.contract.personal_data import PersonalData
from mockrevio.contract.pull.progress import Progress
from mockrevio.contract.pull.state import PullState
from mockrevio.revio.fields import Record, parse_integer
from mockrevio.revio.resources import Resource
from mockrevio.revio.wire.query import MAX_PAGE_SIZE

BATCH = 40
"""Ids in one search. IIS allows 2048 characters in a query, and an id with its name takes up to 40."""


class Source:
    """The tenant's records, and what becomes of their personal data. What the state has is not read again."""

    def __init__(
        self, client: Client, state: PullState, personal_data: PersonalData, progress: Progress
    ) -> None:
        self._client = client
        self._state = state
        self._personal_data = personal_data
        self._progress = progress
        self.calls = 0

    def first(self, resource: Resource, limit: int | None = None) -> Iterator[Record]:
        """The first records of a collection by id, or all of them; some may come twice.

        Raises AccessDenied or UpstreamError.
        """
        size = min(limit or MAX_PAGE_SIZE, MAX_PAGE_SIZE)
        query = (("sort", resource.id_field),)
        path = f"/{resource.path}"
        for page in follow(lambda number: self._page(resource, query, number, size), path):
            yield from page.records

    def by_ids(self, resource: Resource, ids: Sequence[int]) -> Iterator[tuple[int, Record]]:
        """The records with these ids that exist, by id. Raises AccessDenied or UpstreamError."""
        for start in range(0, len(ids), BATCH):
            self._progress.update(f"{resource.table} referred to", start, len(ids))
            batch = ids[start : start + BATCH]
            missing = set(batch)
            if len(batch) > 1:
                # C: a parameter that is given several times means "any of these".
                for record_id, record in self._search(resource, batch):
                    missing.remove(record_id)
                    yield record_id, record
            for record_id in sorted(missing):
                yield from ((record_id, record) for record in self._single(resource, record_id))
        self._progress.update(f"{resource.table} referred to", len(ids), len(ids))

    def _search(self, resource: Resource, ids: Sequence[int]) -> Iterator[tuple[int, Record]]:
        """What a search for several ids finds of them. Some services may not support it."""
        query = tuple((resource.id_field, str(record_id)) for record_id in ids)
        missing = set(ids)
        for page in follow(lambda number: self._page(resource, query, number, len(ids)), f"/{resource.path}"):
            records = {_as_id(record.get(resource.id_field)): record for record in page.records}
            found = missing & records.keys()
            yield from ((record_id, records[record_id]) for record_id in sorted(found))
            missing -= found
            if not found or not missing:
                return

    def _page(self, resource: Resource, query: Query, number: int, size: int) -> Page:
        call = page_call(f"/{resource.path}", query, number, size)
        stored = self._state.get(call.target)
        if stored is None:
            page = read_page(self._client, call.path, query, number, size)
            stored = self._store(call, resource, page.records, has_more=page.has_more)
        return Page(number, stored["records"], stored["has_more"])

    def _single(self, resource: Resource, record_id: int) -> list[Record]:
        """The record with this id; none if there is none."""
        call = Call("GET", f"/{resource.path}/{record_id}")
        stored = self._state.get(call.target)
        if stored is None:
            answer = self._client.send(call)
            if answer.status not in (200, 404):
                raise failure(answer)
            stored = self._store(call, resource, [answer.object()] if answer.status == 200 else [])
        records: list[Record] = stored["records"]
        return records

    def _store(
        self, call: Call, resource: Resource, records: list[Record], *, has_more: bool = False
    ) -> dict[str, Any]:
        self.calls += 1
        shown = [self._personal_data.record(resource, record) for record in records]
        response = {"records": shown, "has_more": has_more}
        self._state.put(call.target, response)
        return response


def _as_id(value: object) -> int:
    """An id, which some services send as text; 0 if it is none."""
    number = parse_integer(value) if isinstance(value, str) else value
    return number if type(number) is int else 0
