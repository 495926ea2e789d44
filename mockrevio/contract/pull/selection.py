"""Which records to pull: the value of `--records`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mockrevio.errors import SettingError, UnknownEntityType
from mockrevio.revio.resources import BUILT_IN, ENTITIES, KEY_LINK_RESOURCES, Resource

ALL = "all"
_FORM = "TYPE:N, ENDPOINT:N or TYPE:all, such as CUSTOMER:200,BILL:all"
_MAX_DIGITS = 9


class Selection(NamedTuple):
    """The first `limit` records of a resource by id; None means all of them."""

    resource: Resource
    limit: int | None

    @property
    def name(self) -> str:
        """What fixtures call the resource."""
        return self.resource.table


def parse_selections(texts: Iterable[str]) -> list[Selection]:
    """Parse `CUSTOMER:200,BILL:all`, given once or several times. Raises SettingError."""
    selections: list[Selection] = []
    for part in (part.strip() for text in texts for part in text.split(",")):
        selection = _parse(part)
        if any(other.resource is selection.resource for other in selections):
            raise SettingError(f"--records: {selection.name} is named twice")
        selections.append(selection)
    return selections


def _parse(text: str) -> Selection:
    name, _, number = text.rpartition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS and int(number) > 0
    is_all = number.lower() == ALL
    if not name or not (is_number or is_all):
        raise SettingError(f"--records: must be {_FORM} with N from 1, not {text!r}")
    if any(name.lower() in (known.path.lower(), known.table) for known in KEY_LINK_RESOURCES):
        raise SettingError(
            f"--records: {name} cannot be selected; systems and entity types are always read, and key links "
            "with --key-links"
        )
    try:
        resource = BUILT_IN.named(name, list(ENTITIES))
    except UnknownEntityType as error:
        raise SettingError(f"--records: {error}") from None
    return Selection(resource, None if is_all else int(number))
