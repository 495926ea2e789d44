"""Made-up words that a number decides.

They are invented rather than drawn from lists of real names: nobody has such a name, and thousands of names
stay as many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

_ONSETS = [*"bdhjklmnprstvwz", "br", "dr", "gl", "pr", "st", "th", "tr"]
_VOWELS = "aeiou"
_CODAS = ["l", "n", "r", "x", "nd", "rt", "sk", "th"]

_COMPANY_FORMS = ["Group", "Ltd", "Inc", "Partners", "Telecom", "and Sons", "Works", "Holdings"]
_STREETS = ["Street", "Avenue", "Road", "Lane", "Way", "Court", "Drive", "Place"]
_PLACES = ["ton", "ville", "field", "port", "bury", "stead", "ford", "mere"]
_JOBS = ["Manager", "Officer", "Engineer", "Assistant", "Director", "Analyst", "Clerk", "Advisor"]

_LOREM_IPSUM = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et "
    "dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea "
    "commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur"
)


class _Numbers:
    """One number taken apart into many."""

    def __init__(self, number: int) -> None:
        self._rest = number

    def choice(self, items: list[str] | str) -> str:
        self._rest, index = divmod(self._rest, len(items))
        return items[index]


def _name(numbers: _Numbers) -> str:
    syllables = [numbers.choice(_ONSETS) + numbers.choice(_VOWELS) for _ in range(2)]
    return "".join(syllables).capitalize() + numbers.choice(_CODAS)


_FORMS: Mapping[str, Callable[[_Numbers], str]] = {
    "name": _name,
    "company": lambda numbers: f"{_name(numbers)} {numbers.choice(_COMPANY_FORMS)}",
    "street": lambda numbers: f"{_name(numbers)} {numbers.choice(_STREETS)}",
    "city": lambda numbers: _name(numbers) + numbers.choice(_PLACES),
    "job": lambda numbers: f"{_name(numbers)} {numbers.choice(_JOBS)}",
    "mailbox": lambda numbers: f"{_name(numbers)}.{_name(numbers)}".lower(),
}


def word(form: str, number: int) -> str:
    """The word of a form, such as `city`, that a large number decides."""
    return _FORMS[form](_Numbers(number))


def filler(length: int, number: int) -> str:
    """Text without meaning, of exactly this length."""
    random = Random(number)  # noqa: S311 (the number is what must not be guessed)
    vocabulary = _LOREM_IPSUM.split()
    sentences: list[str] = []
    missing = length
    while missing > 0:
        words = random.choices(vocabulary, k=random.randint(4, 9))
        sentences.append(" ".join(words).capitalize() + ".")
        missing -= len(sentences[-1]) + 1
    text = " ".join(sentences)[:length]
    return f"{text[:-1]}." if text.endswith(" ") else text
