"""Keyed numbers, and a keyed permutation of codes: format-preserving encryption."""

from __future__ import annotations

import string
from hashlib import shake_256
from math import prod

_ROUNDS = 8
_CHUNK = 64
"""Characters of a code that are permuted together: more at once would take the time of their square."""


class KeyedNumbers:
    """Numbers and codes that a key and a text decide. Without it, no guess of the text can be checked."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def number(self, domain: str, text: str, *, bits: int = 128) -> int:
        """A number of so many bits for a text. Domains are independent of each other."""
        # SHA-3 with the key in front is a MAC; unlike SHA-2, it needs no HMAC around it.
        message = self._key + f"{domain}\0{text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(shake_256(message).digest(-(-bits // 8))) & ((1 << bits) - 1)

    def code(self, text: str) -> str:
        """A code of the same shape, and another one for another code: digits for digits, letters for letters.

        All other characters stay. The result is never the code itself.
        """
        chunks = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
        return "".join(self._code(chunk, [*map(_alphabet, chunk)]) for chunk in chunks)

    def digits(self, text: str) -> str:
        """Like `code`, for a number: its first digit is 0 only if it was."""
        first = "0" if text.startswith("0") else string.digits[1:]
        return self._code(text, [first, *map(_alphabet, text[1:])])

    def _code(self, text: str, alphabets: list[str]) -> str:
        size = prod(map(len, alphabets))
        if size == 1:
            return text
        shape = "".join(alphabet[0] for alphabet in alphabets)
        rank, attempt = _rank(text, alphabets), 0
        code = text
        while code == text:
            code = _unrank(self._permute(rank, size, f"{attempt}\0{shape}"), alphabets)
            attempt += 1
        return code

    def _permute(self, number: int, size: int, tweak: str) -> int:
        """Where a permutation of the numbers below `size` takes one: a Feistel network that is walked until
        the result is below `size`."""
        half = max(1, ((size - 1).bit_length() + 1) // 2)
        mask = (1 << half) - 1
        while True:
            left, right = number >> half, number & mask
            for turn in range(_ROUNDS):
                left, right = right, left ^ self.number(f"code {turn}", f"{tweak}\0{right}", bits=half)
            number = left << half | right
            if number < size:
                return number


def _alphabet(character: str) -> str:
    """The characters that may stand in place of one. Those of other scripts become Latin ones."""
    if character.isdecimal():
        return string.digits
    if character.isalpha():
        return string.ascii_uppercase if character.isupper() else string.ascii_lowercase
    return character


def _rank(text: str, alphabets: list[str]) -> int:
    rank = 0
    for character, alphabet in zip(text, alphabets, strict=True):
        index = alphabet.find(character)
        rank = rank * len(alphabet) + (index if index >= 0 else ord(character) % len(alphabet))
    return rank


def _unrank(rank: int, alphabets: list[str]) -> str:
    characters = []
    for alphabet in reversed(alphabets):
        rank, index = divmod(rank, len(alphabet))
        characters.append(alphabet[index])
    return "".join(reversed(characters))
