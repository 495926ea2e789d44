"""Every exception that mockrevio raises deliberately.

MockrevioError
├── SettingError            a setting has an invalid value
├── DocumentError           a JSON document has mistakes; `mistakes` lists them
│   └── FixtureError        the document is a fixture
├── StorageError            the data cannot be read or written
│   ├── DataInUse           another process owns the data folder
│   ├── DataDamaged         the data file or its log is not as mockrevio wrote it
│   ├── DataUnwritable      the folder or the disk rejects a write
│   └── DataClosed          the world was removed, or the server is stopping
├── ServerError             the server cannot start, is not running, or does not respond
├── InterceptionError       `intercept` cannot redirect this host, or a call of this library
├── ExtraMissing            an extra of the package is not installed
├── UpstreamError           the real service cannot be reached, or responds in a way that cannot be used
│   ├── AccessDenied        it rejects the credentials or the subscription key, or the quota is used up
│   │   └── NotPermitted    the user may not read this endpoint
│   ├── NoSuchEndpoint      it does not have this endpoint
│   └── AnswerLost          a write was sent, and nobody knows whether it was applied
├── AdminCallRefused        the admin API rejected a request of a `MockRevio`
├── CheckFailed             `MockRevio.assert_called` or `MockRevio.check` failed
├── UnknownArgument         a method of a `MockRevio` has no such argument
├── NotFoundError           something that was named does not exist
│   ├── UnknownDelivery
│   ├── UnknownEntityType
│   ├── UnknownFault
│   ├── UnknownSnapshot
│   └── UnknownWorld
├── TooManyWorlds           the maximum number of worlds exists already
├── ClockError              the clock cannot be set to that time
├── EntityExists            the id of a new entity is taken
├── IdsExhausted            the largest possible id has been assigned
└── ApiError                Rev.io rejects a request; `problems` says why

This module knows nothing about HTTP: `wire.envelopes` decides how an ApiError looks on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockrevio.explanations import Explanation


class MockrevioError(Exception):
    """Base class. The text is a message for the user, and says what to do."""


class SettingError(MockrevioError):
    """A setting has an invalid value, or a settings file cannot be read."""


class Mistake(NamedTuple):
    """One mistake in a document.

    `place` looks like `mine.json: key_links[3].internal_id`. A mistake that is not `fatal`, such as an
    entity field that mockrevio does not know, is reported as a warning.
    """

    place: str
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DocumentError(MockrevioError):
    """A document cannot be used; `mistakes` lists every reason with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        lines = (Explanation(mistake.place, ": ", mistake.message) for mistake in mistakes)
        super().__init__(Explanation.joined("\n", lines))


class FixtureError(DocumentError):
    """A fixture cannot be used."""


class StorageError(MockrevioError):
    """The data cannot be read or written. Writes acknowledged before are safe."""


class DataInUse(StorageError):
    """Another process owns the data folder."""


class DataDamaged(StorageError):
    """A file in the data folder is not as mockrevio wrote it; the file is left unchanged."""


class DataUnwritable(StorageError):
    """The folder or the disk rejects a write; the write did not happen.

    With durability fsync, a failed fsync is different: this process has applied the write, but whether it
    survives a power loss is unknown, and further writes are rejected until a restart.
    """


class DataClosed(StorageError):
    """The world was removed, or the server is stopping; the write did not happen."""


class ServerError(MockrevioError):
    """The server cannot start, is not running, or does not respond."""


class InterceptionError(MockrevioError):
    """`intercept` cannot redirect this host, or rejects a call because it would leave the machine."""


class ExtraMissing(MockrevioError):
    """An extra of the package is not installed; the text says how to install it."""


class UpstreamError(MockrevioError):
    """The real service cannot be reached, or responds in a way that cannot be used."""


class AccessDenied(UpstreamError):
    """The real service rejects the credentials or the subscription key, or the quota is used up."""


class NotPermitted(AccessDenied):
    """The user of the real service may not read this endpoint."""


class NoSuchEndpoint(UpstreamError):
    """The real service does not have this endpoint."""


class AnswerLost(UpstreamError):
    """A write was sent and no response came, so whether it was applied is unknown."""


class AdminCallRefused(MockrevioError):
    """The admin API rejected a request of a `MockRevio`.

    `status`, `code` and `body` are those of the response; the text is its message.
    """

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("error", "unknown"))
        self.body = body
        super().__init__(str(body.get("message") or f"status {status}"))


class CheckFailed(MockrevioError, AssertionError):
    """A check of a test failed: a fault never fired, or an expected request was not made."""


class UnknownArgument(MockrevioError, TypeError):
    """A method of a `MockRevio` was called with an argument that it does not have."""


class NotFoundError(MockrevioError):
    """Something that was named does not exist; the text lists what does."""


class UnknownDelivery(NotFoundError):
    """No delivery of a notification has that id in this world, or its receiver was deleted."""


class UnknownEntityType(NotFoundError):
    """No entity type has that name in this world."""


class UnknownFault(NotFoundError):
    """No fault rule has that id in this world."""


class UnknownSnapshot(NotFoundError):
    """No snapshot has that name in this world."""


class UnknownWorld(NotFoundError):
    """No world exists for that client code."""


class TooManyWorlds(MockrevioError):
    """The maximum number of worlds exists already."""


class SnapshotsFull(MockrevioError):
    """The memory for snapshots that are not in a folder is used up."""


class ClockError(MockrevioError):
    """The clock cannot be set to that time."""


class EntityExists(MockrevioError):
    """The id of a new entity is taken."""


class IdsExhausted(MockrevioError):
    """A record cannot be added, because the largest possible id has been assigned."""


class Problem(NamedTuple):
    """One reason for an ApiError, worded as in Rev.io's error bodies.

    `code` is a key of `wire.envelopes.STATUS_BY_CODE`. `explain` is a hint that Rev.io would not give
    ("nearest 1001"); it is sent in the X-Mock-Explain header, never in the body.
    """

    code: str
    message: str
    field: str | None = None
    explain: str | None = None


class ApiError(MockrevioError):
    """Rev.io rejects a request, with one problem per reason."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("an ApiError needs at least one problem")
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))
