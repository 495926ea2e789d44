"""Globs mean what they mean in `fnmatch`, and cost no more than the text is long."""

from __future__ import annotations

import re
import time
from fnmatch import fnmatchcase, translate
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mockrevio.control.faults.globs import MAX_LENGTH, MAX_VALUE, compile_glob, is_glob
from mockrevio.control.faults.matching import parse_matcher
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.request import ApiRequest

TEXTS = st.text("abBé/-]![\n", max_size=6)
SETS = st.from_regex(r"\[!?[]abBé*?[-]?([aBé?*]|[a-b]-[b-é]|b-a)*-?\]", fullmatch=True)
GLOBS = st.lists(st.one_of(st.sampled_from([*"abBé/-]![*?*?"]), SETS), max_size=6).map("".join)


@given(GLOBS, TEXTS)
@example("[]-a]", "]")
@example("[!]]*", "a]")
@example("[--a]", "0")
@example("[a-", "[a-")
@example("[b-a]", "b")
@example("[!b-a]", "b")
@example("*a*ab", "aab")
@example("ab*ba", "aba")
def test_a_glob_matches_exactly_as_in_fnmatch(glob: str, text: str) -> None:
    assume(is_glob(glob))
    # fnmatch drops a range that ends before it begins, and then takes the `!` after it for a negation.
    assume("b-a!" not in glob)
    assert compile_glob(glob, ignore_case=False)(text) is fnmatchcase(text, glob)


@given(GLOBS, TEXTS)
@example("[a-b]*", "B")
@example("[!a]", "A")
@example("/V1/*", "/v1/x")
@example("*É?", "éa")
def test_case_can_be_ignored(glob: str, text: str) -> None:
    assume(is_glob(glob) and "b-a!" not in glob)
    expected = re.compile(translate(glob), re.IGNORECASE).match(text) is not None
    assert compile_glob(glob, ignore_case=True)(text) is expected


@pytest.mark.parametrize("ignore_case", [False, True])
@pytest.mark.parametrize(
    "glob",
    [
        "*" + "a" * (MAX_LENGTH - 2) + "b",
        "*a" * (MAX_LENGTH // 2 - 1) + "b",
        "*a?" * (MAX_LENGTH // 3 - 1) + "b",
        "*" + "?" * (MAX_LENGTH - 2) + "b",
        "*" + "[ab]" * (MAX_LENGTH // 4 - 1) + "c",
        "*[!b]" * (MAX_LENGTH // 5 - 1) + "b",
        "[" * MAX_LENGTH,
        "*" * (MAX_LENGTH - 1) + "b",
    ],
    ids=lambda glob: glob[:8],
)
def test_no_glob_takes_long_on_a_long_text(glob: str, *, ignore_case: bool) -> None:
    started = time.process_time()
    matches = compile_glob(glob, ignore_case=ignore_case)
    assert not matches("/v1/" + "a" * 1_000_000)
    assert time.process_time() - started < 3  # with regular expressions, minutes for some


def test_many_different_characters_take_no_longer() -> None:
    text = "".join(map(chr, range(0x4E00, 0x9E00))) * 10
    matches = compile_glob("*[一-龠a]" * 160 + "x", ignore_case=True)
    started = time.process_time()
    assert not matches(text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ({"path": "*" + "a" * 1000}, "match.path", "at most 1000 characters in a text with wildcards"),
        ({"body": {"x": ["a", "[" * 16000]}}, "match.body.x", "not 16000"),
        ({"headers": {"x": "?" * 1001}}, "match.headers.x", "not 1001"),
        ({"query": {"x": ["a*"] * 101}}, "match.query.x", "at most 100 texts with wildcards"),
        ({"not": {"path": "*" * 1001}}, "match.not.path", "not 1001"),
        ({"not": [{"method": "GET"}] * 101}, "match.not", "at most 100 matchers in a list, not 101"),
    ],
)
def test_patterns_beyond_the_limits_are_rejected(document: Any, place: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_matcher(document, "match")
    (mistake,) = caught.value.mistakes
    assert mistake.place == place
    assert message in mistake.message


@pytest.mark.parametrize(("glob", "limited"), [("a?*", True), ("[a]*", True), ("a*a", False), ("*", False)])
def test_very_long_values_are_matched_by_stars_only(glob: str, *, limited: bool) -> None:
    matches = compile_glob(glob, ignore_case=False)
    assert matches("a" * MAX_VALUE)
    assert matches("a" * (MAX_VALUE + 1)) is not limited


def test_patterns_within_the_limits_are_accepted() -> None:
    long = "x" * 100_000
    request = ApiRequest("POST", "/v1/x", "", {"content-type": "text/plain", "long": long}, b"", "acme", "me")
    for pattern in (long, [long, *map(str, range(10_000))], "*" * 1000, ["*", *["y*"] * 99]):
        assert parse_matcher({"headers": {"long": pattern}}, "match").matches(request)
    assert parse_matcher({"not": [{"method": "GET"}] * 100}, "match").matches(request)
