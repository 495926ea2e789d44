"""What replaces a text, by its kind. The same text of the same kind is always replaced by the same one."""

from __future__ import annotations

import base64
import binascii
import math
import re
import sys
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from mockrevio.contract.personal_data.kinds import Kind
from mockrevio.contract.personal_data.permutation import KeyedNumbers
from mockrevio.contract.personal_data.words import filler, word
from mockrevio.seeding.vocabulary import MAIL_HOSTS

# All repetitions that a search starts with are bounded, so that its time is linear whatever the text.
EMAIL = re.compile(r"[^\s@<>,;:\"'()\[\]=/]{1,64}@[^\s@<>,;:\"'()\[\]=/]{0,250}[^\s@<>,;:\"'()\[\]=/.]")
PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![\w-])", re.ASCII
)
_PHONE_SIGNS = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_EXTENSION = re.compile(r"\s{0,9}(?:x|ext\.?|#|;ext=)\s{0,9}(\d{1,9})\s{0,9}$", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_UNIT = re.compile(r"([A-Za-z]+\.?|#)\s*([A-Za-z]?-?\d+-?[A-Za-z]?)", re.ASCII)
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,19}://[^\s\"'<>]+", re.ASCII | re.IGNORECASE)
_COMPANY = re.compile(
    r"\b(and|co|company|corp|corporation|group|inc|llc|llp|ltd|partners|plc|sons)\b|&",
    re.ASCII | re.IGNORECASE,
)
_HTML = re.compile(r"\s{0,99}<[A-Za-z!][^>]{0,99}>.", re.ASCII | re.DOTALL)
_YES_OR_NO = frozenset({"yes", "no", "true", "false", "y", "n"})
_UNSET_YEAR = 1

_LARGEST = int(sys.float_info.max)


