"""Masking of secrets in requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

MASK = "***"
KEY_HEADER = "ocp-apim-subscription-key"
"""D: the header that carries the gateway's subscription key."""
KEY_PARAMETER = "subscription-key"
"""G: the query parameter that may carry it instead."""

CODE_HEADER = "X-Hook-Secret"
"""D: the header that carries the confirmation code of a webhook receiver, to the receiver and back."""

_SCHEMES = ("Basic", "Bearer", "Digest", "Negotiate", "NTLM", "Token", "ApiKey", "AWS4-HMAC-SHA256")
_SCHEME_OF = {scheme.lower() for scheme in _SCHEMES}

_WITH_SCHEME = frozenset({"authorization", "proxy-authorization"})
_SECRET_NAME = re.compile(
    r"authorization|cookie|secret|passw(or)?d|token|credential|signature|session"
    r"|(subscription|api|access|private|functions)[-_ ]?key|pwd|jwt|\bsig\b",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"""(?<![^\s?&#;,="'<>])([^\s?&#;,="'<>]++)=([^\s&#"<>]*)""")
"""A parameter in a text. The lookbehind and the `++` keep the search linear, whatever the text."""
_USER_IN_URL = re.compile(r"(?<=//)[^/?#\s@]+@")


def is_secret_name(name: str) -> bool:
    """Whether the name of a header or parameter indicates a secret."""
    return _SECRET_NAME.search(unquote_plus(name)) is not None


def known_scheme(authorization: str) -> str | None:
    """The scheme of an Authorization header, as written; None if it is unknown or no credentials follow.

    Anything else might be the secret itself.
    """
    scheme, *rest = authorization.split(None, 1) or [""]
    return scheme if rest and scheme.lower() in _SCHEME_OF else None


def mask_query(query: str) -> str:
    """A query string without the secrets in its parameters."""
    return "&".join(_mask_parameter(*part.partition("=")) for part in query.split("&"))


MAX_NESTING = 3
"""How deeply URLs in parameters may be nested; anything deeper is masked without parsing."""


def _mask_parameter(name: str, equals: str, text: str, nesting: int = 0) -> str:
    is_secret = is_secret_name(name) or _has_secret(text, nesting)
    return f"{name}{equals}{MASK if equals and is_secret else text}"


def _has_secret(text: str, nesting: int) -> bool:
    """Whether the value of a parameter is a URL with secrets."""
    if "%" not in text:
        return False
    decoded = unquote_plus(text)
    return nesting == MAX_NESTING or _mask_urls(decoded, nesting + 1) != decoded


def _mask_urls(text: str, nesting: int = 0) -> str:
    """Mask secret parameters and user names in the URLs of a text."""
    if "=" in text:
        text = _PARAMETER.sub(lambda match: _mask_parameter(match[1], "=", match[2], nesting), text)
    return _USER_IN_URL.sub(f"{MASK}@", text) if "@" in text else text


def mask_header(name: str, text: str) -> str:
    """The value of a header with its secrets masked. `name` is in lowercase."""
    if not is_secret_name(name):
        return _mask_urls(text)
    scheme = known_scheme(text) if name in _WITH_SCHEME else None
    return MASK if scheme is None else f"{scheme} {MASK}"


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, with names in lowercase, without secrets."""
    return {name: mask_header(name, text) for name, text in headers.items()}


MIN_HIDDEN = 4
"""The shortest secret that is masked in a text; shorter ones occur in too many words."""


def hide_secrets(text: str, headers: Mapping[str, str], query: str) -> str:
    """Mask every secret of a request in a text about it, such as a traceback."""
    for secret in sorted(_secrets(headers, query), key=len, reverse=True):
        if len(secret) >= MIN_HIDDEN:
            text = text.replace(secret, MASK)
    return text


def _secrets(headers: Mapping[str, str], query: str) -> set[str]:
    """The values of headers and parameters that carry secrets, as they were sent and decoded."""
    found: set[str] = set()
    for name, value in headers.items():
        if is_secret_name(name):
            found |= {value, *value.split()[-1:], *(part.partition("=")[2] for part in value.split("; "))}
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        if is_secret_name(name):
            found |= {value, unquote_plus(value)}
    return found
