"""HTTPS: the certificate, the handshake, and a throw-away authority for those who have none.

Imported only where TLS is asked for: `ssl` and `trustme` cost start-up time.
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
"""Names that a throw-away certificate is always good for, beside those of `--hostname`."""

_SPEAK_TLS = b"This port speaks HTTPS alone; call https:// instead of http://\n"
_PLAIN_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_SPEAK_TLS), _SPEAK_TLS)
)


def make_context(settings: Settings) -> ssl.SSLContext | None:
    """What TLS needs, as the settings say; None if they ask for none.

    With `--tls auto`, the authority's certificate is written to `--tls-ca-out`. Raises SettingError for
    settings that contradict each other or files that are no certificate and key.
    """
    if settings.tls == "auto":
        if settings.tls_cert is not None or settings.tls_key is not None:
            raise SettingError("--tls auto makes a certificate; it cannot go with --tls-cert or --tls-key")
        return _throw_away(settings)
    if settings.tls_cert is None:
        for name, value in (("--tls-key", settings.tls_key), ("--tls-ca-out", settings.tls_ca_out)):
            if value is not None:
                raise SettingError(f"{name} goes with --tls auto or --tls-cert, and neither is given")
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
    """A context with a certificate of an authority that nobody else has, and that ends with this process."""
    try:
        import trustme
    except ImportError:
        raise SettingError("--tls auto needs trustme: pip install 'mockrevio[tls]'") from None
    authority = trustme.CA(organization_name="mockrevio", organization_unit_name="throw-away authority")
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
    """The variables that make requests, Node and curl trust the authority whose certificate lies there."""
    where = path.resolve()
    uses = (
        ("REQUESTS_CA_BUNDLE", "requests"),
        ("NODE_EXTRA_CA_CERTS", "Node"),
        ("CURL_CA_BUNDLE", "curl"),
        ("SSL_CERT_FILE", "httpx, urllib, OpenSSL"),
    )
    return "\n".join(f"export {name}='{where}'  # {use}" for name, use in uses)


class TlsAdapter(Adapter):
    """cheroot's connections over TLS. The handshake is the worker's: it must not hold up other clients."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: Any) -> Any:
        """The listening socket stays a plain one."""
        return sock

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        """A connection that will speak TLS, and what its calls' WSGI environments say of that."""
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        """What the calls' WSGI environments say."""
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        """A file around a connection."""
        return _Reader(sock, mode, bufsize) if "r" in mode else Writer(sock, mode, bufsize)

    @staticmethod
    def greet(connection: ssl.SSLSocket) -> bool:
        """Do the handshake; False if the other side does not speak TLS, or does not trust us."""
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
    """Knows of data that TLS has taken off the wire already, where no selector sees it."""

    def __init__(self, sock: ssl.SSLSocket, mode: str, bufsize: int) -> None:
        super().__init__(sock, mode, bufsize)
        self._connection = sock

    def has_data(self) -> bool:
        """Whether there is something to read without waiting."""
        return bool(super().has_data()) or self._connection.pending() > 0  # type: ignore[no-untyped-call]
