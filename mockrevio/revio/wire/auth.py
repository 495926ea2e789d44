"""HTTP Basic authentication as Rev.io does it: the user name is `login@clientcode` (D)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.settings import HTTP_METHODS, Credential, Settings

BASIC_CHALLENGE = 'Basic realm="Rev.io"'
"""A: the WWW-Authenticate header of a 401."""

MAX_CACHED_LENGTH = 1024
"""Characters of an Authorization header that is remembered."""

MAX_CLIENT_CODE_LENGTH = 64
"""A: bytes of a client code; what is longer is taken for a mistake."""

_SAME_PERMISSION = {"HEAD": "GET", "OPTIONS": "GET"}


class Caller(NamedTuple):
    """Who calls, as the Authorization header says; nothing of it is verified yet."""

    login: str
    client: str
    password: str


def parse_authorization(header: str | None) -> Caller | str:
    """The caller that an Authorization header names, or a sentence saying why it names none."""
    if header is None or len(header) <= MAX_CACHED_LENGTH:
        return _cached_parse(header)
    return _parse(header)


def _parse(header: str | None) -> Caller | str:
    if not header:
        return "The Authorization header is missing; send Basic login@clientcode:password"
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        # A word that stands alone may be a password: it is not repeated, least of all into a log.
        has = f"has the scheme {scheme!r}" if encoded else "names no scheme"
        return f"The Authorization header {has}; Rev.io takes Basic"
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return "The Basic credentials are not base64"
    user, _, password = _decode(decoded).partition(":")
    # C: a login may itself contain @ (an e-mail address), so the client code follows the last one.
    login, _, client = user.rpartition("@")
    if not (login and client and password):
        return "The Basic credentials are not login@clientcode:password"
    if len(client.encode()) > MAX_CLIENT_CODE_LENGTH:
        return f"The client code has more than {MAX_CLIENT_CODE_LENGTH} bytes"
    return Caller(login, client, password)


_cached_parse = lru_cache(maxsize=1024)(_parse)  # most calls come from few callers


def _decode(decoded: bytes) -> str:
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        return decoded.decode("latin-1")


def client_code(caller: Caller | str, credentials: Sequence[Credential]) -> str | None:
    """The client code that a caller claims; None for none, and for one that is not among those listed, whom
    no world is made for: strangers could use up all there may be."""
    if isinstance(caller, str):
        return None
    if credentials and all(caller.client != each.client for each in credentials):
        return None
    return caller.client


def authenticate(caller: Caller | str, method: str, settings: Settings) -> None:
    """Raise a Refusal unless the caller may use the method.

    D: missing or wrong credentials are 401, a missing permission is 403. Unless credentials are
    listed, any well-formed ones pass.
    """
    if settings.auth == "off":
        return
    if isinstance(caller, str):
        raise _unauthorized(caller)
    if settings.strict_login and "@" in caller.login:
        raise _unauthorized(f"The login {caller.login!r} contains @, which --strict-login refuses")
    if "@" in caller.login:
        record_behaviour("auth.last_at")
    if not settings.credentials:
        return
    entry = _find_credential(caller, settings.credentials)
    if entry is None:
        raise _unauthorized(f"No listed credentials match {caller.login}@{caller.client} and its password")
    required = _SAME_PERMISSION.get(method, method)
    if entry.methods is not None and required in HTTP_METHODS and required not in entry.methods:
        record_behaviour("auth.permission")
        allowed = ", ".join(sorted(entry.methods))
        raise ApiError(
            Problem(
                "forbidden",
                f"The user does not have permission to {required} this resource.",
                explain=f"{caller.login}@{caller.client} may only use {allowed}; see --credentials",
            )
        )


def _find_credential(caller: Caller, credentials: Sequence[Credential]) -> Credential | None:
    required = (caller.login, caller.client, caller.password)
    return next((each for each in credentials if each[:3] == required), None)


def _unauthorized(explain: str) -> ApiError:
    record_behaviour("auth.basic")
    return ApiError(
        Problem("unauthorized", "Authorization has been denied for this request.", explain=explain)
    )
