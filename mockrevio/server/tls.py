"""HTTPS: the certificate, and a temporary certificate authority for `--tls auto`.

Import it only when TLS is enabled: `ssl` and `cryptography` slow down startup.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from mockrevio.errors import SettingError
from mockrevio.regular_files import require_regular_file
from mockrevio.settings import Settings
from mockrevio.storage.files import write_atomically

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""Names that a temporary certificate always covers, in addition to those of `--hostname`."""


def make_context(settings: Settings) -> ssl.SSLContext | None:
    """Create the TLS context from the settings; None if TLS is off.

    With `--tls auto`, writes the CA certificate to `--tls-ca-out`. Raises SettingError if the files contain
    no valid certificate and key.
    """
    if settings.tls == "auto":
        return _temporary_context(settings)
    if settings.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for what, path in (("certificate", settings.tls_cert), ("key", settings.tls_key)):
        _require_regular_file(what, path)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ValueError) as error:
        key = "" if settings.tls_key is None else f" with the key {settings.tls_key}"
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise SettingError(f"the certificate {settings.tls_cert}{key} cannot be used: {reason}") from None
    return context


def _require_regular_file(what: str, path: Path | None) -> None:
    """Raise SettingError if a file cannot be read without blocking. OpenSSL may read it twice."""
    try:
        if path is not None:
            require_regular_file(path)
    except OSError as error:
        raise SettingError(f"the {what} {path} cannot be used: {error.strerror or error}") from None


def _temporary_context(settings: Settings) -> ssl.SSLContext:
    """Create a context with a certificate from a new authority, whose key exists only in this process."""
    try:
        from mockrevio.server.authority import issue
    except ImportError:
        raise SettingError("--tls auto requires cryptography. Run pip install 'mockrevio[tls]'") from None
    issued = issue(dict.fromkeys((*settings.hostname, *LOCAL_NAMES)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory(prefix="mockrevio-") as folder:  # `ssl` reads keys from files only
        pair = Path(folder, "pair.pem")
        pair.touch(0o600)
        pair.write_bytes(issued.certificate + issued.key)
        context.load_cert_chain(pair)
    if settings.tls_ca_out is not None:
        write_atomically(settings.tls_ca_out, [issued.authority.decode("ascii")])
    return context


def trust_instructions(path: Path) -> str:
    """Return shell commands that make requests, Node and curl trust the CA certificate at `path`."""
    where = path.resolve()
    uses = (
        ("REQUESTS_CA_BUNDLE", "requests"),
        ("NODE_EXTRA_CA_CERTS", "Node"),
        ("CURL_CA_BUNDLE", "curl"),
        ("SSL_CERT_FILE", "httpx, urllib, OpenSSL"),
    )
    return "\n".join(f"export {name}='{where}'  # {use}" for name, use in uses)
