"""What the fields of a body are worth, read as leniently as Json.NET reads them (A), and no more."""

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
"""A: how deep a body may be nested; Json.NET reads no deeper unless told to."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DECIMAL = re.compile(r"\s*[+-]?[0-9]{1,18}(\.[0-9]{1,18})?\s*", re.ASCII)
_DECIMAL_BOUND = 10**18
_FLAGS = {"true": True, "false": False}


def convert_required(fields: Mapping[str, Any], fields_to_convert: Mapping[str, Field]) -> dict[str, Any]:
    """The values of required fields, converted as Json.NET would; a Refusal names every one at fault.

    A: `4`, `4.0` and `"4"` are whole numbers; a number for a text field becomes text.
    """
    if any(name not in fields_to_convert for name in fields):
        record_behaviour("body.unknown_field")
    return _convert_all(
        fields, fields_to_convert.values(), _required, f"a write must give {', '.join(fields_to_convert)}"
    )


def convert_known(fields: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
    """The values of those known fields that are given; a Refusal names every one at fault.

    A: `null` and blank text are values here, since none of these fields is required.
    """
    given = [field for name, field in known.items() if name in fields]
    if len(given) < len(fields):
        record_behaviour("body.unknown_field")
    return _convert_all(fields, given, _optional, "leave the field out, or send null, for none")


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
            sent = f"was {_format_sent(fields[field.name])}" if field.name in fields else "was not sent"
            explain = f"{field.name} {sent}"
            problems.append(Problem(error.code, f"{field.name} {error}.", field.name, explain))
    if problems:
        last = problems.pop()
        raise ApiError(*problems, last._replace(explain=f"{last.explain}; {hint}"))  # said once, at the end
    return values


class _ConversionError(Exception):
    """A value that its field does not take: the code and the rest of the sentence that says so."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _format_sent(value: object) -> str:
    """What was sent, in brief; it may be deep, or a megabyte."""
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
    """A value as the API's bodies are read. Stored records and the admin side's bodies have floats."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _optional(field: Field, value: object) -> Any:
    return None if value is None else _CONVERTERS[field.kind](value)


def _to_integer(value: object) -> int:
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


def _nested_converter(kind: Kind, fields_to_convert: type) -> Callable[[object], Any]:
    def convert(value: object) -> Any:
        if not isinstance(value, fields_to_convert):
            raise _ConversionError("invalid", f"must be {KIND_DESCRIPTIONS[kind]}")
        stored = to_plain_json(value)
        if _contains_infinity(stored):
            raise _ConversionError("invalid", "must hold no number beyond what a double can hold")
        return stored

    return convert


def _contains_infinity(value: Any) -> bool:
    """Whether a number in it became too large to be written as JSON."""
    if isinstance(value, (dict, list)):
        return any(map(_contains_infinity, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


def exceeds_depth(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested more than `limit` deep."""
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(exceeds_depth(item, limit - 1) for item in inner)


def to_plain_json(value: Any) -> Any:
    """A value out of a body as it is stored: its decimals, which were read exactly, as plain numbers."""
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
