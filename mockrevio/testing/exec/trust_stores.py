"""Files with the certificates that clients trust: PEM bundles, and Java's trust stores."""

from __future__ import annotations

import hashlib
import re
import ssl
import struct
from pathlib import Path
from typing import NamedTuple

from mockrevio import real_time

_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PASSWORD = "changeit"  # noqa: S105 (Java's own default, which protects nothing)


class JavaTrustStore(NamedTuple):
    """A trust store in a file."""

    path: Path

    def java_options(self) -> tuple[str, ...]:
        """The options that make Java use it."""
        return (
            f"-Djavax.net.ssl.trustStore={self.path}",
            "-Djavax.net.ssl.trustStoreType=JKS",
            f"-Djavax.net.ssl.trustStorePassword={_PASSWORD}",
        )


def system_authorities() -> Path | None:
    """The file with the certificates that this system trusts, or None if there is no such file."""
    default = ssl.get_default_verify_paths().cafile
    return next(
        (path for path in map(Path, filter(None, (default, *_SYSTEM_BUNDLES))) if path.is_file()), None
    )


def write_bundle(path: Path, authority: Path, trusted: Path | None) -> Path:
    """Write a bundle with the certificate of an authority and those in another file."""
    texts = [each.read_text("utf-8", "replace") for each in (authority, trusted) if each is not None]
    path.write_text(
        "".join(f"{certificate}\n" for text in texts for certificate in _certificates(text)), "utf-8"
    )
    return path


def write_java_trust_store(path: Path, bundle: Path) -> JavaTrustStore:
    """Write a trust store with the certificates of a bundle.

    The format is JKS, which every version of Java reads: a magic number, the version, the number of entries,
    then each with its alias, date and certificate, and a digest that covers the password.
    """
    certificates = _certificates(bundle.read_text("utf-8"))
    now = int(real_time.seconds_since_epoch() * 1000)
    content = struct.pack(">III", 0xFEEDFEED, 2, len(certificates))
    for number, certificate in enumerate(certificates):
        encoded = ssl.PEM_cert_to_DER_cert(certificate)
        content += struct.pack(">I", 2) + _utf(f"ca-{number}") + struct.pack(">q", now)
        content += _utf("X.509") + struct.pack(">I", len(encoded)) + encoded
    digest = hashlib.sha1(_PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + content)  # noqa: S324 (the format)
    path.write_bytes(content + digest.digest())
    return JavaTrustStore(path)


def _certificates(text: str) -> list[str]:
    return _CERTIFICATE.findall(text)


def _utf(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")
