"""Parsing and formatting durations, latencies, error rates and limits."""

from __future__ import annotations

from random import Random
from statistics import median

import pytest

from mockrevio.quantities import ErrorRate, Latency, Limit, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("200ms", 0.2),
        ("1.5s", 1.5),
        ("2m", 120),
        ("1h", 3600),
        (" 90s ", 90),
        ("0s", 0),
        ("0.5ms", 0.0005),
        ("3d", 259_200),
        ("2w", 1_209_600),
        ("366d", 31_622_400),
        ("1d12h", 129_600),
        ("1h30m", 5400),
        ("1w2d3h4m5s6ms", 788_645.006),
        ("1m5ms", 60.005),
    ],
)
def test_a_duration_has_numbers_with_units(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "5 s", "-1s", "ms", "1e3s", "٣s", "nan s", "infs", "1y", "1D", "1d 2h", "1dd"),
        *("99999999h", "367d", "366d1s", "1h1d", "1d1d", "5ms1s", "1d12", "12h30", "1" * 19 + "s"),
    ],
)
def test_other_text_is_not_a_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["200ms", "1.5s", "120s", "0.5ms", "0s", "0.000001ms", "31622400s"])
def test_a_formatted_duration_can_be_parsed_again(text: str) -> None:
    assert format_duration(parse_duration(text)) == text


@pytest.mark.parametrize(
    "text", ["200ms", "100ms..800ms", "0s..2s", "lognormal:200ms,0.4", "lognormal:2s,0.00001"]
)
def test_a_formatted_latency_can_be_parsed_again(text: str) -> None:
    assert str(Latency.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "200",
        "800ms..100ms",
        "1s..",
        "..1s",
        "1s..2s..3s",
        "lognormal:",
        "lognormal:1s",
        "lognormal:1s,-1",
        "lognormal:1s,9",
        "normal:1s,1",
    ],
)
def test_other_text_is_not_a_latency(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Latency.parse(text)


def test_a_fixed_latency_is_always_the_same() -> None:
    assert {Latency.parse("200ms").sample(Random(n)) for n in range(20)} == {0.2}


def test_a_latency_range_is_used_from_end_to_end() -> None:
    random = Random(1)
    samples = [Latency.parse("100ms..800ms").sample(random) for _ in range(2000)]

    assert 0.1 <= min(samples) < 0.12
    assert 0.78 < max(samples) <= 0.8


def test_a_lognormal_latency_has_the_given_median_and_a_long_tail() -> None:
    random = Random(1)
    samples = [Latency.parse("lognormal:200ms,0.4").sample(random) for _ in range(4000)]

    assert median(samples) == pytest.approx(0.2, rel=0.05)
    assert min(samples) > 0
    assert max(samples) > 0.5


@pytest.mark.parametrize(
    ("text", "share", "status"),
    [("0.05", 0.05, 503), ("0.3:502", 0.3, 502), ("1", 1, 503), (".5:429", 0.5, 429)],
)
def test_an_error_rate_is_a_share_and_a_status(text: str, share: float, status: int) -> None:
    assert ErrorRate.parse(text) == ErrorRate(share, status)
    assert ErrorRate.parse(str(ErrorRate.parse(text))) == ErrorRate(share, status)


@pytest.mark.parametrize(
    "text", ["", "5%", "1.1", "-0.1", "0.5:", "0.5:200", "0.5:600", "0.5:abc", "nan", "0.5:5_03", "0.5: 503"]
)
def test_other_text_is_not_an_error_rate(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ErrorRate.parse(text)


@pytest.mark.parametrize("text", ["500/60", "150000/86400", "1/0.5", "9/2592000", "9/2592000.5"])
def test_a_formatted_limit_can_be_parsed_again(text: str) -> None:
    assert str(Limit.parse(text)) == text


@pytest.mark.parametrize("text", ["", "500", "0/60", "500/0", "-1/60", "5.5/60", "500/60/1", "x/60", "²/60"])
def test_other_text_is_not_a_limit(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Limit.parse(text)
