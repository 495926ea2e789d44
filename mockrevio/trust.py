"""TLS contexts that skip certificate verification, for servers on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


def unverified_context() -> ssl.SSLContext:
    """A TLS context that accepts any certificate. Use it only for a server on this machine."""
    import ssl  # slow to import, and rarely needed

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
