"""Durations, latencies, error rates and limits, parsed from text: `200ms`, `1d12h`, `0.05:503`, `500/60`.

`parse_duration` and every `parse` raise ValueError for invalid text. `DURATION_FORMAT` and `FORMAT` describe
the valid format for messages.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Literal, Self

DURATION_FORMAT = "a duration such as 200ms, 1.5s, 2m, 1h30m or 3d, at most 366d"
MAX_DURATION = 366 * 24 * 3600.0
"""The longest duration, in seconds."""

_UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
"""The seconds in each unit, in the order in which a duration has them."""

_DURATION = re.compile(
    # The lookahead tells minutes from milliseconds.
    "".join(rf"(?:([0-9]{{1,18}}(?:\.[0-9]{{1,6}})?){unit}(?![a-z]))?" for unit in _UNITS),
    re.ASCII,
)
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9}", re.ASCII)


def parse_duration(text: str, maximum: float = MAX_DURATION) -> float:
    """Parse `200ms`, `1.5s`, `1h30m` or `3d` into seconds. Raises ValueError, also beyond `maximum`."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or match.lastindex is None:
        raise ValueError(text)
    seconds = sum(
        float(number) * unit for number, unit in zip(match.groups(), _UNITS.values(), strict=True) if number
    )
    if seconds > maximum:
        raise ValueError(text)
    return seconds


def format_duration(seconds: float) -> str:
    """Format seconds so that `parse_duration` can read them back."""
    milliseconds = round(seconds * 1000, 6)
    if milliseconds and milliseconds < 1000:
        return f"{_format_decimal(milliseconds)}ms"
    return f"{_format_decimal(seconds)}s"


def _format_decimal(number: float) -> str:
    """Format a number without an exponent, which `_parse_decimal` would reject."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _parse_decimal(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return float(text)


class Duration(float):
    """A time in seconds, longer than none: `60s`."""

    FORMAT: ClassVar[str] = f"{DURATION_FORMAT}, longer than 0"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a duration. Raises ValueError."""
        seconds = parse_duration(text)
        if not seconds:
            raise ValueError(text)
        return cls(seconds)

    def __str__(self) -> str:
        return format_duration(self)


@dataclass(frozen=True)
class Latency:
    """How long requests are delayed: `200ms`, `100ms..800ms` (uniformly distributed), `lognormal:200ms,0.4`.

    `first` and `second` are in seconds: the fixed delay, or the ends of the range. For a lognormal latency,
    they are the median in seconds and sigma.
    """

    kind: Literal["fixed", "range", "lognormal"]
    first: float
    second: float = 0.0

    FORMAT: ClassVar[str] = (
        "a duration (200ms), a range (100ms..800ms) or lognormal:MEDIAN,SIGMA (lognormal:200ms,0.4)"
    )

    @classmethod
    def parse(cls, text: str) -> Latency:
        """Parse a latency. Raises ValueError."""
        text = text.strip()
        if text.startswith("lognormal:"):
            median, comma, sigma_text = text.removeprefix("lognormal:").partition(",")
            sigma = _parse_decimal(sigma_text)
            if not comma or sigma > 5:
                raise ValueError(text)
            return cls("lognormal", parse_duration(median), sigma)
        low, dots, high = text.partition("..")
        if not dots:
            return cls("fixed", parse_duration(text))
        latency = cls("range", parse_duration(low), parse_duration(high))
        if latency.second < latency.first:
            raise ValueError(text)
        return latency

    def __str__(self) -> str:
        if self.kind == "lognormal":
            return f"lognormal:{format_duration(self.first)},{_format_decimal(self.second)}"
        if self.kind == "range":
            return f"{format_duration(self.first)}..{format_duration(self.second)}"
        return format_duration(self.first)

    def sample(self, random: Random) -> float:
        """Draw the delay of one request, in seconds."""
        if self.kind == "range":
            return random.uniform(self.first, self.second)
        if self.kind == "lognormal":
            return min(self.first * math.exp(self.second * random.gauss(0, 1)), MAX_DURATION)
        return self.first


@dataclass(frozen=True)
class ErrorRate:
    """The share of requests that fail, and their status: `0.05` (5 %, with a 503) or `0.05:500`."""

    share: float
    status: int = 503

    FORMAT: ClassVar[str] = "a share from 0 to 1, optionally with a status from 400 to 599 (0.05 or 0.05:503)"

    @classmethod
    def parse(cls, text: str) -> ErrorRate:
        """Parse an error rate. Raises ValueError."""
        share, colon, status = text.strip().partition(":")
        if colon and not (status.isascii() and status.isdigit() and len(status) == 3):
            raise ValueError(text)
        rate = cls(_parse_decimal(share), int(status) if colon else 503)
        if rate.share > 1 or not 400 <= rate.status <= 599:
            raise ValueError(text)
        return rate

    def __str__(self) -> str:
        return f"{_format_decimal(self.share)}:{self.status}"


@dataclass(frozen=True)
class Limit:
    """A number of calls in a number of seconds: `500/60`."""

    calls: int
    seconds: float

    FORMAT: ClassVar[str] = "CALLS/SECONDS (500/60)"

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Parse a limit. Raises ValueError."""
        calls, slash, seconds = text.strip().partition("/")
        if not slash or not calls.isascii() or not calls.isdigit() or len(calls) > 9:
            raise ValueError(text)
        limit = cls(int(calls), _parse_decimal(seconds))
        if limit.calls < 1 or not 0 < limit.seconds <= MAX_DURATION:
            raise ValueError(text)
        return limit

    def __str__(self) -> str:
        return f"{self.calls}/{_format_decimal(self.seconds)}"
