"""The environment of a command: where its mock is, how to log in, and what to trust."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from mockrevio.settings import Credential, Settings, hash_secret, variable_name
from mockrevio.testing.handle import DEFAULT_CLIENT

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PROXY_EXCEPTIONS = ("NO_PROXY", "no_proxy")
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Those whose file replaces the certificates that a client trusts: requests, curl, OpenSSL."""


def credentials(settings: Settings) -> Credential:
    """The credentials that the command gets: the first that the mock accepts."""
    return next(iter(settings.credentials), Credential("tester", DEFAULT_CLIENT, "secret"))


def plain_subscription_key(given: Sequence[str]) -> str | None:
    """The first subscription key that is given as such: by these options, otherwise by the environment.

    The settings keep only hashes, which no client can send.
    """
    keys = given or os.environ.get(variable_name("subscription_key"), "").replace(",", " ").split()
    return next((key for key in keys if hash_secret(key) != key), None)


def mock_variables(url: str, settings: Settings, subscription_key: str | None) -> dict[str, str]:
    """The variables that say where the mock is and how to use it, proxies bypassed."""
    login = credentials(settings)
    variables = {
        "REVIO_URL": f"{url}/v1",
        "REVIO_USERNAME": f"{login.login}@{login.client}",
        "REVIO_PASSWORD": login.password,
        "MOCKREVIO_ADMIN_URL": f"{url}/__admin",
    }
    if settings.admin_token is not None:
        variables[variable_name("admin_token")] = settings.admin_token
    if subscription_key is not None:
        variables["REVIO_SUBSCRIPTION_KEY"] = subscription_key
    host = urlsplit(url).hostname or ""
    exceptions = next(filter(None, map(os.environ.get, _PROXY_EXCEPTIONS)), "")
    exempt = [each.strip() for each in exceptions.split(",") if each.strip()]
    if exempt != ["*"]:  # which means every host only as long as it is alone
        exempt += [each for each in dict.fromkeys((*_LOOPBACK, host)) if each not in exempt]
    return variables | dict.fromkeys(_PROXY_EXCEPTIONS, ",".join(exempt))


def trust_variables(authority: Path, folder: Path) -> dict[str, str]:
    """The variables that make clients trust the authority in this file, and those they trust already.

    Writes what they need to `folder`.
    """
    from mockrevio.testing.exec.trust_stores import system_authorities, write_bundle, write_java_trust_store

    variables = {}
    for name in ("NODE_EXTRA_CA_CERTS", *_BUNDLE_VARIABLES):
        trusted = _file(os.environ.get(name))
        if trusted is None and name in _BUNDLE_VARIABLES:
            trusted = system_authorities()
        variables[name] = str(write_bundle(folder / f"{name.lower()}.pem", authority, trusted))
    store = write_java_trust_store(folder / "java-trust-store.jks", Path(variables["SSL_CERT_FILE"]))
    options = [os.environ.get("JAVA_TOOL_OPTIONS", ""), *map(_quote, store.java_options())]
    return variables | {"JAVA_TOOL_OPTIONS": " ".join(filter(None, options))}


def with_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process with these variables."""
    return {**os.environ, **variables}


def _file(name: str | None) -> Path | None:
    return Path(name) if name and Path(name).is_file() else None


def _quote(option: str) -> str:
    """An option as Java reads it from JAVA_TOOL_OPTIONS, which it splits at blanks."""
    return f'"{option}"' if " " in option else option
