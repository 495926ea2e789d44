"""docs/reliability.md names existing tests, and every torture test is in it."""

from __future__ import annotations

import re

from tests.support import ROOT


def test_every_guarantee_names_existing_tests_and_every_torture_test_is_named() -> None:
    named: set[str] = set()
    for line in (ROOT / "docs" / "reliability.md").read_text("utf-8").splitlines():
        if not line.startswith("|") or line.startswith("| event |") or "---" in line:
            continue
        (path,) = re.findall(r"\(\.\./(tests(?:/\w+)+\.py)\)", line)
        tests = re.findall(r"`(test_\w+)`", line)
        assert tests, line
        text = (ROOT / path).read_text("utf-8")
        for name in tests:
            assert f"def {name}(" in text, f"{path} has no {name}"
        named.update(tests)
    existing = {
        name
        for path in (ROOT / "tests" / "torture").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    without_guarantee = {
        "test_every_guarantee_names_existing_tests_and_every_torture_test_is_named",
        "test_every_altered_byte_is_refused_or_read_as_an_edit",
        "test_constant_checkpoints_change_nothing",
    }
    assert existing - named == without_guarantee
