"""Durations, latencies, rates and limits, read from the way people write them: `200ms`, `0.05:503`, `500/60`.

Every `read` raises ValueError for text that is none; `FORM` says what would be right.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Literal

DURATION_FORM = "a duration such as 200ms, 1.5s, 2m or 1h"
MAX_DURATION = 366 * 24 * 3600.0
"""Seconds: no duration is longer than this."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9}", re.ASCII)


def parse_duration(text: str) -> float:
    """Seconds, from `200ms`, `1.5s`, `2m` or `1h`."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > MAX_DURATION:
        raise ValueError(text)
    return seconds


def format_duration(seconds: float) -> str:
    """A duration as `parse_duration` reads it."""
    milliseconds = round(seconds * 1000, 6)
    if milliseconds and milliseconds < 1000:
        return f"{_format_decimal(milliseconds)}ms"
    return f"{_format_decimal(seconds)}s"


def _format_decimal(number: float) -> str:
    """A number without an exponent, which no reader here takes."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _parse_decimal(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return float(text)


@dataclass(frozen=True)
class Latency:
    """How long calls are held back: `200ms`, `100ms..800ms` (even), or `lognormal:200ms,0.4`.

    `first` and `second` are seconds; of a lognormal latency, they are its median and its sigma.
    """

    kind: Literal["fixed", "range", "lognormal"]
    first: float
    second: float = 0.0

    FORM: ClassVar[str] = (
        "a duration (200ms), a range (100ms..800ms) or lognormal:MEDIAN,SIGMA (lognormal:200ms,0.4)"
    )

    @classmethod
    def read(cls, text: str) -> Latency:
        """The latency that a text describes."""
        text = text.strip()
        if text.startswith("lognormal:"):
            median, comma, sigma = text.removeprefix("lognormal:").partition(",")
            spread = _parse_decimal(sigma)
            if not comma or spread > 5:
                raise ValueError(text)
            return cls("lognormal", parse_duration(median), spread)
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
        """Seconds to hold one call back."""
        if self.kind == "range":
            return random.uniform(self.first, self.second)
        if self.kind == "lognormal":
            return min(self.first * math.exp(self.second * random.gauss(0, 1)), MAX_DURATION)
        return self.first


@dataclass(frozen=True)
class ErrorRate:
    """Which share of calls fails, and how: `0.05` (5 % of them, with 503) or `0.05:500`."""

    share: float
    status: int = 503

    FORM: ClassVar[str] = "a share from 0 to 1, with a status from 400 to 599 if wanted (0.05 or 0.05:503)"

    @classmethod
    def read(cls, text: str) -> ErrorRate:
        """The rate that a text describes."""
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
    """So many calls in so many seconds: `500/60`."""

    calls: int
    seconds: float

    FORM: ClassVar[str] = "CALLS/SECONDS (500/60)"

    @classmethod
    def read(cls, text: str) -> Limit:
        """The limit that a text describes."""
        calls, slash, seconds = text.strip().partition("/")
        if not slash or not calls.isascii() or not calls.isdigit() or len(calls) > 9:
            raise ValueError(text)
        limit = cls(int(calls), _parse_decimal(seconds))
        if limit.calls < 1 or not 0 < limit.seconds <= MAX_DURATION:
            raise ValueError(text)
        return limit

    def __str__(self) -> str:
        return f"{self.calls}/{_format_decimal(self.seconds)}"