class Replacements:
    """The replacements that one key decides."""

    def __init__(self, key: bytes) -> None:
        self._numbers = KeyedNumbers(key)
        self._by_kind: Mapping[Kind, Callable[[str], str]] = {
            Kind.VOCABULARY: self.scrub,
            Kind.FIRST_NAME: lambda text: self._word("first name", text),
            Kind.LAST_NAME: lambda text: self._word("last name", text),
            Kind.PERSON: self._person,
            Kind.COMPANY: self._company,
            Kind.PARTY: lambda text: (self._person if _is_person(text) else self._company)(text),
            Kind.JOB: lambda text: self._word("job", text),
            Kind.STREET: self._street,
            Kind.UNIT: self._unit,
            Kind.CITY: lambda text: self._word("city", text),
            Kind.POSTAL_CODE: self._postal_code,
            Kind.EMAIL: self._emails,
            Kind.PHONE: self._phone,
            Kind.LINE: self._line,
            Kind.LOGIN: self._login,
            Kind.BIRTH_DATE: self._date,
            Kind.URL: self._url,
            Kind.FILE_NAME: self._file_name,
            Kind.FILE_CONTENT: self._file_content,
            Kind.FREE_TEXT: self._free_text,
            Kind.UNKNOWN: self._unknown,
        }
        self._forms: tuple[tuple[Callable[[str], object], Callable[[str], str]], ...] = (
            (_URL.fullmatch, self._url),
            (EMAIL.fullmatch, self._email),
            (EMAIL.search, self._free_text),
            (_DATE.fullmatch, self._date),
            (is_phone, self._phone),
            (_is_code, self._numbers.code),
        )

    def text(self, kind: Kind, text: str) -> str:
        """What replaces a text that is not blank."""
        return self._by_kind.get(kind, self._numbers.code)(text)

    def scrub(self, text: str) -> str:
        """A text with the e-mail addresses, telephone numbers and URLs in it replaced."""
        text = _URL.sub(lambda match: self._url(match[0]), text)
        text = EMAIL.sub(lambda match: self._email(match[0]), text)
        return PHONE.sub(lambda match: self._phone(match[0]), text)

    def integer(self, number: int) -> int:
        """Another number with as many digits; 0 for 0."""
        replacement = int(self._numbers.digits(str(abs(number)))) if number else 0
        return -replacement if number < 0 else replacement

    def decimal(self, number: float) -> float:
        """Another number with as many digits before and after the point; 0 for 0, and no number as it is."""
        if not math.isfinite(number):
            return number
        text = repr(abs(number))
        if not number or "e" in text:
            return float(max(-_LARGEST, min(self.integer(int(number)), _LARGEST)))
        return math.copysign(float(self._numbers.digits(text)), number)

    def coordinate(self, number: float) -> float:
        """Another place on earth, as precise."""
        places = len(repr(float(number)).partition(".")[2])
        return round(self._numbers.number("coordinate", repr(float(number))) / 2**128 * 160 - 80, places)

    def _word(self, kind: str, text: str) -> str:
        """A word in place of a text, in uppercase or lowercase if the text is."""
        key = " ".join(text.casefold().split())
        form = "name" if kind.endswith("name") else kind
        new = word(form, self._numbers.number(kind, key))
        if new.casefold() == key:
            new = word(form, self._numbers.number(kind, f"{key}\0"))
        if text.isupper() and len(text) > 1:
            return new.upper()
        return new.lower() if text.islower() else new

    def _company(self, text: str) -> str:
        return self._word("company", text)

    def _person(self, text: str) -> str:
        """From the first and the last name, as where they are fields of their own."""
        names = text.split()
        if _COMPANY.search(text):
            return self._company(text)
        if len(names) == 1:
            return self._word("first name", text)
        if names[0].endswith(","):  # the last name first
            return f"{self._word('last name', names[0][:-1])}, {self._word('first name', names[1])}"
        return f"{self._word('first name', names[0])} {self._word('last name', names[-1])}"

    def _street(self, text: str) -> str:
        return f"{10 + self._numbers.number('house', text.casefold()) % 9790} {self._word('street', text)}"

    def _unit(self, text: str) -> str:
        match = _UNIT.fullmatch(text.strip())
        if match:
            return text.replace(match[2], self._numbers.code(match[2]))
        return f"Suite {100 + self._numbers.number('unit', text.casefold()) % 900}"

    def _postal_code(self, text: str) -> str:
        """The first digit stays: in the United States, it names a group of states."""
        return text[:1] + self._numbers.code(text[1:]) if len(text) > 1 else self._numbers.code(text)

    def _emails(self, text: str) -> str:
        found = EMAIL.findall(text)
        return "; ".join(map(self._email, found)) if found else self._unknown(text)

    def _email(self, address: str) -> str:
        number = self._numbers.number("email", address.casefold())
        host = MAIL_HOSTS[number % len(MAIL_HOSTS)]
        return f"{self._mailbox('mailbox', address)}@{host}"

    def _mailbox(self, domain: str, text: str) -> str:
        return word("mailbox", self._numbers.number(domain, text.casefold()))

    def _phone(self, text: str) -> str:
        """A number from the range reserved for fiction, 555-0100 to 555-0199, with the original's signs."""
        extension = _EXTENSION.search(text)
        main = text[: extension.start()] if extension else text
        digits = "".join(filter(str.isdecimal, main))
        if len(digits) < 7:
            return self._numbers.code(text)
        subscriber = digits[-10:]
        number = self._numbers.number("phone", subscriber)
        new = f"{number // 100 % 8 + 2}{number // 1000 % 10}{number // 10000 % 10}55501{number % 100:02}"
        country = digits[:-10]
        replaced = iter((country and "1".rjust(len(country), "0")) + new[-len(subscriber) :])
        return "".join(next(replaced) if character.isdecimal() else character for character in main) + (
            extension[0].replace(extension[1], self._numbers.code(extension[1])) if extension else ""
        )

    def _line(self, text: str) -> str:
        return self._phone(text) if is_phone(text) else self._unknown_code(text)

    def _unknown_code(self, text: str) -> str:
        return self._emails(text) if "@" in text else self._numbers.code(text)

    def _login(self, text: str) -> str:
        return self._email(text) if "@" in text else self._mailbox("login", text)

    def _date(self, text: str) -> str:
        """A day in another year, in the same form. The first year stands for no date."""
        match = _DATE.fullmatch(text.strip())
        if not match:
            return self._numbers.code(text)
        year, month, day, rest = int(match[1]), int(match[2]), int(match[3]), match[4]
        if year == _UNSET_YEAR:
            return text
        number = self._numbers.number("date", f"{year}-{month}-{day}")
        shift = (-3, -2, -1, 1, 2, 3)[number % 6]
        return f"{max(year + shift, 2):04}-{number // 10 % 12 + 1:02}-{number // 1000 % 28 + 1:02}{rest}"

    def _url(self, text: str) -> str:
        if not _URL.fullmatch(text.strip()):
            return self._unknown(text)
        try:
            parts = urlsplit(text.strip())
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return f"https://{MAIL_HOSTS[0]}/"
        number = self._numbers.number("host", parts.hostname or "", bits=32)
        path = self._numbers.code(parts.path)
        query = f"?{self._numbers.code(parts.query)}" if parts.query else ""
        return f"{parts.scheme}://host-{number:08x}.{MAIL_HOSTS[0]}{port}{path}{query}"

    def _file_name(self, text: str) -> str:
        stem, dot, extension = text.rpartition(".")
        is_extension = bool(stem) and len(extension) <= 5 and extension.isalnum()
        return f"file-{self._numbers.number('file', text, bits=32):08x}" + (
            dot + extension if is_extension else ""
        )

    def _file_content(self, text: str) -> str:
        try:
            size = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            return self._free_text(text)
        content = filler(size, self._numbers.number("text", text))
        return base64.b64encode(content.encode("ascii")).decode("ascii")

    def _free_text(self, text: str) -> str:
        number = self._numbers.number("text", text)
        if _HTML.match(text):
            return f"<p>{filler(len(text) - len('<p></p>'), number)}</p>"
        return filler(len(text), number)

    def _unknown(self, text: str) -> str:
        """Something of the same form: what stands in custom fields, and in fields that nobody has listed."""
        plain = text.strip()
        if plain.casefold() in _YES_OR_NO:
            return text
        replace = next((replace for reads_as, replace in self._forms if reads_as(plain)), self._free_text)
        return replace(text)


def _is_person(text: str) -> bool:
    return len(text.split()) in (2, 3) and not _COMPANY.search(text) and not any(map(str.isdecimal, text))


def is_phone(text: str) -> bool:
    """Whether a text reads as a telephone number with its area code."""
    digits = sum(map(str.isdecimal, text))
    return bool(_PHONE_SIGNS.fullmatch(text.strip())) and (
        digits in (10, 11) or (text.strip().startswith("+") and digits >= 8)
    )


def _is_code(text: str) -> bool:
    """Whether a text reads as an identifier rather than as prose."""
    return len(text) <= 64 and any(map(str.isdecimal, text))
