"""HTTP Basic authentication as in Rev.io: the user name is `login@clientcode` (D)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import Explanation, set_to
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.wire.secrets import known_scheme
from mockrevio.settings import HTTP_METHODS, Credential, Settings

BASIC_CHALLENGE = 'Basic realm="Rev.io"'
"""A: the WWW-Authenticate header of a 401 response."""

MAX_CACHED_LENGTH = 1024
"""The longest Authorization header that is cached, in characters."""

MAX_CLIENT_CODE_LENGTH = 64
"""A: the longest client code, in UTF-8 bytes."""

_SEND_CREDENTIALS = "send Basic credentials of the form login@clientcode:password"
_SAME_PERMISSION = {"HEAD": "GET", "OPTIONS": "GET"}


class Caller(NamedTuple):
    """The caller that the Authorization header claims, not verified."""

    login: str
    client: str
    password: str

    def __repr__(self) -> str:
        return f"<Caller {self.login}@{self.client}>"  # tracebacks show it


def split_authorization(header: str) -> tuple[str, str]:
    """The scheme, in lowercase, and the credentials of an Authorization header; either may be empty."""
    scheme, credentials = (*header.split(None, 1), "", "")[:2]
    return scheme.lower(), credentials.strip()


def parse_authorization(header: str | None) -> Caller | str:
    """The caller in an Authorization header, or a text that explains why the header is invalid."""
    if header is None or len(header) <= MAX_CACHED_LENGTH:
        return _cached_parse(header)
    return _parse(header)


def _parse(header: str | None) -> Caller | str:
    if not header:
        return f"the Authorization header is missing; {_SEND_CREDENTIALS}"
    scheme, encoded = split_authorization(header)
    if scheme != "basic":
        known = known_scheme(header)
        unknown = "has an unknown scheme" if encoded else "has no scheme"
        problem = unknown if known is None else f"has the scheme {known!r}"
        return f"the Authorization header {problem}; {_SEND_CREDENTIALS}"
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return f"the Basic credentials are not base64; {_SEND_CREDENTIALS}"
    user, _, password = _decode(decoded).partition(":")
    # C: the client code follows the last @, since a login may be an e-mail address.
    login, _, client = user.rpartition("@")
    if not (login and client and password):
        return f"the Basic credentials are incomplete; {_SEND_CREDENTIALS}"
    if len(client.encode()) > MAX_CLIENT_CODE_LENGTH:
        return f"the client code is longer than {MAX_CLIENT_CODE_LENGTH} bytes; use a shorter one"
    return Caller(login, client, password)


_cached_parse = lru_cache(maxsize=1024)(_parse)  # most requests come from few callers


def _decode(decoded: bytes) -> str:
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        return decoded.decode("latin-1")


def client_code(caller: Caller | str, credentials: Sequence[Credential]) -> str | None:
    """The client code that a caller claims, or None.

    If credentials are listed, a client code outside the list counts as None, so that strangers cannot use
    up `--max-worlds`.
    """
    if isinstance(caller, str):
        return None
    if credentials and all(caller.client != credential.client for credential in credentials):
        return None
    return caller.client


def authenticate(caller: Caller | str, method: str, settings: Settings) -> None:
    """Raise ApiError unless the caller may use the method.

    D: missing or wrong credentials are 401, a missing permission is 403. If no credentials are listed,
    any well-formed ones are accepted.
    """
    if settings.auth == "off":
        return
    if isinstance(caller, str):
        raise _unauthorized_error(caller)
    if settings.strict_login and "@" in caller.login:
        raise _unauthorized_error(
            Explanation(f"the login {caller.login!r} contains @, which ", set_to("strict_login"), " rejects")
        )
    if "@" in caller.login:
        record_behaviour("auth.last_at")
    if not settings.credentials:
        return
    credential = _find_credential(caller, settings.credentials)
    if credential is None:
        user = f"{caller.login}@{caller.client}"
        raise _unauthorized_error(
            Explanation(f"{user} with this password is not listed; add it to ", set_to("credentials"))
        )
    required = _SAME_PERMISSION.get(method, method)
    if credential.methods is not None and required in HTTP_METHODS and required not in credential.methods:
        record_behaviour("auth.permission")
        allowed = ", ".join(sorted(credential.methods))
        raise ApiError(
            Problem(
                "forbidden",
                f"The user does not have permission to {required} this resource.",
                explain=Explanation(
                    f"{caller.login}@{caller.client} may only use {allowed}; allow more with ",
                    set_to("credentials"),
                ),
            )
        )


def _find_credential(caller: Caller, credentials: Sequence[Credential]) -> Credential | None:
    required = (caller.login, caller.client, caller.password)
    return next((credential for credential in credentials if credential[:3] == required), None)


def _unauthorized_error(explain: str) -> ApiError:
    record_behaviour("auth.basic")
    return ApiError(
        Problem("unauthorized", "Authorization has been denied for this request.", explain=explain)
    )
