"""Ready-made error responses, as Rev.io, its gateway or a proxy in between sends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mockrevio.errors import Problem
from mockrevio.revio.wire.auth import BASIC_CHALLENGE
from mockrevio.revio.wire.envelopes import encode_json, error_body
from mockrevio.revio.wire.gateway_responses import (
    JSON,
    RawResponse,
    invalid_key,
    missing_key,
    quota_exceeded,
    rate_limited,
)

_ERRORS_BY_STATUS: Mapping[int, tuple[str, str]] = {
    # The codes are A, as in `revio`; the messages are those of ASP.NET where it has one.
    400: ("invalid", "The request is invalid."),
    401: ("unauthorized", "Authorization has been denied for this request."),
    403: ("forbidden", "The user does not have permission for this resource."),
    404: ("not_found", "The resource was not found."),
    405: ("method_not_allowed", "The requested resource does not support this http method."),
    413: ("too_large", "The body is too large."),
    415: ("unsupported_media_type", "The media type is not supported for this resource."),
}
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_JSON = (("Content-Type", JSON),)
_QUOTA_SECONDS = 2 * 3600 + 31 * 60 + 9
_TRUNCATED_PAGE = b'{"ok":true,"has_more":false,"reco'
_BAD_GATEWAY = b"""<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>proxy</center>\r
</body>\r
</html>\r
"""


class Preset(NamedTuple):
    """A ready-made response. `respond` builds it in the world's error shape."""

    description: str
    respond: Callable[[str], RawResponse]


def status_response(status: int, shape: str) -> RawResponse:
    """A response with this status and the body that Rev.io sends with it, in the world's error `shape`."""
    if status < 400:
        return RawResponse(status, _JSON, b"" if status == 204 else encode_json({"ok": True}))
    default_code = "invalid" if status < 500 else "server_error"
    code, message = _ERRORS_BY_STATUS.get(status, (default_code, _default_message(status)))
    body = encode_json(error_body([Problem(code, message)], shape))
    challenge = (("WWW-Authenticate", BASIC_CHALLENGE),) if status == 401 else ()
    return RawResponse(status, (*_JSON, *challenge), body)


def _default_message(status: int) -> str:
    return "The service is unavailable." if status == 503 else "An error has occurred."


def _fixed(response: RawResponse) -> Callable[[str], RawResponse]:
    return lambda _: response


def _with_status(status: int) -> Callable[[str], RawResponse]:
    return lambda shape: status_response(status, shape)


PRESETS: Mapping[str, Preset] = {
    "rate_limited": Preset("rate limit exceeded", _fixed(rate_limited(26))),  # D; the message G
    "quota_exceeded": Preset("quota exceeded", _fixed(quota_exceeded(_QUOTA_SECONDS))),  # D; the message G
    "missing_key": Preset("missing subscription key", _fixed(missing_key())),  # G
    "invalid_key": Preset("invalid subscription key", _fixed(invalid_key())),  # G
    "unauthorized": Preset("unauthorized", _with_status(401)),  # D; the body C
    "forbidden": Preset("forbidden", _with_status(403)),  # D; the body C
    "server_error": Preset("server error", _with_status(500)),  # D; the body C
    "unavailable": Preset("service unavailable", _with_status(503)),  # D; the body A
    "html_error": Preset("HTML page of a proxy", _fixed(RawResponse(502, _HTML, _BAD_GATEWAY))),  # C
    "empty_body": Preset("empty body", _fixed(RawResponse(200, _JSON, b""))),  # A
    "broken_json": Preset("broken JSON", _fixed(RawResponse(200, _JSON, _TRUNCATED_PAGE))),  # A
}
"""The responses that a fault can send by name."""
