"""Access to a service that speaks Rev.io's API: where it is, and the secrets that it demands."""

from __future__ import annotations

import base64
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self
from urllib.parse import quote, quote_plus, urlsplit

from mockrevio.errors import SettingError
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.wire.secrets import MASK, MIN_HIDDEN

_VARIABLE_NAME = re.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", re.ASCII)
_NOT_IN_HOSTS = re.compile(r"[\s\x00-\x20\x7f\"'<>\\^`{|}*,;()!$&=+]")
_URL_FORM = "https://HOST or https://HOST/v1"


@dataclass(frozen=True)
class Access:
    """The address of a service, which ends in `/v1`, and the credentials of one of its users.

    Nothing secret is in its `repr`; `redact` removes it from any other text.
    """

    url: str
    username: str
    password: str = field(repr=False)
    subscription_key: str | None = field(default=None, repr=False)

    @classmethod
    def read(
        cls,
        *,
        url: str,
        username: str | None,
        password_env: str | None,
        subscription_key_env: str | None = None,
        url_option: str = "--url",
        environ: Mapping[str, str] | None = None,
    ) -> Self:
        """Read the options of a command. Secrets come from the environment variables that they name.

        Raises SettingError, which names the option.
        """
        environ = os.environ if environ is None else environ
        base = parse_base_url(url, url_option, "pass --username and --password-env")
        if not username:
            raise SettingError("--username: is missing; it must be LOGIN@CLIENT, as Rev.io's API expects it")
        _require_username("--username", username)
        if not password_env:
            raise SettingError(
                "--password-env: is missing; it must name the environment variable that has the password"
            )
        password = _secret("--password-env", password_env, environ)
        _require_password("--password-env", password_env, password)
        key = None
        if subscription_key_env:
            key = _secret("--subscription-key-env", subscription_key_env, environ)
            _require_key("--subscription-key-env", subscription_key_env, key)
        return cls(base, username, password, key)

    @classmethod
    def from_environment(cls, url: str, url_option: str) -> Self:
        """Access with the variables that `mockrevio exec` sets, too: `REVIO_USERNAME`, `REVIO_PASSWORD` and,
        where it is needed, `REVIO_SUBSCRIPTION_KEY`. Raises SettingError, which names what is wrong."""
        base = parse_base_url(url, url_option, "set REVIO_USERNAME and REVIO_PASSWORD in the environment")
        username, password = os.environ.get("REVIO_USERNAME"), os.environ.get("REVIO_PASSWORD")
        if not username or not password:
            raise SettingError(
                f"{url_option}: needs the environment variables REVIO_USERNAME and REVIO_PASSWORD"
            )
        _require_username("REVIO_USERNAME", username)
        _require_password(url_option, "REVIO_PASSWORD", password)
        key = os.environ.get("REVIO_SUBSCRIPTION_KEY") or None
        if key:
            _require_key(url_option, "REVIO_SUBSCRIPTION_KEY", key)
        return cls(base, username, password, key)

    @property
    def client(self) -> str:
        """The client code."""
        return self.username.rpartition("@")[2]

    @property
    def authorization(self) -> str:
        """D: the value of the Authorization header."""
        return f"Basic {self._token}"

    @cached_property
    def _token(self) -> str:
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")

    def redact(self, text: str) -> str:
        """A text without the secrets, in any form in which a request or a response may have them."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    @cached_property
    def _forms(self) -> list[str]:
        """The longest first: one may be a part of another. Very short ones occur in too many words."""
        forms = {form for secret in self._secrets() for form in _written_forms(secret)}
        return sorted((form for form in forms if len(form) >= MIN_HIDDEN), key=len, reverse=True)

    def _secrets(self) -> Iterator[str]:
        yield self._token
        yield self.password
        if self.subscription_key:
            yield self.subscription_key


def parse_base_url(
    text: str, option: str = "--url", credentials: str = "pass the credentials separately"
) -> str:
    """The base address of an API, which ends in `/v1`. `text` may end in it, too.

    `credentials` says what to do instead of writing them into the address. Raises SettingError, which names
    the option.
    """
    try:
        parts = urlsplit(text.strip())
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise SettingError(f"{option}: must be {_URL_FORM}, not {text!r}") from None
    if parts.username is not None or parts.password is not None:
        # Not repeated: it may be a password.
        raise SettingError(f"{option}: must not contain a user name; {credentials}")
    is_http = parts.scheme in ("http", "https")
    if not (is_http and parts.hostname and _is_host(parts.hostname) and port_is_valid):
        raise SettingError(f"{option}: must be {_URL_FORM}, not {text!r}")
    if parts.query or parts.fragment:
        raise SettingError(f"{option}: must be {_URL_FORM}, without a query or a fragment")
    path = parts.path.rstrip("/")
    if path.lower().endswith(API_PATH):
        path = path[: -len(API_PATH)]
    return f"{parts.scheme}://{parts.netloc}{path}{API_PATH}"


def _is_host(name: str) -> bool:
    """Whether it can be the name or the address of a host, as far as its characters say."""
    try:
        name.removesuffix(".").encode("idna")
    except UnicodeError:  # a label is empty or too long
        return False
    return _NOT_IN_HOSTS.search(name) is None


def _require_username(source: str, username: str) -> None:
    login, at, client = username.rpartition("@")
    if not (login and at and client) or ":" in username:
        raise SettingError(f"{source}: must be LOGIN@CLIENT without a colon, not {username!r}")
    if not _is_text(username):
        raise SettingError(f"{source}: must not contain control characters (RFC 7617), but is {username!r}")


def _require_password(option: str, variable: str, password: str) -> None:
    if not _is_text(password):
        raise SettingError(
            f"{option}: the environment variable {variable} must be UTF-8 without control characters, such "
            "as a line break at its end (RFC 7617)"
        )


def _require_key(option: str, variable: str, key: str) -> None:
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise SettingError(
            f"{option}: the environment variable {variable} must be printable ASCII without spaces and line "
            "breaks"
        )


def _is_text(text: str) -> bool:
    """Whether Basic authentication can send it: no control characters, and no bytes that are not UTF-8."""
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def _secret(option: str, variable: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable)
    if value is None:
        # Anything that does not look like a name may be the secret itself, and is not repeated.
        name = f" {variable}" if _VARIABLE_NAME.fullmatch(variable) else ""
        raise SettingError(
            f"{option}: the environment variable{name} is not set; the option takes the name of a variable, "
            "not the secret"
        )
    if not value.strip():
        raise SettingError(f"{option}: the environment variable {variable} is blank")
    return value


def _written_forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
