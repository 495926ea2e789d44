"""Pages are read as steps, which run in order and are compared with what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.pages import Runner, Step, read_page, same


def test_a_page_is_read_as_steps(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "Text\n\n```sh\necho 1\n```\n\n<!-- server: --auth off -->\n\n```json file=x.json\n{}\n```\n", "utf-8"
    )
    steps = read_page(path)
    assert steps == [
        Step(("sh",), "echo 1\n", 3),
        Step(("server",), "--auth off", 7),
        Step(("json", "file=x.json"), "{}\n", 9),
    ]
    assert steps[2].file == "x.json"


@pytest.mark.parametrize(
    ("expected", "got", "as_json", "alike"),
    [
        ("a\n...\nz\n", "a\nb\nc\nz", False, True),
        ("a\n...\nz\n", "a\nb\nc\ny", False, False),
        ('{"a": 1}', '{"a":1}\n', True, True),
        ('{"a": 1}', '{"a":2}', True, False),
        ('{"a": 1}', "oops", True, False),
        ('{"d": "2026-01-05T09:30:00.000"}', '{"d":"2030-12-31T23:59:59.999"}', True, True),
        ("a.c", "abc", False, False),
    ],
)
def test_varying_values_are_not_compared(expected: str, got: str, as_json: bool, alike: bool) -> None:
    assert same(expected, got, as_json=as_json) is alike


def test_a_block_that_fails_is_reported_with_its_reason(tmp_path: Path) -> None:
    steps = [Step(("sh",), "echo 1\nfalse\n", 1), Step(("text", "output"), "2\n", 2)]
    results = [why for _, why in Runner(tmp_path).run(steps)]
    assert results[0] is not None
    assert "status 1" in results[0]
    assert results[1] == "shows\n2\nbut the output was\n1\n"


def test_a_page_names_the_programs_that_its_blocks_need(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh needs=php\nphp -v\n```\n\n```sh\necho 1\n```\n", "utf-8")
    assert [step.needed_programs for step in read_page(page)] == [["php"], []]
