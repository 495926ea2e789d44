"""Globs with the wildcards `*`, `?` and `[abc]`, as in `fnmatch`.

The time that a comparison takes grows with the length of the text alone, whatever the pattern. A regular
expression, which is what `fnmatch` makes of a glob, compares some texts again from every position: with
`*aaa…b` and a long path of `a`, for seconds, during which no other thread runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

MAX_LENGTH = 1000
"""Characters of a glob."""

MAX_VALUE = 10_000
"""Characters of the longest value that a glob with `?` or `[` matches. It looks at each of them, in about a
tenth of a microsecond, while `*` skips most."""

WILDCARDS = "*?["

_CACHED_CHARACTERS = 256


def is_glob(text: str) -> bool:
    """Whether a text has wildcards."""
    return any(wildcard in text for wildcard in WILDCARDS)


def compile_glob(glob: str, *, ignore_case: bool) -> Callable[[str], bool]:
    """A function that says whether a text as a whole matches a glob of at most MAX_LENGTH characters."""
    if "?" in glob or "[" in glob:
        return _Automaton(glob, ignore_case=ignore_case).matches
    literals = (glob.casefold() if ignore_case else glob).split("*")
    if ignore_case:
        return lambda text: _has_in_order(text.casefold(), literals)
    return lambda text: _has_in_order(text, literals)


def _has_in_order(text: str, literals: Sequence[str]) -> bool:
    """Whether a text begins with the first literal, ends with the last and has the others in between."""
    first, *others, last = literals
    end = len(text) - len(last)
    position = len(first)
    if position > end or not text.startswith(first) or not text.endswith(last):
        return False
    for literal in others:
        found = text.find(literal, position, end)
        if found < 0:
            return False
        position = found + len(literal)
    return True


class _Characters(NamedTuple):
    """The characters that one place of a text may have: those in the ranges, or if negated all others."""

    ranges: Sequence[tuple[str, str]]
    negated: bool = False


_ANY = _Characters((), negated=True)


class _Automaton:
    """All positions in a glob that a text may have reached, as the bits of a number.

    Bit n stands for the position before the n-th character of the glob, not counting `*`.
    """

    def __init__(self, glob: str, *, ignore_case: bool) -> None:
        characters, self._stars = _parse(glob)
        self._accepted = 1 << len(characters)
        self._negated = sum(1 << n for n, each in enumerate(characters) if each.negated)
        self._bounds, self._matching = _tabulate(characters)
        self._mask = lru_cache(_CACHED_CHARACTERS)(self._fold_and_find if ignore_case else self._find)

    def matches(self, text: str) -> bool:
        """Whether a text as a whole matches."""
        if len(text) > MAX_VALUE:
            return False
        positions, stars, mask = 1, self._stars, self._mask
        for character in text:
            positions = (positions & mask(character)) << 1 | (positions & stars)
            if not positions:
                return False
        return positions & self._accepted != 0

    def _find(self, character: str) -> int:
        """The positions of the glob after which this character may come."""
        return self._matching[bisect_right(self._bounds, character)] ^ self._negated

    def _fold_and_find(self, character: str) -> int:
        lower, upper = (
            self._matching[bisect_right(self._bounds, each)]
            for each in (character.lower(), character.upper())
        )
        return (lower | upper) ^ self._negated


def _tabulate(characters: Sequence[_Characters]) -> tuple[list[str], list[int]]:
    """The bounds of all ranges, in order, and which ranges the characters before and after each are in.

    A character is found by bisection, however many ranges there are.
    """
    changes: defaultdict[str, int] = defaultdict(int)
    for n, (ranges, _) in enumerate(characters):
        for first, last in _merge(ranges):
            changes[first] ^= 1 << n
            if ord(last) < 0x10FFFF:
                changes[chr(ord(last) + 1)] ^= 1 << n
    bounds = sorted(changes)
    matching = [0]
    for bound in bounds:
        matching.append(matching[-1] ^ changes[bound])
    return bounds, matching


def _merge(ranges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same characters in ranges that neither overlap nor touch; those that end before they begin are
    empty."""
    merged: list[tuple[str, str]] = []
    for first, last in sorted(each for each in ranges if each[0] <= each[1]):
        if merged and ord(first) <= ord(merged[-1][1]) + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def _parse(glob: str) -> tuple[list[_Characters], int]:
    """The characters of a glob, and its stars as bits: before which of them any text may come."""
    characters: list[_Characters] = []
    stars = 0
    position = 0
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            stars |= 1 << len(characters)
        elif character == "?":
            characters.append(_ANY)
        elif character == "[" and (end := _end_of_set(glob, position)) > 0:
            characters.append(_parse_set(glob[position:end]))
            position = end + 1
        else:
            characters.append(_Characters([(character, character)]))
    return characters, stars


def _end_of_set(glob: str, start: int) -> int:
    """Where the `]` of a set is whose content starts here; -1 if there is none, so that its `[` is a text."""
    start += glob.startswith("!", start)
    return glob.find("]", start + 1)  # a `]` that comes first is a character of the set


def _parse_set(content: str) -> _Characters:
    """The characters in `[content]`: single ones and ranges, and all others after a `!`."""
    negated = content.startswith("!")
    rest = content[negated:]
    ranges: list[tuple[str, str]] = []
    while rest:
        if rest[1:2] == "-" and len(rest) > 2:
            first, last, rest = rest[0], rest[2], rest[3:]
        else:
            first, last, rest = rest[0], rest[0], rest[1:]
        ranges.append((first, last))
    return _Characters(ranges, negated)
