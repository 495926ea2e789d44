"""`@pytest.mark.mock_revio(fixture=..., strict=...)`: what a test, a class or a module asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, get_args

import pytest

from mockrevio.errors import FixtureError, MockrevioError, UnknownArgument
from mockrevio.revio.behaviours import assumed_rules
from mockrevio.settings.definitions import TABLE, WORLD_SETTINGS
from mockrevio.testing.handle.keywords import reject_unknown
from mockrevio.testing.handle.matchers import Match, merge_match
from mockrevio.types.calls import Strictness

if TYPE_CHECKING:
    from mockrevio.types.settings import ServerSettings

NAME = "@pytest.mark.mock_revio"
_Allowance = bool | int | str | Match


def _arguments(
    *,
    fixture: str | Path | Sequence[str | Path] | None = None,
    strict: Strictness | None = None,
    allow_errors: _Allowance | Sequence[_Allowance] | None = None,
    allow_assumed: str | Sequence[str] | None = None,
    **settings: Unpack[ServerSettings],
) -> Marker:
    """The arguments of the marker. The settings are those of `MockRevio`."""
    if strict not in (None, *get_args(Strictness)):
        allowed = " or ".join(map(repr, get_args(Strictness)))
        raise MockrevioError(f"strict: must be {allowed}, not {strict!r}")
    fixtures = _listed("fixture", fixture, (str, Path), "the name of a fixture, a file")
    rules = _listed("allow_assumed", allow_assumed, (str,), "the name of a rule")
    try:
        assumed_rules(rules)
    except ValueError as error:
        raise MockrevioError(f"allow_assumed: {error}") from None
    return Marker(
        [*map(str, fixtures)],
        strict,
        _matchers(allow_errors),
        rules,
        {name: value for name, value in settings.items() if name in WORLD_SETTINGS},
        {name: value for name, value in settings.items() if name not in WORLD_SETTINGS},
    )


def _listed(name: str, given: Any, types: tuple[type, ...], what: str) -> list[Any]:
    """The items of an argument that may be one of them, a list of them, or not given."""
    items = given if isinstance(given, (list, tuple)) else [] if given is None else [given]
    for item in items:
        if not isinstance(item, types):
            raise MockrevioError(f"{name}: must be {what} or a list of these, not {given!r}")
    return list(items)


class Marker(NamedTuple):
    """What the markers of a test ask for together."""

    fixture: Sequence[str]
    strict: Strictness | None
    allow_errors: Sequence[Mapping[str, Any]]
    allow_assumed: Sequence[str]
    world_settings: Mapping[str, Any]
    server_settings: Mapping[str, Any]
    """Those that a running server cannot change."""

    @classmethod
    def of(cls, item: pytest.Item) -> Marker:
        """The marker of a test; of several, the closest one decides on each argument.

        Raises MockrevioError for an invalid argument.
        """
        given: dict[str, Any] = {}
        for mark in reversed([*item.iter_markers("mock_revio")]):
            if mark.args:
                raise UnknownArgument(
                    f"{NAME}: takes no argument without a name, as {mark.args[0]!r}; "
                    f"write {NAME}(fixture=...) or the name of a setting"
                )
            reject_unknown(_arguments, mark.kwargs, TABLE, NAME)
            given.update(mark.kwargs)
        try:
            return _arguments(**given)
        except MockrevioError as error:
            raise MockrevioError(f"{NAME}: {error}") from None

    def document(self, folder: Path, overridden: frozenset[str]) -> dict[str, Any] | None:
        """The world that the fixtures describe; None if there are none. Files are relative to a folder.

        Settings of theirs that the server was started with are left out. Raises FixtureError.
        """
        if not self.fixture:
            return None
        from mockrevio.seeding.fixture_files import names_in
        from mockrevio.seeding.fixtures import load_fixture, to_document

        try:
            document = to_document(load_fixture(names_in(folder, self.fixture)).state)
        except FixtureError as error:
            raise MockrevioError(f"{NAME}: {error}") from None
        settings = document.get("settings", {})
        document["settings"] = {name: value for name, value in settings.items() if name not in overridden}
        return document


def _matchers(allowed: _Allowance | Sequence[_Allowance] | None) -> list[dict[str, Any]]:
    """The calls that may fail: all, those with a status, those that match, or a list of these."""
    if isinstance(allowed, (list, tuple)):
        return [matcher for each in allowed for matcher in _matchers(each)]
    if allowed is None or allowed is False:
        return []
    if isinstance(allowed, Mapping):
        return [merge_match(allowed, {})]
    return [{} if allowed is True else {"status": allowed}]


NO_MARKER = _arguments()
