"""Which servers are believed without proof: those of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


def unverified_context() -> ssl.SSLContext:
    """A TLS context for a server of one's own, on this machine: its certificate may be anybody's."""
    import ssl  # costs start-up time, and is mostly not needed

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
