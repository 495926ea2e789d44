"""Made-up words by number."""

from __future__ import annotations

import pytest

from mockrevio.seeding.seeded_words import SeededWords


def test_a_number_decides_the_word_whatever_was_drawn_before() -> None:
    words = SeededWords()
    first = words.word("city", 7)
    words.word("company", 8)
    assert words.word("city", 7) == SeededWords().word("city", 7) == first
    assert len({words.word("city", number) for number in range(50)}) > 40


@pytest.mark.parametrize("length", [1, 2, 3, 20, 254, 255, 10_000])
def test_a_text_has_the_length_that_was_asked_for_and_no_blank_end(length: int) -> None:
    words = SeededWords()
    text = words.text(length, 7)
    assert len(text) == length
    assert text == text.strip()
    assert text == words.text(length, 7)
    assert text != words.text(length, 8) or length < 3
