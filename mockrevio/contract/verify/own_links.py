"""The key links that a run makes itself: it changes no others, and leaves none of them behind."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any, NamedTuple

from mockrevio.contract.client import Answer, Call
from mockrevio.contract.verify.endpoints import LINKS
from mockrevio.contract.verify.interrupts import Interrupts
from mockrevio.contract.verify.observations import Unseen
from mockrevio.contract.verify.service import Service, find_link_id_field
from mockrevio.contract.verify.session import Record
from mockrevio.errors import AnswerLost, UpstreamError

ATTEMPTS = 4
"""How often a create is sent whose answer is lost; what the lost ones made is deleted at the end."""

USER = "LOGIN@CLIENT"
"""Stands for the user in commands that a message shows."""

SETTLE = 2.0
"""Seconds until a create whose answer was lost has happened, or will not."""


class Made(NamedTuple):
    """A response to a create, and the link as it was read then; None if there is none."""

    answer: Answer
    body: Record
    link: Record | None


class OwnLinks:
    """Makes links to one record, whose external ids have a marker, and deletes all of them."""

    def __init__(self, service: Service, interrupts: Interrupts) -> None:
        self.service = service
        self.marker = f"mockrevio-verify-{secrets.token_hex(5)}"
        self._interrupts = interrupts
        self._base: Record = {}
        self._external_ids: list[str] = []
        self._ids: list[Any] = []
        """Ids that were read back as those of own links."""
        self._lost = False

    first: Made
    """The first link, which the probes of PUT change."""
    refused = ""
    """Why no links can be made; empty if they can."""

    def begin(self) -> None:
        """Make the first link. Raises Unseen if there is nothing to link, or if links cannot be made."""
        entity_type, record_id = self.service.linkable
        self._base = {
            "integration_system_id": self.service.system["integration_system_id"],
            "integration_entity_type_id": entity_type["integration_entity_type_id"],
            "internal_id": record_id,
        }
        self.first = self.create()
        if self.first.link is None:
            message = self.service.access.redact(self.first.answer.message)
            said = f": {message}" if message else ""
            self.refused = f"creating a key link gets a {self.first.answer.status}{said}"
            raise Unseen(self.refused)
        self.service.link = self.first.link

    @property
    def path(self) -> str:
        """The path of the first link."""
        return f"{LINKS}/{self.link_id}"

    @property
    def link_id(self) -> Any:
        """The id of the first link."""
        return (self.first.link or {})[self.service.link_id_field]

    def body(self, **changes: Any) -> Record:
        """What a PUT of the first link sends: what it has, with changes; `...` leaves a field out."""
        return _changed(self.first.body, changes)

    def create(self, changes: Record | None = None, *, external_id: str | None = None) -> Made:
        """Make a link, by default with an external id of its own. Raises Unseen if every answer is lost."""
        for _ in range(ATTEMPTS):
            marked = external_id or f"{self.marker}-{len(self._external_ids) + 1}"
            body = _changed({**self._base, "external_id": marked}, changes or {})
            with self._interrupts.held():
                self._external_ids.append(marked)
                try:
                    answer = self.service.send(Call("POST", LINKS, body=body))
                except AnswerLost:
                    self._lost = True
                    continue
                if answer.status < 500:
                    return Made(answer, body, self._read_back(answer, marked))
        if self._lost:
            raise Unseen("the answers to creates were lost")
        return Made(answer, body, None)

    def _read_back(self, answer: Answer, external_id: str) -> Record | None:
        """The link that a create has made: the one that its answer names, or that a search finds."""
        if answer.status not in (200, 201):
            return None
        link_id = answer.object().get("id")
        if link_id is not None:
            read = self.service.get(f"{LINKS}/{link_id}")
            link = {name: value for name, value in read.object().items() if name != "ok"}
            if read.status == 200 and link.get("external_id") == external_id:
                self._ids.append(link_id)
                return link
        with suppress(Unseen):
            for link in self._find(external_id):
                self._ids.append(link[find_link_id_field(self.service, link)])
                return link
        return None

    def put(self, body: Any = None, **call: Any) -> Answer:
        """Send a PUT of the first link."""
        return self.service.send(Call("PUT", self.path, body=body, **call))

    def read(self) -> Record:
        """The first link as it is."""
        return self.service.get(self.path).object()

    def restore(self) -> None:
        """Give the first link back what it had."""
        self.put(self.first.body)

    def delete(self, link_id: Any) -> Answer:
        """Delete one of these links."""
        answer = self.service.send(Call("DELETE", f"{LINKS}/{link_id}"))
        if answer.status < 300 and link_id in self._ids:
            self._ids.remove(link_id)
        return answer

    # Cleaning up.

    def clean_up(self) -> list[str]:
        """Delete every link that was made, and look whether any is left. Returns what is left, in words."""
        with self._interrupts.held():
            try:
                for link_id in list(self._ids):
                    self.delete(link_id)
                if self._lost:
                    self.service.client.pause(SETTLE)
                left = self._delete_found()
                left += self._still_there(without={str(link_id) for _, link_id in left})
                return [self._advice(link, link_id) for link, link_id in left]
            except (UpstreamError, Unseen) as error:
                address = f"{self.service.access.url}{LINKS}"
                return [
                    f"key links may be left, because {error}",
                    *(
                        f"delete key link {each}: curl -X DELETE -u {USER} {address}/{each}"
                        for each in self._ids
                    ),
                    *(
                        f"look for another one: curl -u {USER} '{address}?external_id={each}'"
                        for each in self._pending()
                    ),
                ]

    def _pending(self) -> list[str]:
        return sorted(set(self._external_ids))

    def _delete_found(self) -> list[tuple[Record, Any]]:
        """Delete what a search still finds; those that are found even then, with their ids."""
        left = []
        for external_id in self._pending():
            found = self._find(external_id)
            for link in found:
                link_id = self._id_of(link)
                if link_id is not None:
                    self.delete(link_id)
            left += [(link, self._id_of(link)) for link in (self._find(external_id) if found else ())]
        return left

    def _still_there(self, *, without: set[str]) -> list[tuple[Record, Any]]:
        """Links that were not deleted and have another external id now, so that no search finds them."""
        reads = [
            (self.service.get(f"{LINKS}/{each}"), each) for each in self._ids if str(each) not in without
        ]
        return [(read.object(), link_id) for read, link_id in reads if read.status == 200]

    def _find(self, external_id: str) -> list[Record]:
        """The links with an external id. Raises Unseen if the service does not search."""
        records = self.service.records(LINKS, ("search.external_id", external_id), ("page_size", 500))
        return [record for record in records if record.get("external_id") == external_id]

    def _id_of(self, link: Record) -> Any:
        """The id of a link; None if no field has it."""
        with suppress(Unseen):
            return link[find_link_id_field(self.service, link)]
        return None

    def _advice(self, link: Record, link_id: Any) -> str:
        external_id = link.get("external_id")
        if link_id is None:
            return f"the key link with the external_id {external_id} is left"
        return (
            f"key link {link_id} (external_id {external_id}) is left; "
            f"delete it: curl -X DELETE -u {USER} {self.service.access.url}{LINKS}/{link_id}"
        )


def _changed(body: Record, changes: Record) -> Record:
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}
