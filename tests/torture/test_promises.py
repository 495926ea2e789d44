"""Every promise of docs/reliability.md names tests that there are."""

from __future__ import annotations

import re

from tests.support import ROOT


def test_every_promise_names_tests_that_exist_and_every_torture_is_named() -> None:
    named: set[str] = set()
    for line in (ROOT / "docs" / "reliability.md").read_text("utf-8").splitlines():
        if not line.startswith("|") or "held by" in line or "---" in line:
            continue
        (path,) = re.findall(r"\(\.\./(tests/\w+/\w+\.py)\)", line)
        tests = re.findall(r"`(test_\w+)`", line)
        assert tests, line
        text = (ROOT / path).read_text("utf-8")
        for name in tests:
            assert f"def {name}(" in text, f"{path} has no {name}"
        named.update(tests)
    there = {
        name
        for path in (ROOT / "tests" / "torture").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    not_promises = {
        "test_every_promise_names_tests_that_exist_and_every_torture_is_named",
        "test_every_byte_altered_once",
        "test_the_same_with_folds_all_the_time",
    }
    assert there - named == not_promises
