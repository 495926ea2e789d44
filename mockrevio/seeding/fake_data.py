"""Random values that look real: names, addresses, dates, amounts, and ids of other systems."""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from mockrevio.revio.fields import Record
from mockrevio.seeding import vocabulary

Choice = TypeVar("Choice")

DOCUMENT_DAY = datetime.fromisoformat("2026-01-31")
"""The last day in generated documents, so that a seed always gives the same ones."""

_FIRST_DAY, _OPENING_DAY = datetime.fromisoformat("2016-10-21"), datetime.fromisoformat("2018-01-01")
_EARLIEST, _LATEST = datetime.fromisoformat("0200-01-01"), datetime.fromisoformat("9800-01-01")
"""Between these, no date that is reckoned from the last day is out of Python's range."""

_MAX_WORDS = 600
_WILDCARDS = {"#": "0123456789", "%": "123456789", "^": "0123456789abcdef"}


def salesforce_id(first_15: str) -> str:
    """The 18-character form of a case-sensitive Salesforce id, which ends in a checksum of its case.

    Each of the last three characters encodes which of five characters are uppercase, the first of them
    in the lowest bit.
    """
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    groups = (first_15[start : start + 5] for start in (0, 5, 10))
    return first_15 + "".join(
        alphabet[sum(1 << bit for bit, letter in enumerate(group) if letter.isupper())] for group in groups
    )


def last_day_before(now: datetime) -> datetime:
    """The last day that was over at a time, or a day near it where Python has no dates around it."""
    bounded = min(max(now.replace(tzinfo=None), _EARLIEST), _LATEST)
    return bounded.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


class FakeData:
    """A source of fake values: one random source, a Faker seeded from it, and the days that dates are about.

    Nothing has happened after `last_day`: only what is due, ends or expires may be later. The reseller was
    founded on `first_day`, and has had customers since `opening_day`.
    """

    def __init__(self, random: Random, last_day: datetime = DOCUMENT_DAY) -> None:
        from faker import Faker

        self.last_day = last_day
        # As long before as in a document, so that a seed gives the same dates but for this distance.
        self.first_day = last_day - (DOCUMENT_DAY - _FIRST_DAY)
        self.opening_day = last_day - (DOCUMENT_DAY - _OPENING_DAY)
        self.random = random
        self.faker = Faker("en_US")
        self.faker.seed_instance(random.getrandbits(64))
        self._phones: Counter[str] = Counter()
        self._words: dict[str, list[str]] = defaultdict(list)

    def word(self, provider: str) -> str:
        """A word of one of Faker's providers, such as `city`.

        The first ones are drawn from Faker, which takes long; after that they repeat.
        """
        words = self._words[provider]
        if len(words) >= _MAX_WORDS:
            return self.random.choice(words)
        words.append(str(self.faker.format(provider)))
        return words[-1]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random.random() < probability

    def weighted_choice(self, choices: Sequence[Choice], weights: Sequence[int]) -> Choice:
        """One of the choices, with a probability proportional to its weight."""
        return self.random.choices(choices, weights)[0]

    def money(self, minimum: float, maximum: float) -> float:
        """A uniformly distributed amount with two decimals."""
        return round(self.random.uniform(minimum, maximum), 2)

    def pattern(self, pattern: str) -> str:
        """Text from a pattern: `#` is a digit, `%` a digit from 1 to 9, `^` a hexadecimal digit."""
        random = self.random.random  # many times as fast as `choice`, and most values are patterns
        return "".join(
            _WILDCARDS[sign][int(random() * len(_WILDCARDS[sign]))] if sign in _WILDCARDS else sign
            for sign in pattern
        )

    def datetime_between(self, start: datetime, end: datetime) -> datetime:
        """A random time from `start` to `end`, to the millisecond; `start` if `end` is earlier."""
        span = max((end - start) // timedelta(milliseconds=1), 0)
        return start + timedelta(milliseconds=self.random.randint(0, span))

    def date_between(self, start: datetime, end: datetime) -> datetime:
        """Like `datetime_between`, but a whole number of days after `start`."""
        return start + timedelta(days=self.random.randint(0, max((end - start).days, 0)))

    def person(self) -> Record:
        """The name fields of an address; one in eight has no company."""
        return {
            "first_name": self.word("first_name"),
            "middle_initial": self.random.choice("ABCDEFGHJKLMPRST") if self.chance(0.3) else None,
            "last_name": self.word("last_name"),
            "company_name": self.word("company") if self.chance(0.875) else None,
        }

    def address(self, person: Record) -> Record:
        """A US address of `person`, with a postal code of its state."""
        state = self.random.choice(list(vocabulary.AREA_CODES))
        return person | {
            "line_1": self.street_address(),
            "line_2": self.pattern("Suite %##") if self.chance(0.4) else None,
            "city": self.word("city"),
            "state_or_province": state,
            "postal_code": self.faker.zipcode_in_state(state),
            "postal_code_extension": self.pattern("%###") if self.chance(0.5) else None,
            "country_code": "USA",
        }

    def street_address(self) -> str:
        """A house number and a street."""
        return f"{self.random.randint(10, 9800)} {self.word('street_name')}"

    def states(self) -> list[str]:
        """A few states, in the order of the alphabet."""
        return sorted(self.random.sample(list(vocabulary.AREA_CODES), 3))

    def email(self, name: str) -> str:
        """An address for a name, at a host that nobody can own."""
        mailbox = re.sub(r"[^a-z.]", "", name.lower()).strip(".") or "office"
        return f"{mailbox}@{self.random.choice(vocabulary.MAIL_HOSTS)}"

    def custom_fields(self, table: str) -> list[Record]:
        """The custom fields of a table's records."""
        return [
            {"field_id": field_id, "label": label, "value": self.pattern(pattern)}
            for field_id, label, pattern in vocabulary.CUSTOM_FIELDS.get(table, vocabulary.OTHER_FIELDS)
        ]

    def phone(self, state: object) -> str:
        """A phone number in the state's area code, from the range reserved for fiction: 555-0100 to 555-0199.

        The first hundred numbers of a state are distinct; after that they repeat.
        """
        area = vocabulary.AREA_CODES.get(str(state)) or self.random.choice(
            list(vocabulary.AREA_CODES.values())
        )
        self._phones[area] += 1
        # 37 and 100 are coprime, so every number occurs; each area code starts at a different one.
        return f"{area}55501{(int(area) + self._phones[area] * 37) % 100:02}"

    def with_check_digit(self, digits: str) -> str:
        """A card number with its Luhn check digit appended."""
        # Every second digit counts twice, from the last one on; of 12 it is 1 + 2.
        doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[::-2]]
        return f"{digits}{-(sum(doubled) + sum(map(int, digits[-2::-2]))) % 10}"

    def external_id(self, system: vocabulary.System, type_name: str) -> str:
        """An id in the format of an integration system."""
        if system.name != "SALESFORCE":
            return self.pattern(system.external_id)
        letters = "".join(self.random.choices(string.ascii_letters + string.digits, k=5))
        return salesforce_id(f"{vocabulary.SALESFORCE_PREFIXES[type_name]}2D00000{letters}")
