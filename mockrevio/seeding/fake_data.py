"""Random values that look real: names, addresses, dates, amounts, ids of other systems."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from mockrevio.revio.resources import Record
from mockrevio.seeding import vocabulary

Choice = TypeVar("Choice")


def salesforce_id(first_15: str) -> str:
    """The 18-character form of a case-sensitive Salesforce id: it ends in a checksum of the capitals.

    Each of the three last characters tells which of five characters are capitals, the first of them
    in the lowest bit.
    """
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    fives = (first_15[start : start + 5] for start in (0, 5, 10))
    return first_15 + "".join(
        alphabet[sum(1 << bit for bit, letter in enumerate(five) if letter.isupper())] for five in fives
    )


class FakeData:
    """Chance and invention: one random source, and a Faker that takes its seed from it."""

    def __init__(self, random: Random) -> None:
        from faker import Faker

        self.random = random
        self.faker = Faker("en_US")
        self.faker.seed_instance(random.getrandbits(64))
        self._phones: Counter[str] = Counter()

    def chance(self, probability: float) -> bool:
        """Yes or no."""
        return self.random.random() < probability

    def weighted_choice(self, choices: Sequence[Choice], weights: Sequence[int]) -> Choice:
        """One of several, each as likely as its share."""
        return self.random.choices(choices, weights)[0]

    def money(self, minimum: float, maximum: float) -> float:
        """An amount with two decimals."""
        return round(self.random.uniform(minimum, maximum), 2)

    def pattern(self, pattern: str) -> str:
        """Text from a pattern of `#`, `%` and `^`."""
        return str(self.faker.hexify(self.faker.numerify(pattern)))

    def datetime_between(self, start: datetime, end: datetime) -> datetime:
        """Some moment from `start` to `end`; `start` itself if that is the later one."""
        span = max((end - start) // timedelta(milliseconds=1), 0)
        return start + timedelta(milliseconds=self.random.randint(0, span))

    def date_between(self, start: datetime, end: datetime) -> datetime:
        """As `datetime_between`, but whole days after `start`."""
        return start + timedelta(days=self.random.randint(0, max((end - start).days, 0)))

    def person(self) -> Record:
        """The name fields of an address; one customer in eight is no company."""
        return {
            "first_name": self.faker.first_name(),
            "middle_initial": self.random.choice("ABCDEFGHJKLMPRST") if self.chance(0.3) else None,
            "last_name": self.faker.last_name(),
            "company_name": self.faker.company() if self.chance(0.875) else None,
        }

    def address(self, person: Record) -> Record:
        """An American address of `person`, its postal code one of its state's."""
        state = self.random.choice(list(vocabulary.AREA_CODES))
        return person | {
            "line_1": f"{self.random.randint(10, 9800)} {self.faker.street_name()}",
            "line_2": self.pattern("Suite %##") if self.chance(0.4) else None,
            "city": self.faker.city(),
            "state_or_province": state,
            "postal_code": self.faker.zipcode_in_state(state),
            "postal_code_extension": self.pattern("%###") if self.chance(0.5) else None,
            "country_code": "USA",
        }

    def phone(self, state: object) -> str:
        """A number of the range reserved for fiction, 555-0100 to 555-0199, of the state's area.

        A hundred calls for one state give a hundred numbers; the next hundred repeat them.
        """
        area = vocabulary.AREA_CODES.get(str(state)) or self.random.choice(
            list(vocabulary.AREA_CODES.values())
        )
        self._phones[area] += 1
        # 37 and 100 have no common factor, so that all numbers come up; each area starts elsewhere.
        return f"{area}55501{(int(area) + self._phones[area] * 37) % 100:02}"

    def with_check_digit(self, digits: str) -> str:
        """A card number with the digit that makes it pass the Luhn check."""
        from faker.utils.checksums import calculate_luhn

        return f"{digits}{calculate_luhn(int(digits))}"

    def external_id(self, system: vocabulary.System, type_name: str) -> str:
        """An id as the other system gives them."""
        if system.name != "SALESFORCE":
            return self.pattern(system.external_id)
        letters = "".join(self.random.choices(string.ascii_letters + string.digits, k=5))
        return salesforce_id(f"{vocabulary.SALESFORCE_PREFIXES[type_name]}2D00000{letters}")
