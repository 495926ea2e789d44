"""Every exception that mockrevio raises on purpose.

MockrevioError
├── SettingError        a setting has a value that is not allowed
├── DocumentError       a JSON document that a person wrote has mistakes (`mistakes` lists them)
│   └── FixtureError    a fixture document, that is
├── StorageError        the data could not be read or written
│   ├── DataInUse       another process owns the data folder
│   ├── DataDamaged     the data file or its log is not what mockrevio wrote
│   ├── DataUnwritable  the folder or the disk refuses a write
│   └── DataClosed      the world was removed, or the server stops
├── ServerError         the server could not start, or does not answer
├── AdminCallRefused    the admin side refused a call of a `MockRevio`
├── CheckFailed         what a test armed or called did not go as it should
├── Unknown             a thing that was named does not exist
│   ├── UnknownEntityType
│   ├── UnknownFault
│   ├── UnknownSnapshot
│   └── UnknownWorld
├── TooManyWorlds       no further world may be made
├── ClockError          the clock cannot be set there
├── EntityExists        an entity to be added has an id that is taken
├── IdsUsedUp           the largest id there can be has been given out
└── Refusal             a call that Rev.io refuses (`problems` says why)

Nothing here knows of HTTP: `wire.envelopes` decides how a refusal looks on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class MockrevioError(Exception):
    """The root: its text is a sentence for the person who made the mistake."""


class SettingError(MockrevioError):
    """A setting has a value that is not allowed."""


class Mistake(NamedTuple):
    """One thing that is wrong in a document that a person wrote.

    `place` reads `mine.json: key_links[3].internal_id`. A mistake that is not `fatal` is worth
    naming (an entity field that mockrevio does not know) but does not stop anyone.
    """

    place: str
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DocumentError(MockrevioError):
    """A document that a person wrote cannot be used; `mistakes` names every reason with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class FixtureError(DocumentError):
    """A fixture document cannot be used."""


class StorageError(MockrevioError):
    """The data could not be read or written; what was answered before is safe."""


class DataInUse(StorageError):
    """Another process owns the data folder."""


class DataDamaged(StorageError):
    """A file of the data folder is not what mockrevio wrote; it is left exactly as it was found."""


class DataUnwritable(StorageError):
    """The folder or the disk refuses a write; the write did not happen.

    With durability fsync, one whose bytes did not reach the disk has happened as far as this process is
    concerned; whether it outlasts a power cut is unknown, and no more are taken until a restart.
    """


class DataClosed(StorageError):
    """The world was removed, or the server stops; the write did not happen."""


class ServerError(MockrevioError):
    """The server could not start, or does not answer."""


class AdminCallRefused(MockrevioError):
    """The admin side refused a call of a `MockRevio`: `status`, `code`, and the text that says why."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(answer.get("error", "unknown"))
        self.answer = answer
        super().__init__(str(answer.get("message", f"status {status}")))


class CheckFailed(MockrevioError, AssertionError):
    """What a test armed or called did not go as it should: a fault never fired, a call is missing."""


class NotFoundError(MockrevioError):
    """A thing that was named does not exist; the text says which there are."""


class UnknownEntityType(NotFoundError):
    """No entity type has that name in this world."""


class UnknownFault(NotFoundError):
    """No fault rule has that id in this world."""


class UnknownSnapshot(NotFoundError):
    """No snapshot has that name in this world."""


class UnknownWorld(NotFoundError):
    """No client code of that name has a world."""


class TooManyWorlds(MockrevioError):
    """As many worlds as are allowed exist already."""


class ClockError(MockrevioError):
    """The clock cannot be set there."""


class EntityExists(MockrevioError):
    """An entity to be added has an id that is taken."""


class IdsExhausted(MockrevioError):
    """A record is to be added, and the largest id there can be has been given out."""


class Problem(NamedTuple):
    """One reason for a refusal, in the words of Rev.io's error bodies.

    `code` is one of the codes that `wire.envelopes.STATUS_BY_CODE` lists. `explain` is what only a
    mock can say (“nearest 1001”); it travels in a header, never in the body.
    """

    code: str
    message: str
    field: str | None = None
    explain: str | None = None


class ApiError(MockrevioError):
    """A call that Rev.io refuses, with one problem per reason."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a refusal needs a reason")
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))
