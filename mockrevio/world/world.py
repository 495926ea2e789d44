"""One world: the data of one Rev.io customer and the parts that look after it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from mockrevio.errors import Problem, Refusal, StorageError
from mockrevio.settings import Settings
from mockrevio.storage import Selection, open_database
from mockrevio.wire.query import Query
from mockrevio.wire.schema import (
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
    Record,
    Resource,
)
from mockrevio.world.adoption import ABOUT, adopt_tables, resource_of
from mockrevio.world.catalog import Catalog
from mockrevio.world.clock import Clock
from mockrevio.world.entities import EntityStore
from mockrevio.world.fixtures import Fixture, Start, document_of, start_from
from mockrevio.world.key_links import UNIQUE, KeyLinks


class World:
    """Everything one Rev.io customer would see. Safe to use from many threads."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        fixture: Fixture,
        *,
        folder: Path | None,
        warn: Callable[[str], None],
    ) -> None:
        """Open the world `name` in `folder` (None: nowhere), or make it from the fixture."""
        self.name = name
        self.clock = Clock()
        self.settings = settings
        self._process_settings = settings
        self._fixture = fixture
        self._random = Random(settings.seed)  # noqa: S311 (made-up records are no secrets)
        self._database = open_database(
            folder,
            name,
            durable=settings.durability == "fsync",
            key_of=_key_of,
            describe=_describe,
            check=adopt_tables,
            warn=warn,
        )
        self._about = self._database.live(ABOUT)
        self.catalog = Catalog(self._database)
        self.entities = EntityStore(self._database, self.catalog, self._random)
        self.key_links = KeyLinks(
            self._database, self.catalog, self.entities, self.clock, lambda: self.settings
        )
        try:
            self._start(warn)
        except BaseException:
            with suppress(StorageError):  # the first error is the one to tell
                self._database.close()
            raise

    def _start(self, warn: Callable[[str], None]) -> None:
        about = self._about.documents.get(1, {})
        if not about and not self._database.tables():
            self.reset()
            self._database.fold()  # so that the data file is there from the first moment
            return
        # A file that a person or stock TinyDB wrote says nothing about itself: it is taken as it is.
        self.settings = self._process_settings.with_world_settings(about.get("settings", {}))
        made_from = ", ".join(about.get("fixture", []))
        given = ", ".join(self._fixture.names)
        if made_from and about.get("digest") != self._fixture.digest:
            why = (
                f"the fixture {given} has changed since" if given == made_from else f"it began as {made_from}"
            )
            warn(
                f"the data of world {self.name!r} is kept, though {why}; "
                f"POST /__admin/reset makes it what {given} describes"
            )

    # Reading, as Rev.io's API does it.

    def page(self, resource: Resource, query: Query) -> tuple[list[Record], bool]:
        """The records of one page, as Rev.io shows them, and whether later pages exist."""
        selection = Selection(query.wanted, query.sort, query.descending, query.offset, query.page_size)
        with self._database.reading():
            records, has_more = self._database.live(resource.table).select(selection)
        return [resource.present(record) for record in records], has_more

    def record(self, resource: Resource, record_id: int | None) -> Record:
        """One record as Rev.io shows it; D: a Refusal with `not_found` if there is none."""
        record = None if record_id is None else self._database.live(resource.table).fetch(record_id)
        if record is None:
            raise Refusal(Problem("not_found", f"{resource.path} {record_id} was not found."))
        return resource.present(record)

    # The whole world.

    def reset(self) -> None:
        """Become what the fixture describes: data, ids, settings, random source."""
        self._replace(self._fixture.start)
        if self._process_settings.seed is not None:
            self._random.seed(self._process_settings.seed)

    def state(self) -> Record:
        """The world as a fixture document."""
        with self._database.reading():
            tables = self._database.documents()
            next_ids = self._database.next_ids()
            about = tables.pop(ABOUT, {}).get(1, {})
        # A table is made when it is first asked for: that must not change the state.
        ours = {name: table for name, table in tables.items() if table and resource_of(name)}
        hidden = (INTEGRATION_SYSTEM.table, INTEGRATION_ENTITY_TYPE.table)
        ids = {name: number for name, number in next_ids.items() if resource_of(name) and name not in hidden}
        return document_of(Start(ours, ids, about.get("settings", {})))

    def replace_state(self, document: object) -> None:
        """Become what a fixture document describes; FixtureError, and no change, if it is none."""
        self._replace(start_from(document))

    def _replace(self, start: Start) -> None:
        about = {
            "fixture": list(self._fixture.names),
            "digest": self._fixture.digest,
            "settings": dict(start.settings),
        }
        tables = {**start.tables, ABOUT: {1: about}}
        now = self.clock.stamp()
        tables[INTEGRATION_KEY_LINK.table] = {
            link_id: {"created_date": now, "created_by": None, **link}
            for link_id, link in start.tables[INTEGRATION_KEY_LINK.table].items()
        }
        with self._database.writing():
            self._database.commit([("replace", tables, start.next_ids)])
            self.settings = self._process_settings.with_world_settings(start.settings)

    def close(self) -> None:
        """Fold the log into the data file and let go of it."""
        self._database.close()


def _describe(table: str) -> Mapping[str, Any]:
    """How a table is kept: its id field, and the indexes that it has from the start."""
    if table == INTEGRATION_KEY_LINK.table:
        indexed = (("external_id",), ("internal_id",), UNIQUE)
        return {"id_field": INTEGRATION_KEY_LINK.id_field, "indexed": indexed}
    resource = resource_of(table)
    return {"id_field": resource.id_field} if resource else {}


def _key_of(table: str, name: str) -> Callable[[Any], Hashable]:
    resource = resource_of(table)
    if resource is None:
        raise KeyError(f"{table} is no table of Rev.io's")
    return resource.fields[name].key_of
