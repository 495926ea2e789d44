"""A test session that uses mocks: what each test starts with, what it must not do, what its report shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockrevio.errors import AdminCallRefused, CheckFailed, MockrevioError, ServerError
from mockrevio.testing.handle import MockRevio
from mockrevio.testing.handle.calls_shown import describe_summary, number_of_calls
from mockrevio.testing.handle.server_handle import explicit_settings, summarize_calls
from mockrevio.testing.pytest_marker import NAME, NO_MARKER, Marker

if TYPE_CHECKING:
    from mockrevio.types.calls import Strictness

SECTION = "mockrevio: calls of this test"
MAX_LISTED = 20
"""How many calls a report lists."""


class Reliance:
    """How many of all calls relied on assumed rules, and on which."""

    def __init__(self) -> None:
        self.calls = self.relying = 0
        self.rules: Counter[str] = Counter()

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what the admin API, or `as_json`, says of some calls."""
        self.calls += other["calls"]
        self.relying += other["relying"]
        self.rules.update(other["rules"])

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON, for reports that pytest-xdist sends to its controller."""
        return {"calls": self.calls, "relying": self.relying, "rules": dict(self.rules)}

    def __str__(self) -> str:
        rules = ", ".join(f"{name} ({count})" for name, count in self.rules.most_common())
        return f"mockrevio: {self.relying} of {number_of_calls(self.calls)} relied on assumed rules: {rules}"


class Session:
    """The mocks of a session: the one that tests share, and those for settings that need one of their own."""

    def __init__(
        self,
        shared: MockRevio,
        start: Callable[[Mapping[str, Any]], AbstractContextManager[MockRevio]],
        strict: Strictness,
        allow_assumed: Sequence[str],
    ) -> None:
        self.shared = shared
        self.closed = False
        self._start = start
        self._strict = strict
        self._allow_assumed = allow_assumed
        self._others: dict[str, MockRevio] = {}
        self._stack = ExitStack()
        self._current: Use | None = None
        self.reliance = Reliance()
        self._observe(shared)

    def _observe(self, revio: MockRevio) -> None:
        revio._after_reset = partial(self._after_reset, revio)

    def _after_reset(self, revio: MockRevio, forgotten: Mapping[str, Any]) -> None:
        self.reliance.add(forgotten)
        use = self._current
        if use is not None and use.revio is revio:
            use.prepare()

    def begin(self, item: pytest.Item) -> Use:
        """A clean world for a test. Raises MockrevioError if its markers are invalid."""
        marker = Marker.of(item)
        revio = self._server_for(marker.server_settings)
        use = Use(
            revio,
            marker,
            item.path.parent,
            strict=marker.strict or self._strict,
            allow_assumed=self._allow_assumed,
        )
        self._current = use
        revio.up()  # the test before may have left it down
        try:
            revio.reset()
        except AdminCallRefused as error:
            raise MockrevioError(f"{NAME}: {error}") from None
        return use

    def end_test(self) -> None:
        """The next test begins: what the last one asked for does not apply any more."""
        self._current = None

    def watch(self, item: pytest.Item) -> Use:
        """A test that uses the shared server without a clean world of its own: which calls are its own."""
        self._current = Use(self.shared, NO_MARKER, item.path.parent, after=self._shared_calls())
        return self._current

    def _shared_calls(self) -> int:
        try:
            return int(summarize_calls(self.shared, {"last": 0})["last"]["count"])
        except ServerError:  # the test will say so
            return 0

    def _server_for(self, settings: Mapping[str, Any]) -> MockRevio:
        if not settings:
            return self.shared
        key = json.dumps(settings, sort_keys=True, default=str)
        revio = self._others.get(key)
        if revio is None:
            try:
                revio = self._others[key] = self._stack.enter_context(self._start(settings))
            except MockrevioError as error:
                raise MockrevioError(f"{NAME}: {error}") from None
            self._observe(revio)
        return revio

    def close(self) -> None:
        """Keep what the reports of the last test need, and stop the other servers."""
        self.closed = True
        if self._current is not None:
            self._current.keep()
        for revio in (self.shared, *self._others.values()):
            try:
                self.reliance.add(summarize_calls(revio, {})["reliance"])
            except ServerError:  # it has stopped meanwhile
                continue
        self._stack.close()

    def take_reliance(self) -> dict[str, Any]:
        """What calls since the last time relied on, as far as it is known."""
        taken, self.reliance = self.reliance, Reliance()
        return taken.as_json()


class Use:
    """The use of a mock by one test."""

    def __init__(
        self,
        revio: MockRevio,
        marker: Marker,
        folder: Path,
        *,
        strict: Strictness = "off",
        allow_assumed: Sequence[str] = (),
        after: int | None = None,
    ) -> None:
        """`folder` is where the files of fixtures are, `after` how many calls others made before."""
        self.revio = revio
        self._marker = marker
        self._strict = strict
        self._allow_assumed = allow_assumed
        self._after = after
        self._document = marker.document(folder, explicit_settings(revio))
        self._resets = 0
        self._kept: str | None = None

    def prepare(self) -> None:
        """What the markers add to a world that has been reset."""
        self._resets += 1
        if self._document is not None:
            self.revio.replace_state(self._document)
        if self._marker.world_settings:
            self.revio.change_settings(**self._marker.world_settings)
        for match in self._marker.allow_errors:
            self.revio.allow_errors(match=match)
        self.revio.allow_assumed(*self._allow_assumed, *self._marker.allow_assumed)

    def failure(self) -> str | None:
        """What the test should fail for, if anything. Raises ServerError if the mock is not there."""
        if self._after is not None:
            return None  # the world is not of this test alone
        try:
            self.revio.check(strict=self._strict)
        except CheckFailed as error:
            return str(error)
        return None

    def calls(self) -> str:
        """The last calls of the test, for its report."""
        return self._fetch_calls() if self._kept is None else self._kept

    def keep(self) -> None:
        """Keep the calls, because the server stops."""
        self._kept = self._fetch_calls()

    def _fetch_calls(self) -> str:
        try:
            found = summarize_calls(self.revio, {"last": MAX_LISTED, "after": self._after or 0})["last"]
        except MockrevioError as error:
            return f"not available: {error}"
        lines = []
        if self._resets > 1:
            lines.append("... those before the last reset() are forgotten")
        if found["omitted"]:
            lines.append(f"... {found['omitted']} earlier")
        lines += map(describe_summary, found["requests"])
        return "\n".join(lines or ["none"])


def add_section(report: pytest.TestReport, name: str, text: str) -> None:
    """Show a text below the error of a report, in the terminal and in files of results."""
    add: Callable[[str, str], None] | None = getattr(report.longrepr, "addsection", None)
    if add is None:  # an error in a form of its own, such as that of an unknown fixture
        report.sections.append((name, text))
    else:
        add(name, text)
