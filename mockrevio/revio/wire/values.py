"""What the fields of a body are worth, read as leniently as Json.NET reads them (A), and no more."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from mockrevio.errors import Problem, Refusal
from mockrevio.revio.behaviours import note
from mockrevio.revio.fields import LARGEST_WHOLE, LONGEST_TEXT, WORDS, Field, Kind, whole_number

DEEPEST = 64
"""A: how deep a body may be nested; Json.NET reads no deeper unless told to."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", re.ASCII)
_HUGE = 10**18
_FLAGS = {"true": True, "false": False}


def required_values(fields: Mapping[str, Any], wanted: Mapping[str, Field]) -> dict[str, Any]:
    """The values of required fields, converted as Json.NET would; a Refusal names every one at fault.

    A: `4`, `4.0` and `"4"` are whole numbers; a number for a text field becomes text.
    """
    if any(name not in wanted for name in fields):
        note("body.unknown_field")
    return _convert_all(fields, wanted.values(), _required, f"a write must give {', '.join(wanted)}")


def known_values(fields: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
    """The values of those known fields that are given; a Refusal names every one at fault.

    A: `null` and blank text are values here, since none of these fields is required.
    """
    given = [field for name, field in known.items() if name in fields]
    if len(given) < len(fields):
        note("body.unknown_field")
    return _convert_all(fields, given, _optional, "leave the field out, or send null, for none")


def _convert_all(
    fields: Mapping[str, Any],
    wanted: Iterable[Field],
    convert: Callable[[Field, object], Any],
    way_out: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in wanted:
        try:
            values[field.name] = convert(field, _exact(fields.get(field.name)))
        except _Unfit as unfit:
            note(f"body.{unfit.code}")
            sent = f"was {_shown(fields[field.name])}" if field.name in fields else "was not sent"
            explain = f"{field.name} {sent}"
            problems.append(Problem(unfit.code, f"{field.name} {unfit}.", field.name, explain))
    if problems:
        last = problems.pop()
        raise Refusal(*problems, last._replace(explain=f"{last.explain}; {way_out}"))  # said once, at the end
    return values


class _Unfit(Exception):
    """A value that its field does not take: the code and the rest of the sentence that says so."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _shown(value: object) -> str:
    """What was sent, in brief; it may be deep, or a megabyte."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _required(field: Field, value: object) -> Any:
    converted = None if value is None else _CONVERT[field.kind](value)
    if converted is None or (isinstance(converted, str) and not converted.strip()):
        raise _Unfit("required", "is required")
    return converted


def _exact(value: object) -> object:
    """A value as the API's bodies are read. Stored records and the admin side's bodies have floats."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _optional(field: Field, value: object) -> Any:
    return None if value is None else _CONVERT[field.kind](value)


def _whole(value: object) -> int:
    number = None
    if isinstance(value, (str, Decimal)):
        note("body.lenient_number")
    if isinstance(value, str):
        number = whole_number(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, Decimal) and -LARGEST_WHOLE <= value <= LARGEST_WHOLE and value % 1 == 0:
        number = int(value)
    if number is None or abs(number) > LARGEST_WHOLE:
        raise _Unfit("invalid", f"must be {WORDS['whole']}")
    return number


def _text(value: object) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise _Unfit("invalid", f"must be {WORDS['text']}")
    if not isinstance(value, str):
        note("body.lenient_number")
    text = str(value)
    if len(text) > LONGEST_TEXT:
        raise _Unfit("invalid", f"must have at most {LONGEST_TEXT} characters, not {len(text)}")
    if _LONE_SURROGATE.search(text):
        raise _Unfit("invalid", "is not valid Unicode text")
    return text


def _date(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit("invalid", f"must be {WORDS['date']}")
    return _text(value)


def _decimal(value: object) -> float | int:
    number = None
    if isinstance(value, str):
        number = Decimal(value) if _DECIMAL.fullmatch(value) else None
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
    if number is None or not number.is_finite() or not -_HUGE < number < _HUGE:
        raise _Unfit("invalid", f"must be {WORDS['decimal']}")
    return value if isinstance(value, int) else float(number)


def _flag(value: object) -> bool:
    flag = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise _Unfit("invalid", f"must be {WORDS['flag']}")
    return flag


def _nested(kind: Kind, wanted: type) -> Callable[[object], Any]:
    def convert(value: object) -> Any:
        if not isinstance(value, wanted):
            raise _Unfit("invalid", f"must be {WORDS[kind]}")
        stored = plain(value)
        if _holds_infinity(stored):
            raise _Unfit("invalid", "must hold no number beyond what a double can hold")
        return stored

    return convert


def _holds_infinity(value: Any) -> bool:
    """Whether a number in it became too large to be written as JSON."""
    if isinstance(value, (dict, list)):
        return any(map(_holds_infinity, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


def is_deeper(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested more than `limit` deep."""
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(is_deeper(item, limit - 1) for item in inner)


def plain(value: Any) -> Any:
    """A value out of a body as it is stored: its decimals, which were read exactly, as plain numbers."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


_CONVERT: Mapping[Kind, Callable[[object], Any]] = {
    "whole": _whole,
    "decimal": _decimal,
    "text": _text,
    "name": _text,
    "flag": _flag,
    "date": _date,
    "object": _nested("object", dict),
    "list": _nested("list", list),
}
