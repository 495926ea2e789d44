"""Reading the body of a write as leniently as Rev.io's .NET service does, and no more."""

from __future__ import annotations

import codecs
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

_FORM_TYPE = "application/x-www-form-urlencoded"
_READABLE_TYPES = frozenset({"", "application/json", "text/json", _FORM_TYPE})
_EXAMPLE = '{"external_id": "0012D00000dAsFzQAK", "internal_id": 1015, ...}'
_MARK = codecs.BOM_UTF8
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Readable(Protocol):
    """A body as the server hands it over."""

    def read(self, size: int, /) -> bytes:
        """`size` bytes; fewer only at the end."""


def read_bytes(stream: Readable) -> bytes:
    """The whole body; a Refusal with `too_large` for one over 1 MiB. The server drains what is left."""
    data = stream.read(LARGEST_BODY + 1)
    if len(data) > LARGEST_BODY:
        message = f"The body is larger than {LARGEST_BODY} bytes."
        raise Refusal(Problem("too_large", message, explain="four short fields fit into a few hundred bytes"))
    return data


def read_fields(data: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a body, their names in lower case.

    C: JSON under `application/json` or `text/json`. D: a body that starts with `{` is JSON whatever
    its type, since the portal's curl samples send one without a type. A: a form is fields too; any
    other type is refused with `unsupported_media_type`, a broken body with `malformed_body`.
    """
    media_type, charset = _media_type(content_type)
    looks_like_json = data.removeprefix(_MARK).lstrip()[:1] in (b"{", b"[")
    if not looks_like_json and media_type not in _READABLE_TYPES:
        raise Refusal(
            Problem(
                "unsupported_media_type",
                f"The media type '{media_type}' is not supported for this resource.",
                explain="send application/json or text/json",
            )
        )
    text = _decode(data, charset)
    if media_type == _FORM_TYPE and not looks_like_json:
        return {name.strip().lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}
    return _json_object(text)


def _media_type(content_type: str) -> tuple[str, str]:
    media_type, options = parse_options_header(content_type)
    return media_type.strip().lower(), options.get("charset", "").strip() or "utf-8"


def _decode(data: bytes, charset: str) -> str:
    # A byte order mark is allowed, as .NET's own clients send one.
    name = "utf-8-sig" if charset.lower() in ("utf-8", "utf8") else charset
    try:
        return data.decode(name)
    except LookupError:
        message = f"The charset '{charset}' is not supported."
        raise Refusal(Problem("unsupported_media_type", message, explain="send UTF-8")) from None
    except ValueError as error:
        raise _malformed(f"The body is not {charset} text.", str(error)) from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise _malformed("The body is nested too deeply.", f"send {_EXAMPLE}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        explain = (
            f"{error.msg} at {place}; send {_EXAMPLE}" if text.strip() else f"it is empty; send {_EXAMPLE}"
        )
        raise _malformed(f"The body is not valid JSON at {place}.", explain) from None
    except (ValueError, ArithmeticError) as error:
        raise _malformed(
            "The body is not valid JSON.", f"it holds what JSON does not have: {error}"
        ) from None
    if not isinstance(value, dict):
        raise _malformed("The body must be a JSON object.", f"send {_EXAMPLE}")
    return {name.lower(): item for name, item in value.items()}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _malformed(message: str, explain: str) -> Refusal:
    return Refusal(Problem("malformed_body", message, explain=explain))


def required_values(fields: Mapping[str, Any], wanted: Mapping[str, Field]) -> dict[str, Any]:
    """The values of required fields, converted as Json.NET would; a Refusal names every one at fault.

    A: `4`, `4.0` and `"4"` are whole numbers; a number for a text field becomes text.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, field in wanted.items():
        try:
            values[name] = _convert(field, fields.get(name))
        except _Unfit as unfit:
            problems.append(unfit.problem(field, fields, wanted))
    if problems:
        raise Refusal(*problems)
    return values


class _Unfit(Exception):
    """A value that its field does not take: the code and the rest of the sentence that says so."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def problem(self, field: Field, fields: Mapping[str, Any], wanted: Mapping[str, Field]) -> Problem:
        """The problem as Rev.io would put it, and what was sent, which only a mock repeats."""
        sent = f"{field.name} was {_shown(fields[field.name])}" if field.name in fields else "it was not sent"
        explain = f"{sent}; a write must give {', '.join(wanted)}"
        return Problem(self.code, f"{field.name} {self}.", field.name, explain)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _convert(field: Field, value: object) -> Any:
    if value is None:
        raise _Unfit("required", "is required")
    return _whole(value) if field.kind == "whole" else _text(value)


def _whole(value: object) -> int:
    number = None
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
    text = str(value)
    if not text.strip():
        raise _Unfit("required", "is required")
    if len(text) > LONGEST_TEXT:
        raise _Unfit("invalid", f"must have at most {LONGEST_TEXT} characters, not {len(text)}")
    if _LONE_SURROGATE.search(text):
        raise _Unfit("invalid", "is not valid Unicode text")
    return text
