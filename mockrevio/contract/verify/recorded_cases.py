"""The cases that `mockrevio record` has written, in place of the rules of the contract suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mockrevio.contract.record.exchange import parse_json
from mockrevio.contract.record.replay import Case, Replayed, is_cases, read_cases, replay
from mockrevio.contract.verify.comparison import Comparison, Result
from mockrevio.contract.verify.reference import reference
from mockrevio.regular_files import read_file_or_pipe
from mockrevio.revio.behaviours import Behaviour
from mockrevio.settings import Settings


def cases_in(path: Path) -> list[Case] | None:
    """The cases in a file; None if it is anything else. Raises SettingError for cases of another version."""
    try:
        document = parse_json(read_file_or_pipe(path))
    except OSError:
        return None
    return read_cases(document, path) if is_cases(document) else None


def replayed(cases: Sequence[Case], path: Path, settings: Settings) -> list[Result]:
    """A result for each case. The mock has the records of the fixture beside the file, too.

    Raises SettingError, FixtureError or ServerError.
    """
    fixture = path.with_name("fixture.json")
    if fixture.is_file():
        settings = replace(settings, fixture=(*settings.fixture, str(fixture)))
    with reference(settings, demands_key=False) as service:
        return [_result(each) for each in replay(cases, service.client)]


def _result(case: Replayed) -> Result:
    rule = Behaviour(case.name, "observed", "a recording", "a recorded case")
    if case.reason:
        return Result(rule, [], case.reason)
    differences = [Comparison(each.place, each.mock, each.recorded) for each in case.differences]
    return Result(rule, differences or [Comparison("response", "as recorded", "as recorded")], "")
