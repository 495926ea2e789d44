"""JSON documents that people read and write: what may be in them, what is wrong there, how they look.

A reader is a function `(value, place) -> parsed` that raises DocumentError with the place of every mistake.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, TypeVar

from mockrevio.errors import DocumentError, Mistake

T = TypeVar("T")
Reader = Callable[[Any, str], T]


def document_error(place: str, message: str) -> DocumentError:
    """The error for one mistake."""
    return DocumentError([Mistake(place, message)])


def format_value(value: object) -> str:
    """A value as a message shows it, cut if it is long."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_object(value: Any, place: str, readers: Mapping[str, Reader[Any]]) -> dict[str, Any]:
    """An object with some of these parts, each read by its reader; every mistake in it is named."""
    if not isinstance(value, dict):
        raise document_error(
            place, f"must be an object with some of {', '.join(readers)}, not {format_value(value)}"
        )
    read: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, part in value.items():
        at = f"{place}.{name}"
        reader = readers.get(name)
        if reader is None:
            mistakes.append(Mistake(at, f"unknown; there are {', '.join(readers)}"))
            continue
        try:
            read[name] = reader(part, at)
        except DocumentError as error:
            mistakes += error.mistakes
    if mistakes:
        raise DocumentError(mistakes)
    return read


def list_of(reader: Reader[T]) -> Reader[list[T]]:
    """A list whose items the reader reads."""

    def read(value: Any, place: str) -> list[T]:
        if not isinstance(value, list):
            raise document_error(place, f"must be a list, not {format_value(value)}")
        items: list[T] = []
        mistakes: list[Mistake] = []
        for index, item in enumerate(value):
            try:
                items.append(reader(item, f"{place}[{index}]"))
            except DocumentError as error:
                mistakes += error.mistakes
        if mistakes:
            raise DocumentError(mistakes)
        return items

    return read


def mapping_of(reader: Reader[T]) -> Reader[dict[str, T]]:
    """An object with any names, whose values the reader reads."""

    def read(value: Any, place: str) -> dict[str, T]:
        if not isinstance(value, dict):
            raise document_error(place, f"must be an object, not {format_value(value)}")
        return read_object(value, place, dict.fromkeys(value, reader))

    return read


def read_text(value: Any, place: str) -> str:
    """Text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise document_error(place, f"must be text, not {format_value(value)}")
    return value


def read_bool(value: Any, place: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise document_error(place, f"must be true or false, not {format_value(value)}")
    return value


def integer(low: int, high: int | None = None) -> Reader[int]:
    """A whole number from `low` (to `high`)."""
    allowed = f"a whole number from {low}" + ("" if high is None else f" to {high}")

    def read(value: Any, place: str) -> int:
        if type(value) is not int or value < low or (high is not None and value > high):
            raise document_error(place, f"must be {allowed}, not {format_value(value)}")
        return value

    return read


def read_probability(value: Any, place: str) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise document_error(place, f"must be a number from 0 to 1, not {format_value(value)}")
    return float(value)


def one_of(choices: Collection[str]) -> Reader[str]:
    """One of these words."""

    def read(value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in choices:
            raise document_error(place, f"must be one of {', '.join(choices)}, not {format_value(value)}")
        return value

    return read


def from_string(read: Callable[[str], T], form: str) -> Reader[T]:
    """Text in a form of its own, which `read` understands or raises ValueError for."""

    def reader(value: Any, place: str) -> T:
        if isinstance(value, str):
            try:
                return read(value)
            except ValueError:
                pass
        raise document_error(place, f"must be {form}, not {format_value(value)}")

    return reader


def load_strict_json(
    text: str, *, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """The value of a JSON text; ValueError also for what JSON does not have: NaN, and infinite numbers."""
    return json.loads(
        text, parse_constant=_reject_constant, parse_float=_finite_float, object_pairs_hook=object_pairs_hook
    )


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def parse_document(data: bytes, source: str) -> Any:
    """The JSON value in `data`; DocumentError names line and column where it is not JSON."""
    try:
        return load_strict_json(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        mistake = Mistake(f"{source}: line {error.lineno} column {error.colno}", f"not JSON: {error.msg}")
    except UnicodeDecodeError as error:
        mistake = Mistake(f"{source}: byte {error.start}", "not UTF-8 text")
    except (ValueError, RecursionError) as error:
        mistake = Mistake(source, f"not JSON that can be read: {error}")
    raise DocumentError([mistake])


def dump_document(document: Mapping[str, Any], *, sort_keys: bool = False) -> str:
    """A document as JSON text: one record a line, so that a change of it reads as one line."""
    return _lines(document, "", sort_keys) + "\n"


def _lines(value: object, indent: str, sort_keys: bool) -> str:
    """JSON that breaks lists into one line per item, and objects only where they hold such lists."""
    inner = indent + "  "
    if isinstance(value, list) and value:
        lines, (start, end) = [json.dumps(item, sort_keys=sort_keys) for item in value], "[]"
    elif isinstance(value, dict) and any(isinstance(part, list | dict) for part in value.values()):
        items = sorted(value.items()) if sort_keys else value.items()
        lines = [f"{json.dumps(name)}: {_lines(part, inner, sort_keys)}" for name, part in items]
        start, end = "{}"
    else:
        return json.dumps(value, sort_keys=sort_keys)
    return f"{start}\n{inner}" + f",\n{inner}".join(lines) + f"\n{indent}{end}"
