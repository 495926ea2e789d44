"""Converts the fields of a body, exactly as leniently as Json.NET (A)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.fields import (
    DECIMAL,
    KIND_DESCRIPTIONS,
    MAX_INTEGER,
    MAX_TEXT_LENGTH,
    Field,
    FieldKind,
    parse_integer,
)
from mockrevio.revio.wire.dates import is_unset_date, parse_date, to_stored_date

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
DECIMAL_BOUND = 10**18
"""A: numbers are smaller than this."""
_FLAGS = {"true": True, "false": False}


def convert_required(fields: Mapping[str, Any], required: Mapping[str, Field]) -> dict[str, Any]:
    """Convert the required fields of a body; other fields are ignored.

    A: `4`, `4.0` and `"4"` are integers; a number in a text field becomes text. Raises ApiError with a
    problem for every field that is missing or invalid.
    """
    if not fields.keys() <= required.keys():
        record_behaviour("body.unknown_field")
    return _convert_all(fields, required, required, f"a write requires {', '.join(required)}")


def convert_known(
    fields: Mapping[str, Any], known: Mapping[str, Field], required: Collection[str] = ()
) -> dict[str, Any]:
    """Convert those fields of a body that are known; other fields are ignored.

    A: `null` and blank text are valid, unless the field is required. Both mappings have names in lowercase.
    Raises ApiError with a problem for every invalid field.
    """
    known_fields = {name: field for name, field in known.items() if name in fields}
    if len(known_fields) < len(fields):
        record_behaviour("body.unknown_field")
    known_fields.update({name: known[name] for name in required})
    others = "to leave a field empty, omit it or send null"
    hint = f"a write requires {', '.join(required)}" if required else others
    return _convert_all(fields, known_fields, required, hint)


def _convert_all(
    fields: Mapping[str, Any], wanted: Mapping[str, Field], required: Collection[str], hint: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, field in wanted.items():
        try:
            values[field.name] = _convert_field(field, fields.get(name), required=name in required)
        except _ConversionError as error:
            record_behaviour(f"body.{error.code}")
            state = f"is {_format_sent(fields[name])}" if name in fields else "is missing"
            place = ".".join([field.name, *error.path])
            problems.append(Problem(error.code, f"{place} {error}.", place, f"{field.name} {state}"))
    if problems:
        last = problems.pop()  # the hint is the same for all, so it comes once, at the end
        raise ApiError(*problems, last._replace(explain=f"{last.explain}; {hint}"))
    return values


def _convert_field(field: Field, value: object, *, required: bool) -> Any:
    converted = convert_value(field, value)
    if required and (converted is None or (isinstance(converted, str) and not converted.strip())):
        raise _ConversionError("required", "is required")
    return converted


def convert_value(field: Field, value: object) -> Any:
    """Convert one value to what is stored; null is None, which stands for no value."""
    return None if value is None else _CONVERTERS[field.kind](field, _to_exact(value))


class _ConversionError(Exception):
    """An invalid value: the error code, and the message without the field's name and the period.

    `path` leads from the field to the value within it.
    """

    def __init__(self, code: str, message: str, path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


def _format_sent(value: object) -> str:
    """Format a value briefly: it may be deeply nested, or a megabyte long."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _to_exact(value: object) -> object:
    """Convert a float to Decimal, the type in API bodies; stored records and admin API bodies have floats."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _to_integer(_: Field, value: object) -> int:
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:  # as nearly always
        return value
    number = None
    if isinstance(value, (str, Decimal)):
        record_behaviour("body.lenient_number")
    if isinstance(value, str):
        number = parse_integer(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, Decimal) and -MAX_INTEGER <= value <= MAX_INTEGER and value % 1 == 0:
        number = int(value)
    if number is None or abs(number) > MAX_INTEGER:
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['whole']}")
    return number


def _to_text(field: Field, value: object) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['text']}")
    if not isinstance(value, str):
        record_behaviour("body.lenient_number")
    text = str(value)
    if len(text) > MAX_TEXT_LENGTH and not field.is_long:
        raise _ConversionError("invalid", f"must have at most {MAX_TEXT_LENGTH} characters, not {len(text)}")
    if _LONE_SURROGATE.search(text):
        raise _ConversionError("invalid", "is not valid Unicode text")
    return text


def _to_date(_: Field, value: object) -> str | None:
    """C2, C3: several forms are accepted, one is stored. A: blank text is no date."""
    text = value.strip() if isinstance(value, str) else None
    if text == "" or (text and is_unset_date(text)):
        return None
    date = None if text is None else parse_date(text)
    if date is None:
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['date']}")
    if date != text:
        record_behaviour("body.date_forms")
    return to_stored_date(date)


def _to_decimal(_: Field, value: object) -> float | int:
    number = None
    if isinstance(value, str):
        number = Decimal(value) if DECIMAL.fullmatch(value) else None
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
    if number is None or not number.is_finite() or not -DECIMAL_BOUND < number < DECIMAL_BOUND:
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['decimal']}")
    return value if isinstance(value, int) else float(number)


def _to_bool(_: Field, value: object) -> bool:
    flag = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['flag']}")
    return flag


def _to_object(field: Field, value: object) -> dict[str, Any]:
    """Convert the members of an object as if they were fields. Unknown members are kept unchanged."""
    if not isinstance(value, dict):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['object']}")
    known = {name.lower(): member for name, member in field.fields.items()}
    converted = {}
    for name, item in value.items():
        member = known.get(name.lower())
        converted[member.name if member else name] = _convert_within(name, member, item)
    return converted


def _to_list(field: Field, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['list']}")
    item_field = field._replace(kind=field.items or "object", is_long=True)
    return [_convert_item(item_field, index, item) for index, item in enumerate(value)]


def _convert_item(field: Field, index: int, item: object) -> Any:
    converted = None if item is None else _convert_within(str(index), field, item)
    if converted is None:  # also a date that stands for none
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS[field.kind]}", [str(index)])
    return converted


def _convert_within(name: str, field: Field | None, value: object) -> Any:
    try:
        if field is not None:
            return convert_value(field._replace(is_long=True), value)
    except _ConversionError as error:
        raise _ConversionError(error.code, str(error), [name, *error.path]) from None
    plain = to_plain_json(value)
    for scalar in _scalars_in({name: plain}):
        if isinstance(scalar, float) and not math.isfinite(scalar):
            raise _ConversionError(
                "invalid", "must not contain a number beyond the range of a double", [name]
            )
        if isinstance(scalar, str) and _LONE_SURROGATE.search(scalar):
            raise _ConversionError("invalid", "is not valid Unicode text", [name])
    return plain


def _scalars_in(value: Any) -> Iterator[Any]:
    """Everything in a value but the objects and lists themselves; names, too."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _scalars_in(item)
    else:
        yield value


def to_plain_json(value: Any) -> Any:
    """Convert the Decimals in a parsed body to floats, as records store them."""
    if isinstance(value, dict):
        return {name: to_plain_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_plain_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


_CONVERTERS: Mapping[FieldKind, Callable[[Field, object], Any]] = {
    "whole": _to_integer,
    "decimal": _to_decimal,
    "text": _to_text,
    "name": _to_text,
    "flag": _to_bool,
    "date": _to_date,
    "object": _to_object,
    "list": _to_list,
}
