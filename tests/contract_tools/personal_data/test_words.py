"""Made-up words by number."""

from __future__ import annotations

from random import Random

import pytest

from mockrevio.contract.personal_data.words import filler, word


@pytest.mark.parametrize("form", ["name", "company", "street", "city", "job", "mailbox"])
def test_a_number_decides_the_word_and_other_numbers_give_other_words(form: str) -> None:
    numbers = [Random(seed).getrandbits(128) for seed in range(2000)]
    words = [word(form, number) for number in numbers]
    assert words == [word(form, number) for number in numbers]
    assert len(set(words)) > 1950
    assert all(0 < len(each) <= 40 for each in words)


@pytest.mark.parametrize("length", [1, 2, 3, 20, 254, 255, 10_000])
def test_a_text_has_the_length_that_was_asked_for_and_no_blank_end(length: int) -> None:
    text = filler(length, 7)
    assert len(text) == length
    assert text == text.strip()
    assert text == filler(length, 7)
    assert text != filler(length, 8) or length < 5
