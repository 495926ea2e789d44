"""Parses the body of a write, exactly as leniently as Rev.io's .NET service."""

from __future__ import annotations

import codecs
import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from mockrevio.documents import MAX_DEPTH, exceeds_depth
from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.wire.content_coding import ReadableStream, read_decoded
from mockrevio.revio.wire.values import to_plain_json

MAX_BODY_SIZE = 1024 * 1024
"""A: the largest body in bytes, decoded; a larger one is a 413."""

MAX_CACHED_LENGTH = 256
"""Characters of a Content-Type whose parsed form is kept."""

FORM_TYPE = "application/x-www-form-urlencoded"
_JSON_TYPES = frozenset({"application/json", "text/json"})
_READABLE_TYPES = _JSON_TYPES | {"", FORM_TYPE}
_EXAMPLE = '{"external_id": "0012D00000dAsFzQAK", "internal_id": 1015, ...}'
_PATCH_EXAMPLE = '[{"op": "replace", "path": "/status", "value": "CLOSED"}]'
_TRAILING_COMMA = re.compile(r"(?<=\})\s*,\s*\]\s*\Z")
_BYTE_ORDER_MARK = codecs.BOM_UTF8


def read_body(stream: ReadableStream, content_encoding: str = "") -> bytes:
    """Read the whole body, and decode it if it has a Content-Encoding.

    Raises ApiError: `too_large` if it is over 1 MiB (the server drains the rest), or that of `read_decoded`.
    """
    data = read_decoded(stream, content_encoding, MAX_BODY_SIZE)
    if len(data) > MAX_BODY_SIZE:
        record_behaviour("body.too_large")
        message = f"The body is larger than {MAX_BODY_SIZE} bytes."
        raise ApiError(Problem("too_large", message, explain="the limit is 1 MiB; send a smaller body"))
    return data


def parse_fields(data: bytes, content_type: str) -> dict[str, Any]:
    """Parse the fields of a body; their names become lowercase.

    C: `application/json` and `text/json` are JSON. D: so is a body that starts with `{`, of any
    type, because the portal's curl samples do not send a JSON type. A: a form has fields too; any other
    type raises ApiError with `unsupported_media_type`, an invalid body with `malformed_body`.
    """
    media_type, charset = parse_media_type(content_type)
    looks_like_json = data.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")
    if not looks_like_json and media_type not in _READABLE_TYPES:
        record_behaviour("body.media_type")
        raise ApiError(
            Problem(
                "unsupported_media_type",
                f"The media type '{media_type}' is not supported for this resource.",
                explain="send the content type application/json or text/json",
            )
        )
    text = _decode(data, charset)
    if looks_like_json and media_type not in _JSON_TYPES:
        record_behaviour("body.json_any_type")
    if media_type == FORM_TYPE and not looks_like_json:
        record_behaviour("body.form")
        return {name.strip().lower(): value for name, value in parse_qsl(text, keep_blank_values=True)}
    return _parse_json_object(text)


def parse_media_type(content_type: str) -> tuple[str, str]:
    """The media type and the charset in a Content-Type."""
    return (_cached_parse if len(content_type) <= MAX_CACHED_LENGTH else _parse_content_type)(content_type)


def _parse_content_type(content_type: str) -> tuple[str, str]:
    media_type, options = parse_options_header(content_type)
    return media_type.strip().lower(), options.get("charset", "").strip() or "utf-8"


_cached_parse = lru_cache(maxsize=64)(_parse_content_type)  # clients send the same few


_CHARSET = re.compile(
    r"utf-?8-sig|utf-?(16|32)([lb]e|-[lb]e)?|(us-)?ascii|(iso-?8859-|latin-?)[0-9]{1,2}|(windows-|cp)[0-9]{3,4}",
    re.IGNORECASE | re.ASCII,
)


def _decode(data: bytes, charset: str) -> str:
    is_utf_8 = charset.lower() in ("utf-8", "utf8")
    # Python caches every codec name it looks up, and some of its codecs take minutes.
    if not is_utf_8 and not _CHARSET.fullmatch(charset):
        raise _unsupported_charset_error(charset)
    try:
        # .NET clients send a byte order mark.
        return data.removeprefix(_BYTE_ORDER_MARK).decode() if is_utf_8 else data.decode(charset)
    except LookupError:
        raise _unsupported_charset_error(charset) from None
    except ValueError as error:
        raise _malformed_error(f"The body is not {charset} text.", f"{error}; send UTF-8") from None


def _unsupported_charset_error(name: str) -> ApiError:
    record_behaviour("body.media_type")
    message = f"The charset '{name}' is not supported."
    return ApiError(Problem("unsupported_media_type", message, explain="send the body in UTF-8"))


def parse_patch(data: bytes, content_type: str) -> list[Any]:
    """Parse the operations of a JSON Patch (C: RFC 6902) of any content type.

    D: a sample on the portal has a comma after the last operation.
    """
    text = _decode(data, parse_media_type(content_type)[1])
    without_comma = _TRAILING_COMMA.sub("]", text)
    if without_comma != text:
        record_behaviour("patch.trailing_comma")
    operations = _parse_json(without_comma, _PATCH_EXAMPLE)
    if not isinstance(operations, list):
        raise _malformed_error("The body must be a JSON array of operations.", f"send {_PATCH_EXAMPLE}")
    return [to_plain_json(operation) for operation in operations]


def _parse_json_object(text: str) -> dict[str, Any]:
    value = _parse_json(text, _EXAMPLE)
    if not isinstance(value, dict):
        raise _malformed_error("The body must be a JSON object.", f"send {_EXAMPLE}")
    fields = {name.lower(): item for name, item in value.items()}
    if fields.keys() != value.keys():
        record_behaviour("body.field_case")
    return fields


def _parse_json(text: str, example: str) -> Any:
    try:
        value = _DECODE(text)
    except RecursionError:
        raise _too_deep_error(example) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        reason = f"{error.msg} at {place}" if text.strip() else "the body is empty"
        raise _malformed_error(
            f"The body is not valid JSON at {place}.", f"{reason}; send {example}"
        ) from None
    except _ConstantError as error:
        raise _malformed_error(
            "The body is not valid JSON.", f"JSON has no {error}; send {example}"
        ) from None
    except (ValueError, ArithmeticError):
        reason = "a number is too large"
        raise _malformed_error("The body is not valid JSON.", f"{reason}; send {example}") from None
    brackets = text.count("{") + text.count("[")
    if brackets > MAX_DEPTH and exceeds_depth(value, MAX_DEPTH):
        raise _too_deep_error(example)
    return value


def _too_deep_error(example: str) -> ApiError:
    return _malformed_error(
        "The body is nested too deeply.", f"at most {MAX_DEPTH} levels are allowed; send {example}"
    )


class _ConstantError(ValueError):
    """NaN or an infinity: Python's parser accepts them, JSON does not have them."""


def _reject_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


_DECODE = json.JSONDecoder(parse_float=Decimal, parse_constant=_reject_constant).decode


def _malformed_error(message: str, explain: str) -> ApiError:
    record_behaviour("body.malformed")
    return ApiError(Problem("malformed_body", message, explain=explain))
