"""Converts the fields of a body, exactly as leniently as Json.NET (A)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.fields import KIND_DESCRIPTIONS, MAX_INTEGER, MAX_TEXT_LENGTH, Field, Kind, parse_integer

MAX_DEPTH = 64
"""A: the deepest nesting of a body; 64 is Json.NET's default."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", re.ASCII)
_DECIMAL_BOUND = 10**18
_FLAGS = {"true": True, "false": False}


def convert_required(fields: Mapping[str, Any], required: Mapping[str, Field]) -> dict[str, Any]:
    """Convert the required fields of a body; other fields are ignored.

    A: `4`, `4.0` and `"4"` are integers; a number in a text field becomes text. Raises ApiError with a
    problem for every field that is missing or invalid.
    """
    if not fields.keys() <= required.keys():
        record_behaviour("body.unknown_field")
    return _convert_all(fields, required.values(), _required, f"a write requires {', '.join(required)}")


def convert_known(fields: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
    """Convert those fields of a body that are known; other fields are ignored.

    A: `null` and blank text are valid, since none of these fields is required. Raises ApiError with a
    problem for every invalid field.
    """
    known_fields = [field for name, field in known.items() if name in fields]
    if len(known_fields) < len(fields):
        record_behaviour("body.unknown_field")
    return _convert_all(fields, known_fields, _optional, "to leave a field empty, omit it or send null")


def _convert_all(
    fields: Mapping[str, Any],
    fields_to_convert: Iterable[Field],
    convert: Callable[[Field, object], Any],
    hint: str,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in fields_to_convert:
        try:
            values[field.name] = convert(field, _to_exact(fields.get(field.name)))
        except _ConversionError as error:
            record_behaviour(f"body.{error.code}")
            state = f"is {_format_sent(fields[field.name])}" if field.name in fields else "is missing"
            explain = f"{field.name} {state}"
            problems.append(Problem(error.code, f"{field.name} {error}.", field.name, explain))
    if problems:
        last = problems.pop()  # the hint is the same for all, so it comes once, at the end
        raise ApiError(*problems, last._replace(explain=f"{last.explain}; {hint}"))
    return values


class _ConversionError(Exception):
    """An invalid value: the error code, and the message without the field's name and the period."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _format_sent(value: object) -> str:
    """Format a value briefly: it may be deeply nested, or a megabyte long."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _required(field: Field, value: object) -> Any:
    converted = None if value is None else _CONVERTERS[field.kind](value)
    if converted is None or (isinstance(converted, str) and not converted.strip()):
        raise _ConversionError("required", "is required")
    return converted


def _to_exact(value: object) -> object:
    """Convert a float to Decimal, the type in API bodies; stored records and admin API bodies have floats."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _optional(field: Field, value: object) -> Any:
    return None if value is None else _CONVERTERS[field.kind](value)


def _to_integer(value: object) -> int:
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


def _to_text(value: object) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['text']}")
    if not isinstance(value, str):
        record_behaviour("body.lenient_number")
    text = str(value)
    if len(text) > MAX_TEXT_LENGTH:
        raise _ConversionError("invalid", f"must have at most {MAX_TEXT_LENGTH} characters, not {len(text)}")
    if _LONE_SURROGATE.search(text):
        raise _ConversionError("invalid", "is not valid Unicode text")
    return text


def _to_date(value: object) -> str:
    if not isinstance(value, str):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['date']}")
    return _to_text(value)


def _to_decimal(value: object) -> float | int:
    number = None
    if isinstance(value, str):
        number = Decimal(value) if _DECIMAL.fullmatch(value) else None
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
    if number is None or not number.is_finite() or not -_DECIMAL_BOUND < number < _DECIMAL_BOUND:
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['decimal']}")
    return value if isinstance(value, int) else float(number)


def _to_bool(value: object) -> bool:
    flag = _FLAGS.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS['flag']}")
    return flag


def _nested_converter(kind: Kind, python_type: type) -> Callable[[object], Any]:
    def convert(value: object) -> Any:
        if not isinstance(value, python_type):
            raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS[kind]}")
        plain = to_plain_json(value)
        if _contains_infinity(plain):
            raise _ConversionError("invalid", "must not contain a number beyond the range of a double")
        return plain

    return convert


def _contains_infinity(value: Any) -> bool:
    """Whether a number in the value is infinite, which JSON cannot represent."""
    if isinstance(value, (dict, list)):
        return any(map(_contains_infinity, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


def exceeds_depth(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested more than `limit` levels deep."""
    if not isinstance(value, (dict, list)):
        return False
    items = value.values() if isinstance(value, dict) else value
    return limit <= 0 or any(
        exceeds_depth(item, limit - 1) for item in items if isinstance(item, (dict, list))
    )


def to_plain_json(value: Any) -> Any:
    """Convert the Decimals in a parsed body to floats, as records store them."""
    if isinstance(value, dict):
        return {name: to_plain_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_plain_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


_CONVERTERS: Mapping[Kind, Callable[[object], Any]] = {
    "whole": _to_integer,
    "decimal": _to_decimal,
    "text": _to_text,
    "name": _to_text,
    "flag": _to_bool,
    "date": _to_date,
    "object": _nested_converter("object", dict),
    "list": _nested_converter("list", list),
}
