"""Reading, validating and writing the JSON documents that users edit.

A reader is a function `(value, place) -> parsed` that raises DocumentError with the place of every mistake.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

from mockrevio.cancellation import cancellable
from mockrevio.errors import DocumentError, Mistake
from mockrevio.fairness import yield_to_threads

MAX_DEPTH = 64
"""A: levels of lists and objects in a record or in the body of a request, as in Json.NET by default.

Code that reads or copies them recurses."""

MAX_DOCUMENT_DEPTH = MAX_DEPTH + 10
"""Levels in a document that has such records in it: a fixture, a state, a snapshot, a data file."""

T = TypeVar("T")
Reader = Callable[[Any, str], T]


def document_error(place: str, message: str) -> DocumentError:
    """A DocumentError with a single mistake."""
    return DocumentError([Mistake(place, message)])


def format_value(value: object) -> str:
    """Format a value for a message, truncated if it is long."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def exceeds_depth(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested more than `limit` levels deep."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            item
            for container in cancellable(level)
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, (dict, list))
        ]
    return bool(level)


def read_object(value: Any, place: str, readers: Mapping[str, Reader[Any]]) -> dict[str, Any]:
    """Read an object whose members are all optional, each with its own reader.

    Raises DocumentError with every mistake, unknown members included.
    """
    if not isinstance(value, dict):
        raise document_error(
            place, f"must be an object with any of {', '.join(readers)}, not {format_value(value)}"
        )
    members: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, member in value.items():
        member_place = f"{place}.{name}"
        reader = readers.get(name)
        if reader is None:
            mistakes.append(Mistake(member_place, f"unknown; expected one of {', '.join(readers)}"))
            continue
        try:
            members[name] = reader(member, member_place)
        except DocumentError as error:
            mistakes += error.mistakes
    if mistakes:
        raise DocumentError(mistakes)
    return members


def list_of(reader: Reader[T]) -> Reader[list[T]]:
    """A reader for a list whose items `reader` reads."""

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
    """A reader for an object with any member names, whose values `reader` reads."""

    def read(value: Any, place: str) -> dict[str, T]:
        if not isinstance(value, dict):
            raise document_error(place, f"must be an object, not {format_value(value)}")
        return read_object(value, place, dict.fromkeys(value, reader))

    return read


def read_text(value: Any, place: str) -> str:
    """Read non-blank text."""
    if not isinstance(value, str) or not value.strip():
        raise document_error(place, f"must be non-blank text, not {format_value(value)}")
    return value


def read_bool(value: Any, place: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise document_error(place, f"must be true or false, not {format_value(value)}")
    return value


def integer(low: int, high: int | None = None) -> Reader[int]:
    """A reader for an integer from `low`, up to `high` if given."""
    allowed = f"a whole number from {low}" + ("" if high is None else f" to {high}")

    def read(value: Any, place: str) -> int:
        if type(value) is not int or value < low or (high is not None and value > high):
            raise document_error(place, f"must be {allowed}, not {format_value(value)}")
        return value

    return read


def read_probability(value: Any, place: str) -> float:
    """Read a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise document_error(place, f"must be a number from 0 to 1, not {format_value(value)}")
    return float(value)


def one_of(choices: Collection[str]) -> Reader[str]:
    """A reader for one of these strings."""

    def read(value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in choices:
            raise document_error(place, f"must be one of {', '.join(choices)}, not {format_value(value)}")
        return value

    return read


def from_string(parse: Callable[[str], T], form: str) -> Reader[T]:
    """A reader for a string that `parse` accepts, or rejects with ValueError; `form` describes the format."""

    def read(value: Any, place: str) -> T:
        if isinstance(value, str):
            try:
                return parse(value)
            except ValueError:
                pass
        raise document_error(place, f"must be {form}, not {format_value(value)}")

    return read


def load_strict_json(text: str, *, object_hook: Callable[[dict[str, Any]], Any] = yield_to_threads) -> Any:
    """Parse JSON strictly: NaN, infinite numbers and duplicate names in an object raise ValueError too.

    Lets other threads run.
    """
    return json.loads(
        text,
        parse_constant=_reject_constant,
        parse_float=_finite_float,
        object_pairs_hook=lambda pairs: object_hook(_unique_members(pairs)),
    )


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object. Raises ValueError for a duplicate name, where `json` would silently drop a member."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        duplicate = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{json.dumps(duplicate)} appears twice in one object")
    return members


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text} is too large")
    return number


def intern_values() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An `object_hook` that interns equal texts and numbers: a third of the values in records repeat."""
    seen: dict[type, dict[Any, Any]] = {str: {}, int: {}, float: {}}

    def intern(members: dict[str, Any]) -> dict[str, Any]:
        yield_to_threads(members)
        for name, value in members.items():
            known = seen.get(type(value))
            if known is not None:
                members[name] = known.setdefault(value, value)
        return members

    return intern


def parse_document(
    data: bytes,
    source: str,
    *,
    object_hook: Callable[[dict[str, Any]], Any] = yield_to_threads,
    max_depth: int = MAX_DOCUMENT_DEPTH,
) -> Any:
    """Parse the JSON value in `data`.

    Raises DocumentError with the line and column of a syntax error, or if the value is nested too deeply.
    """
    too_deep = Mistake(source, f"nested more than {max_depth} levels deep")
    try:
        value = load_strict_json(data.decode("utf-8-sig"), object_hook=object_hook)
    except json.JSONDecodeError as error:
        mistake = Mistake(f"{source}: line {error.lineno} column {error.colno}", f"invalid JSON: {error.msg}")
    except UnicodeDecodeError as error:
        mistake = Mistake(f"{source}: byte {error.start}", "not UTF-8 text")
    except RecursionError:
        mistake = too_deep
    except ValueError as error:
        mistake = Mistake(source, f"cannot parse JSON: {error}")
    else:
        if not exceeds_depth(value, max_depth):
            return value
        mistake = too_deep
    raise DocumentError([mistake])


def dump_document(document: Mapping[str, Any]) -> str:
    """Format a document as JSON with one record per line, so that a diff shows one line per change."""
    return "".join(dump_chunks(document))


def dump_chunks(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of `dump_document` record by record."""
    yield from _format_json(document, "", json.JSONEncoder())
    yield "\n"


def _format_json(value: object, indent: str, encoder: json.JSONEncoder) -> Iterator[str]:
    """Put each list item on its own line; break an object into lines only if it contains a list or object."""
    inner = indent + "  "
    separator = f"\n{inner}"
    if isinstance(value, list) and value:
        yield "["
        for item in cancellable(value):
            yield separator + encoder.encode(item)
            separator = f",\n{inner}"
        yield f"\n{indent}]"
    elif isinstance(value, dict) and any(isinstance(part, list | dict) for part in value.values()):
        yield "{"
        for name, part in value.items():
            yield f"{separator}{json.dumps(name)}: "
            yield from _format_json(part, inner, encoder)
            separator = f",\n{inner}"
        yield f"\n{indent}}}"
    else:
        yield encoder.encode(value)
