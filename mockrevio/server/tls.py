"""HTTPS: the certificate, the handshake, and a temporary certificate authority for `--tls auto`.

Import it only when TLS is enabled: `ssl` and `trustme` slow down startup.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

from cheroot.ssl import Adapter

from mockrevio.errors import SettingError
from mockrevio.server.streams import Reader, Writer
from mockrevio.settings import Settings
from mockrevio.storage.files import write_atomically

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""Names that a temporary certificate always covers, in addition to those of `--hostname`."""

_SPEAK_TLS = b"This port accepts only HTTPS. Use https:// instead of http://.\n"
_PLAIN_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_SPEAK_TLS), _SPEAK_TLS)
)


def make_context(settings: Settings) -> ssl.SSLContext | None:
    """Create the TLS context from the settings; None if TLS is off.

    With `--tls auto`, writes the CA certificate to `--tls-ca-out`. Raises SettingError if settings
    contradict each other or the files contain no valid certificate and key.
    """
    if settings.tls == "auto":
        if settings.tls_cert is not None or settings.tls_key is not None:
            raise SettingError(
                "--tls auto creates a certificate, so it cannot be combined with --tls-cert or --tls-key"
            )
        return _throw_away(settings)
    if settings.tls_cert is None:
        for name, value in (("--tls-key", settings.tls_key), ("--tls-ca-out", settings.tls_ca_out)):
            if value is not None:
                raise SettingError(f"{name} requires --tls auto or --tls-cert")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ValueError) as error:
        files = " and ".join(str(each) for each in (settings.tls_cert, settings.tls_key) if each is not None)
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise SettingError(f"--tls-cert: {files} cannot be used: {reason}") from None
    return context


def _throw_away(settings: Settings) -> ssl.SSLContext:
    """Create a context with a certificate from a new authority, whose key exists only in this process."""
    try:
        import trustme
    except ImportError:
        raise SettingError("--tls auto requires trustme. Run pip install 'mockrevio[tls]'") from None
    authority = trustme.CA(organization_name="mockrevio", organization_unit_name="temporary authority")
    names = dict.fromkeys((*settings.hostname, *LOCAL_NAMES))
    try:
        certificate = authority.issue_cert(*names)
    except ValueError as error:
        raise SettingError(f"--hostname: {', '.join(settings.hostname)}: {error}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if settings.tls_ca_out is not None:
        write_atomically(settings.tls_ca_out, [authority.cert_pem.bytes().decode("ascii")])
    return context


def say_how_to_trust(path: Path) -> str:
    """Return shell commands that make requests, Node and curl trust the CA certificate at `path`."""
    where = path.resolve()
    uses = (
        ("REQUESTS_CA_BUNDLE", "requests"),
        ("NODE_EXTRA_CA_CERTS", "Node"),
        ("CURL_CA_BUNDLE", "curl"),
        ("SSL_CERT_FILE", "httpx, urllib, OpenSSL"),
    )
    return "\n".join(f"export {name}='{where}'  # {use}" for name, use in uses)


class TlsAdapter(Adapter):
    """TLS for cheroot. Workers do the handshake, so that a slow client does not delay others."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: Any) -> Any:
        """Return the listening socket unchanged."""
        return sock

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        """Wrap a connection in TLS, without a handshake yet; also return its WSGI variables."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        """Return the WSGI variables of requests over TLS."""
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        """Return a file for a connection."""
        return _Reader(sock, mode, bufsize) if "r" in mode else Writer(sock, mode, bufsize)

    @staticmethod
    def greet(connection: ssl.SSLSocket) -> bool:
        """Do the handshake; return False if the client does not use TLS or does not trust the certificate."""
        try:
            connection.do_handshake()
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                with suppress(OSError):
                    socket.socket.sendall(connection, _PLAIN_HTTP)
            return False
        except OSError:
            return False
        return True


class _Reader(Reader):
    """Also counts data that TLS has already read from the socket, which no selector sees."""

    def __init__(self, sock: ssl.SSLSocket, mode: str, bufsize: int) -> None:
        super().__init__(sock, mode, bufsize)
        self._connection = sock

    def has_data(self) -> bool:
        """Whether data can be read without waiting."""
        return bool(super().has_data()) or self._connection.pending() > 0  # type: ignore[no-untyped-call]
