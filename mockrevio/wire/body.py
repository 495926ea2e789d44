"""Reading the body of a write as leniently as Rev.io's .NET service does, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn, Protocol
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from mockrevio.errors import Problem, Refusal
from mockrevio.wire.schema import LARGEST_WHOLE, LONGEST_TEXT, WORDS, Field, whole_number

LARGEST_BODY = 1024 * 1024
"""A: bytes; a larger body is refused with 413."""

LARGEST_DRAIN = 64 * 1024 * 1024
"""How much of a body that is too large is read and thrown away, so that its sender can read the answer."""

_FORM_TYPE = "application/x-www-form-urlencoded"
_READABLE_TYPES = frozenset({"", "application/json", "text/json", _FORM_TYPE})
_CHUNK = 64 * 1024
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Readable(Protocol):
    """A body as the server hands it over."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


def read_bytes(stream: Readable) -> bytes:
    """The whole body; a Refusal with `too_large` for one over 1 MiB, once it is drained."""
    chunks: list[bytes] = []
    total = 0
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        if total <= LARGEST_BODY:
            chunks.append(chunk)
        elif total > LARGEST_DRAIN:
            break
    if total > LARGEST_BODY:
        raise Refusal(Problem("too_large", f"The body is larger than {LARGEST_BODY} bytes."))
    return b"".join(chunks)


def read_fields(data: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a body, their names in lower case.

    C: JSON under `application/json` or `text/json`. D: a body that starts with `{` is JSON whatever
    its type, since the portal's curl samples send one without a type. A: a form is fields too; any
    other type is refused with `unsupported_media_type`, a broken body with `malformed_body`.
    """
    media_type, charset = _media_type(content_type)
    looks_like_json = data.lstrip()[:1] in (b"{", b"[")
    if not looks_like_json and media_type not in _READABLE_TYPES:
        raise Refusal(
            Problem(
                "unsupported_media_type",
                f"The media type '{media_type}' is not supported for this resource.",
                explain="Send application/json or text/json",
            )
        )
    text = _decode(data, charset)
    if media_type == _FORM_TYPE and not looks_like_json:
        return {name.strip().lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}
    return _json_object(text)


def _media_type(content_type: str) -> tuple[str, str]:
    media_type, options = parse_options_header(content_type)
    return media_type.strip().lower(), options.get("charset", "utf-8").strip()


def _decode(data: bytes, charset: str) -> str:
    # A byte order mark is allowed, as .NET's own clients send one.
    name = "utf-8-sig" if charset.lower() in ("utf-8", "utf8") else charset
    try:
        return data.decode(name)
    except LookupError:
        raise Refusal(
            Problem("unsupported_media_type", f"The charset '{charset}' is not supported.")
        ) from None
    except ValueError:
        raise _malformed(f"The body is not {charset} text.") from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise _malformed("The body is nested too deeply.") from None
    except (ValueError, ArithmeticError) as error:
        place = (
            f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise _malformed(f"The body is not valid JSON{place}.") from None
    if not isinstance(value, dict):
        raise _malformed("The body must be a JSON object.")
    return {name.lower(): item for name, item in value.items()}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _malformed(message: str) -> Refusal:
    return Refusal(Problem("malformed_body", message))


def required_values(fields: Mapping[str, Any], wanted: Mapping[str, Field]) -> dict[str, Any]:
    """The values of required fields, converted as Json.NET would; a Refusal names every one at fault.

    A: `4`, `4.0` and `"4"` are whole numbers; a number for a text field becomes text.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, field in wanted.items():
        try:
            values[name] = _convert(field, fields.get(name))
        except Refusal as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise Refusal(*problems)
    return values


def _convert(field: Field, value: object) -> Any:
    if value is None:
        raise _required(field)
    return _whole(field, value) if field.kind == "whole" else _text(field, value)


def _whole(field: Field, value: object) -> int:
    number = None
    if isinstance(value, str):
        number = whole_number(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, Decimal) and -LARGEST_WHOLE <= value <= LARGEST_WHOLE and value % 1 == 0:
        number = int(value)
    if number is None or abs(number) > LARGEST_WHOLE:
        raise _invalid(field)
    return number


def _text(field: Field, value: object) -> str:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise _invalid(field)
    text = str(value)
    if not text.strip():
        raise _required(field)
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            Problem(
                "invalid",
                f"{field.name} must have at most {LONGEST_TEXT} characters, not {len(text)}.",
                field.name,
            )
        )
    if _LONE_SURROGATE.search(text):
        raise Refusal(Problem("invalid", f"{field.name} is not valid Unicode text.", field.name))
    return text


def _required(field: Field) -> Refusal:
    return Refusal(Problem("required", f"{field.name} is required.", field.name))


def _invalid(field: Field) -> Refusal:
    return Refusal(Problem("invalid", f"{field.name} must be {WORDS[field.kind]}.", field.name))
