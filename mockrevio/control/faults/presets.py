"""Ready-made error responses, as Rev.io, its gateway or a proxy in between sends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
_HTML = "text/html; charset=utf-8"
_BAD_GATEWAY = b"""<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>proxy</center>\r
</body>\r
</html>\r
"""


def status_response(status: int, shape: str) -> RawResponse:
    """A response with this status and the body that Rev.io sends with it, in the world's error `shape`."""
    content = (("Content-Type", JSON),)
    if status < 400:
        return RawResponse(status, content, b"" if status == 204 else encode_json({"ok": True}))
    default_code = "invalid" if status < 500 else "server_error"
    code, message = _ERRORS_BY_STATUS.get(status, (default_code, _message(status)))
    body = encode_json(error_body([Problem(code, message)], shape))
    challenge = (("WWW-Authenticate", BASIC_CHALLENGE),) if status == 401 else ()
    return RawResponse(status, (*content, *challenge), body)


def _message(status: int) -> str:
    return "The service is unavailable." if status == 503 else "An error has occurred."


def _fixed(response: RawResponse) -> Callable[[str], RawResponse]:
    return lambda _: response


def _with_status(status: int) -> Callable[[str], RawResponse]:
    return lambda shape: status_response(status, shape)


PRESETS: Mapping[str, Callable[[str], RawResponse]] = {
    "rate_limited": _fixed(rate_limited(26)),  # D; the message G
    "quota_exceeded": _fixed(quota_exceeded(2 * 3600 + 31 * 60 + 9)),  # D; the message G
    "missing_key": _fixed(missing_key()),  # G
    "invalid_key": _fixed(invalid_key()),  # G
    "unauthorized": _with_status(401),  # D; the body C
    "forbidden": _with_status(403),  # D; the body C
    "server_error": _with_status(500),  # D; the body C
    "unavailable": _with_status(503),  # D; the body A
    "html_error": _fixed(
        RawResponse(502, (("Content-Type", _HTML),), _BAD_GATEWAY)
    ),  # C: not always an array
    "empty_body": _fixed(RawResponse(200, (("Content-Type", JSON),), b"")),  # A
    "broken_json": _fixed(
        RawResponse(200, (("Content-Type", JSON),), b'{"ok":true,"has_more":false,"reco')
    ),  # A
}
"""By name: a function from the world's error shape to the response."""
