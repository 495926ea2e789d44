"""Reports of a run: as text, as JSON, and for CI as JUnit XML."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from mockrevio import __version__
from mockrevio.contract.verify.comparison import Comparison, Result, differing
from mockrevio.contract.verify.observations import Value

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 100
"""Longer values are on a line of their own; much longer ones are cut in the text."""


@dataclass
class Report:
    """The result of a run."""

    found_in: str
    """What was checked: the address of a service, a file, or a mock."""
    expected_of: str
    """What it was compared with."""
    labels: tuple[str, str] = ("mock", "service")
    """Short names of what is expected and of what is found, for their values."""
    results: Sequence[Result] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    """The settings with which the mock does what the service does, that it does not have already."""
    fixture: bool = False
    """Whether it needs a fixture, too."""
    inexpressible: Sequence[Result] = ()
    """What differs then, still."""
    problems: list[str] = field(default_factory=list)
    """Why the run is incomplete."""
    unit: str = "rules"
    """What the results are about."""

    @property
    def summary(self) -> str:
        """One line."""
        counts = Counter(result.verdict for result in self.results)
        differ = f"{counts['differs']} differ{'s' if counts['differs'] == 1 else ''}"
        total = f"{len(self.results)} {self.unit}"
        return f"{total}: {counts['same']} same, {differ}, {counts['not checked']} not checked"

    @property
    def status(self) -> int:
        """The exit status: 0 if nothing differs, 1 if something does, 2 if the run is incomplete."""
        return 2 if self.problems else 1 if differing(self.results) else 0


def to_text(report: Report) -> str:
    """For people: a line for each rule, with both values where they differ."""
    width = max((len(result.rule.name) for result in report.results), default=0)
    lines = [f"{report.found_in}, compared with {report.expected_of}", ""]
    for result in report.results:
        said = result.reason if result.verdict == "not checked" else result.rule.description
        lines.append(f"{result.verdict:11}  {result.rule.name:{width}}  {said}")
        lines += [f"    {line}" for line in _differences(report, result)]
    lines += ["", report.summary, *_settings_text(report)]
    return "\n".join(lines) + "\n"


def _differences(report: Report, result: Result) -> list[str]:
    """What differs: cases with the same values together, and then the values."""
    cases: dict[tuple[str, ...], list[str]] = {}
    for case in result.differences:
        cases.setdefault(tuple(_both(report, case)), []).append(case.case)
    return [line for values, names in cases.items() for line in (", ".join(names), *values)]


def _both(report: Report, case: Comparison) -> list[str]:
    """What is expected and what is found: of names and members, only those that differ."""
    mock, service = case.mock, case.service
    (mock_label, service_label), width = report.labels, max(map(len, report.labels)) + 1
    if _are_names(mock) and _are_names(service):
        missing, added = sorted(set(mock) - set(service)), sorted(set(service) - set(mock))
        parts = ((mock_label, missing), (service_label, added))
        return [f"    only {label}: {', '.join(names)}" for label, names in parts if names]
    if isinstance(mock, dict) and isinstance(service, dict):
        common = {name for name in mock.keys() & service.keys() if mock[name] == service[name]}
        mock, service = (
            {name: value for name, value in each.items() if name not in common} for each in (mock, service)
        )
    pairs = ((mock_label, mock), (service_label, service))
    return [f"    {f'{label}:':{width}} {_short(value)}" for label, value in pairs]


def _are_names(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _short(value: Value) -> str:
    text = json.dumps(value)
    return text if len(text) <= 10 * _WIDTH else f"{text[: 10 * _WIDTH]} ..."


def _settings_text(report: Report) -> list[str]:
    lines: list[str] = []
    if report.settings or report.fixture:
        lines += ["", "The mock does the same with these settings; --write-config writes them to a file:"]
        lines += [f"    {name} = {json.dumps(value)}" for name, value in report.settings.items()]
        if report.fixture:
            lines.append("    a fixture with the ids of these systems and entity types")
    if report.inexpressible:
        names = ", ".join(result.rule.name for result in report.inexpressible)
        lines += ["", f"No setting changes these: {names}"]
    return lines


def to_json(report: Report) -> str:
    """For programs."""
    document = {
        "found_in": report.found_in,
        "expected_of": report.expected_of,
        "status": report.status,
        "summary": report.summary,
        "problems": report.problems,
        "rules": [
            {
                "name": result.rule.name,
                "description": result.rule.description,
                "evidence": result.rule.evidence,
                "setting": result.rule.setting,
                "verdict": result.verdict,
                "reason": result.reason or None,
                "cases": [
                    {"case": case.case, "expected": case.mock, "found": case.service, "differs": case.differs}
                    for case in result.cases
                ],
            }
            for result in report.results
        ],
        "settings": report.settings,
        "needs_fixture": report.fixture,
        "no_setting_for": [result.rule.name for result in report.inexpressible],
    }
    return json.dumps(document, indent=2) + "\n"


def to_junit(report: Report) -> str:
    """For CI: a test for each rule; those that were not checked are skipped."""
    counts = Counter(result.verdict for result in report.results)
    suite = ElementTree.Element(
        "testsuite",
        name="mockrevio verify",
        tests=str(len(report.results) + len(report.problems)),
        failures=str(counts["differs"]),
        skipped=str(counts["not checked"]),
        errors=str(len(report.problems)),
    )
    for result in report.results:
        area, _, _ = result.rule.name.partition(".")
        test = ElementTree.SubElement(suite, "testcase", classname=f"revio.{area}", name=result.rule.name)
        if result.verdict == "not checked":
            ElementTree.SubElement(test, "skipped", message=_xml(result.reason))
        elif result.verdict == "differs":
            failure = ElementTree.SubElement(test, "failure", message=_xml(result.rule.description))
            failure.text = _xml("\n".join(_differences(report, result)))
    for problem in report.problems:
        test = ElementTree.SubElement(suite, "testcase", classname="mockrevio", name="verify")
        ElementTree.SubElement(test, "error", message=_xml(problem))
    suites = ElementTree.Element("testsuites", name=f"mockrevio {__version__}")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """A text without the characters that XML cannot contain."""
    return _NOT_XML.sub("\ufffd", text)
