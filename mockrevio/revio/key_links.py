"""Key links and Rev.io's rules for them: what they link must exist, no duplicates, no reused ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import Explanation, set_to
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.catalog import Catalog
from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import explain_missing, require_free_id
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resources
from mockrevio.revio.users import Users
from mockrevio.revio.wire.values import convert_required
from mockrevio.settings import Settings
from mockrevio.storage import LiveDatabase

WRITABLE_FIELDS = ("integration_system_id", "integration_entity_type_id", "internal_id", "external_id")
"""D: the fields that a client writes, all of them required. A: their combination is unique."""

_REQUIRED_FIELDS = {name: INTEGRATION_KEY_LINK.fields[name] for name in WRITABLE_FIELDS}
_ID = INTEGRATION_KEY_LINK.id_field


class KeyLinks:
    """The key links of one world."""

    def __init__(
        self,
        database: LiveDatabase,
        catalog: Catalog,
        users: Users,
        *,
        resources: Callable[[], Resources],
        date: Callable[[], str],
        settings: Callable[[], Settings],
    ) -> None:
        self._database = database
        self._links = database.live_table(INTEGRATION_KEY_LINK.table)
        self._catalog = catalog
        self._resources = resources
        self._users = users
        self._date = date
        self._settings = settings

    def count(self) -> int:
        """The number of key links."""
        return len(self._links.documents)

    def count_by_type(self) -> Counter[tuple[int, int]]:
        """The number of key links of each integration system and entity type, by their ids."""
        with self._database.reading():
            links = list(self._links.documents.values())
        return Counter(
            (link["integration_system_id"], link["integration_entity_type_id"]) for link in cancellable(links)
        )

    def ids(self) -> Sequence[int]:
        """The ids of all links, ascending."""
        with self._database.reading():
            return list(self._links.ids())

    def get(self, link_id: int) -> Record | None:
        """A copy of one link, or None."""
        return self._links.fetch(link_id)

    def create(self, fields: Mapping[str, Any], login: str | None) -> int:
        """Create a link from the fields of a body, in the name of the user with a login; return its id.

        D: the entity that `internal_id` names must exist. A: so must the system and the entity type; a
        duplicate is rejected unless the setting `duplicates` is `allow`; ids count up and are never reused.
        Raises ApiError with every rule that the fields break, and IdsExhausted if no id is left.
        """
        values = convert_required(fields, _REQUIRED_FIELDS)
        with self._database.writing():
            self._check(values, replacing=None)
            link_id = self._links.next_id
            require_free_id(self._links.name, link_id)
            now = self._date()
            user_id, changes = self._users.find_or_add(login, now)
            link = {_ID: link_id, **values, "created_date": now, "created_by": user_id}
            self._database.commit([*changes, ("put", self._links.name, link_id, link)])
        return link_id

    def replace(self, link_id: int, fields: Mapping[str, Any]) -> None:
        """A: replace the four fields of a link, keeping its id, created_date and created_by.

        If the setting `put` is `merge`, fields that are missing keep their values.

        Raises ApiError as `create` does, or with `not_found` if no such link exists.
        """
        with self._database.writing():
            old = self._get_existing(link_id)
            if self._settings().put == "merge":
                fields = {**{name: old[name] for name in WRITABLE_FIELDS}, **fields}
            values = convert_required(fields, _REQUIRED_FIELDS)
            self._check(values, replacing=link_id)
            origin = {name: old.get(name) for name in ("created_date", "created_by")}
            link = {_ID: link_id, **values, **origin}
            self._database.commit([("put", self._links.name, link_id, link)])

    def delete(self, link_id: int) -> None:
        """D: delete a link. A: raises ApiError (`not_found`) if no such link exists."""
        with self._database.writing():
            self._get_existing(link_id)
            self._database.commit([("delete", self._links.name, link_id)])

    def _get_existing(self, link_id: int) -> Record:
        link = self._links.documents.get(link_id)
        if link is None:
            raise ApiError(Problem("not_found", f"{INTEGRATION_KEY_LINK.path} {link_id} was not found."))
        return link

    def _check(self, values: Mapping[str, Any], *, replacing: int | None) -> None:
        """Raise ApiError with every rule that the values break (A: all at once, duplicates last)."""
        problems = [*self._check_system(values), *self._check_linked_entity(values)]
        if not problems and self._settings().duplicates == "reject":
            problems = self._check_unique(values, replacing)
        if problems:
            raise ApiError(*problems)

    def _check_system(self, values: Mapping[str, Any]) -> list[Problem]:
        system_id = values["integration_system_id"]
        if self._catalog.has_system(system_id):
            return []
        record_behaviour("link.system_exists")
        message = f"Integration system {system_id} does not exist."
        explain = f"integration system {system_id} does not exist; known: {self._catalog.format_systems()}"
        return [Problem("invalid", message, "integration_system_id", explain)]

    def _check_linked_entity(self, values: Mapping[str, Any]) -> list[Problem]:
        type_id, internal_id = values["integration_entity_type_id"], values["internal_id"]
        type_name = self._catalog.type_name(type_id)
        if type_name is None:
            record_behaviour("link.type_exists")
            message = f"Integration entity type {type_id} does not exist."
            explain = (
                f"integration entity type {type_id} does not exist; known: {self._catalog.format_types()}"
            )
            return [Problem("invalid", message, "integration_entity_type_id", explain)]
        entities = self._database.live_table(self._resources().of_entity_type(type_name).table)
        if internal_id in entities.documents:
            return []
        record_behaviour("link.entity_exists")
        message = f"{type_name} {internal_id} does not exist."
        explain = explain_missing(type_name, internal_id, entities.ids())
        return [Problem("entity_not_found", message, "internal_id", explain)]

    def _check_unique(self, values: Mapping[str, Any], replacing: int | None) -> list[Problem]:
        equal_ids = self._links.ids_with(WRITABLE_FIELDS, tuple([values[name] for name in WRITABLE_FIELDS]))
        duplicates = [link_id for link_id in equal_ids if link_id != replacing]
        if not duplicates:
            return []
        record_behaviour("link.duplicate")
        message = "An integration key link with the same values already exists."
        existing = f"{INTEGRATION_KEY_LINK.path} {duplicates[0]}"
        explain = Explanation(
            f"{existing} has the same values; allow duplicates with ", set_to("duplicates", "allow")
        )
        return [Problem("duplicate", message, explain=explain)]
