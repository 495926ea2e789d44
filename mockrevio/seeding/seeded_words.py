"""Made-up words that a number decides: the same number gives the same word, whatever was drawn before."""

from __future__ import annotations

from random import Random


class SeededWords:
    """Faker's words by number. They change with Faker's version, whose word lists do."""

    def __init__(self) -> None:
        from faker import Faker

        self._faker = Faker("en_US")
        self._text_words: list[str] | None = None

    def word(self, provider: str, seed: int) -> str:
        """A word of one of Faker's providers, such as `city`."""
        self._faker.seed_instance(seed)
        return str(self._faker.format(provider))

    def text(self, length: int, seed: int) -> str:
        """Sentences of exactly this length, without meaning."""
        if self._text_words is None:
            self._text_words = list(self._faker.get_words_list())
        random = Random(seed)  # noqa: S311 (the seed is what must not be guessed)
        sentences: list[str] = []
        missing = length
        while missing > 0:
            words = random.choices(self._text_words, k=random.randint(4, 9))
            sentences.append(" ".join(words).capitalize() + ".")
            missing -= len(sentences[-1]) + 1
        text = " ".join(sentences)[:length]
        return f"{text[:-1]}." if text.endswith(" ") else text
