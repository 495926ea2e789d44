"""Listings for people: records and key links by words, fields and order, a part of them at a time.

A part of a long table costs what it returns, if an index can find it. A search for words reads every record,
outside the database's lock, and ends when its request is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockrevio.cancellation import cancellable
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.fields import Record
from mockrevio.revio.labels import Labels
from mockrevio.revio.link_labels import LinkLabels
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource, Resources
from mockrevio.revio.search import key_function
from mockrevio.storage import KeyFunction, LiveDatabase, LiveTable, Selection
from mockrevio.storage.indexes import SortedIndex
from mockrevio.storage.selections import SMALL_TABLE, Predicate

Listed = tuple[list[Record], int]
"""The stored records of a part, which the caller must not modify, and how many match in all."""

TextsOf = Callable[[Mapping[str, Any]], Iterable[str]]


class Query(NamedTuple):
    """Which records are wanted.

    `criteria` maps fields to keys, one of which a record must have; `predicates` are other conditions. Each
    of the `words`, in folded case, must occur in the record's texts. `bounds` takes a part from the number of
    records that match. Without `sort`, they are ordered by id.
    """

    bounds: Callable[[int], slice]
    words: Sequence[str] = ()
    criteria: Mapping[str, frozenset[Hashable]] = MappingProxyType({})
    predicates: Sequence[Predicate] = ()
    sort: str | None = None
    descending: bool = False


class Listings:
    """The listings of one world, and the labels of what is listed."""

    def __init__(self, database: LiveDatabase, catalog: Catalog, resources: Callable[[], Resources]) -> None:
        self._database = database
        self._catalog = catalog
        self._resources = resources
        self.labels = Labels(database, resources)

    @property
    def resources(self) -> Resources:
        """The resources of this world now."""
        return self._resources()

    def name_of(self, resource: Resource) -> str:
        """What the admin API calls a resource: its entity type if this world has that, or else its path."""
        entity_type = resource.entity_type
        return entity_type if entity_type in self._catalog.type_names() and entity_type else resource.path

    def records(self, resource: Resource, query: Query) -> Listed:
        """The records of a resource; words are looked for in all their values, and in their labels."""

        def texts(record: Mapping[str, Any]) -> Iterator[str]:
            yield "\n".join(_scalars(record))
            yield self.labels.of(resource, record) or ""

        return self._find(resource, query, texts)

    def key_links(self, query: Query) -> Listed:
        """Key links; words are looked for in their ids, and in the names of what they link."""
        return self._find(INTEGRATION_KEY_LINK, query, self.link_labels().texts)

    def link_labels(self) -> LinkLabels:
        """What key links link, in words, by the systems and entity types that there are now."""
        return LinkLabels(self._catalog, self.resources, self.labels)

    def links_of(self, resource: Resource, record_id: int, limit: int) -> dict[str, Any]:
        """The first key links of a record, with their labels, and the number of all."""
        types = frozenset(
            type_id for type_id, name in self._catalog.types().items() if name == resource.entity_type
        )
        criteria: dict[str, frozenset[Hashable]] = {
            "internal_id": frozenset({record_id}),
            "integration_entity_type_id": types,
        }
        links, count = self.key_links(Query(lambda _: slice(0, limit), criteria=criteria))
        labels = self.link_labels()
        return {"count": count, "key_links": links, "labels": [labels.of(link) for link in links]}

    def stored(self, resource: Resource) -> list[Record]:
        """All stored records, ordered by id; the caller must not modify them."""
        with self._database.reading():
            return self._database.live_table(resource.table).select_stored(Selection())[0]

    def _find(self, resource: Resource, query: Query, texts: TextsOf) -> Listed:
        table = self._database.live_table(resource.table)
        if not (query.words or query.predicates) and len(query.criteria) <= 1:
            found = self._find_with_index(table, resource, query)
            if found is not None:
                return found
        matches = self._scan(table, resource, query, texts)
        return matches[query.bounds(len(matches))], len(matches)

    def _find_with_index(self, table: LiveTable, resource: Resource, query: Query) -> Listed | None:
        """The part that an index finds; None if that would take long under the lock."""
        selection = Selection(query.criteria, sort=query.sort, descending=query.descending)
        table.prepare(selection)
        with self._database.reading():
            count = min((_count(table, *item) for item in query.criteria.items()), default=_size(table))
            part = query.bounds(count)
            if query.criteria and query.sort not in (None, resource.id_field) and part.stop > SMALL_TABLE:
                return None
            selection = selection._replace(offset=part.start, limit=max(part.stop - part.start, 0))
            return table.select_stored(selection)[0], count

    def _scan(self, table: LiveTable, resource: Resource, query: Query, texts: TextsOf) -> list[Record]:
        """All records that match, in their order. The lock is held only while they are looked up."""
        unsorted = bool(query.criteria)
        order: dict[str, Any] = {} if unsorted else {"sort": query.sort, "descending": query.descending}
        table.prepare(Selection(query.criteria, **order))
        with self._database.reading():
            counts = {name: _count(table, name, keys) for name, keys in query.criteria.items()}
            narrowest = sorted(counts, key=counts.__getitem__)[:1]
            candidates = {name: query.criteria[name] for name in narrowest}
            records, _ = table.select_stored(Selection(candidates, **order))
        matches: Iterable[Record] = cancellable(records)
        for predicate in _predicates(resource, query, texts):
            matches = filter(predicate, matches)
        return _sort([*matches], resource, query) if unsorted else [*matches]


def _predicates(resource: Resource, query: Query, texts: TextsOf) -> Iterator[Predicate]:
    """The conditions of a query, those first that are cheap to evaluate."""
    for name, keys in query.criteria.items():
        yield _key_predicate(key_function(resource, name), keys)
    yield from query.predicates
    if query.words:
        yield lambda record: _contains(texts(record), query.words)


def _key_predicate(key_of: KeyFunction, keys: frozenset[Hashable]) -> Predicate:
    return lambda record: key_of(record) in keys


def _size(table: LiveTable) -> int:
    return len(table.documents)


def _count(table: LiveTable, name: str, keys: frozenset[Hashable]) -> int:
    return sum(len(table.ids_with((name,), key)) for key in keys)


def _sort(records: list[Record], resource: Resource, query: Query) -> list[Record]:
    """Sort records that are ordered by id."""
    if query.sort is None or (query.sort == resource.id_field and not resource.id_repeats):
        return records[::-1] if query.descending else records
    by_place = dict(enumerate(records, 1))
    index = SortedIndex(key_function(resource, query.sort), descending=query.descending)
    return [by_place[place] for place in index.sort(by_place, by_place)]


def _contains(texts: Iterable[str], words: Sequence[str]) -> bool:
    """Whether each of the words occurs in one of the texts, which are only read as far as needed."""
    missing = words
    for text in texts:
        folded = text.casefold()
        missing = [word for word in missing if word not in folded]
        if not missing:
            return True
    return False


def _scalars(value: Mapping[str, Any] | list[Any]) -> list[str]:
    """The texts and numbers in a record, at any depth."""
    found: list[str] = []
    for member in value if isinstance(value, list) else value.values():
        if isinstance(member, str):
            found.append(member)
        elif isinstance(member, (dict, list)):
            found += _scalars(member)
        elif member is not None and not isinstance(member, bool):
            found.append(str(member))
    return found
