"""Keyed numbers and codes."""

from __future__ import annotations

import pytest

from mockrevio.contract.personal_data.permutation import KeyedNumbers

NUMBERS = KeyedNumbers(b"a key")


def test_different_codes_of_a_shape_get_different_codes_and_none_its_own() -> None:
    codes = [f"{number:03}" for number in range(1000)]
    replaced = list(map(NUMBERS.code, codes))
    assert len(set(replaced)) >= 998  # a code that the permutation leaves in place goes to a taken one
    assert not [code for code, new in zip(codes, replaced, strict=True) if code == new]


@pytest.mark.parametrize("code", ["7", "AG-1014", "tok_live_9f8A", "02:ab:CD:00:11:22", "x" * 255])
def test_a_code_keeps_its_shape(code: str) -> None:
    new = NUMBERS.code(code)
    assert new != code
    assert len(new) == len(code)
    for old, character in zip(code, new, strict=True):
        assert (old.isdigit(), old.isupper(), old.islower()) == (
            character.isdigit(),
            character.isupper(),
            character.islower(),
        )
        assert old.isalnum() or old == character


def test_letters_of_other_scripts_become_latin_ones() -> None:
    assert NUMBERS.code("Ärger-٣").isascii()


def test_a_code_without_letters_and_digits_stays() -> None:
    assert NUMBERS.code("--") == "--"


def test_the_digits_of_a_number_do_not_start_with_zero() -> None:
    assert not [n for n in range(1, 300) if NUMBERS.digits(str(n)).startswith("0")]
    assert NUMBERS.digits("0.05").startswith("0.")


def test_another_key_and_another_domain_give_other_numbers() -> None:
    number = NUMBERS.number("city", "Reno")
    assert number == KeyedNumbers(b"a key").number("city", "Reno")
    assert number != KeyedNumbers(b"b key").number("city", "Reno")
    assert number != NUMBERS.number("street", "Reno")
    assert 0 <= NUMBERS.number("city", "Reno", bits=3) < 8
