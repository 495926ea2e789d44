"""The programs that are needed: where they are, and what to install if one is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / ".bench"
"""Where `make bench` installs the servers that mockrevio is compared with (peers)."""


class ProgramMissing(Exception):
    """A program is missing; the message says how to install it."""


def wrk() -> str:
    """Return the path of wrk, which generates load."""
    return _on_path("wrk", "wrk")


def java() -> str:
    """Return the path of java, which runs WireMock."""
    return _on_path("java", "default-jre-headless")


def require(*, peers: bool) -> None:
    """Raise ProgramMissing if a program is missing that `make bench` does not install."""
    wrk()
    if peers:
        java()


def peer(pattern: str) -> str:
    """Return the path of a file in `PEERS`; the pattern may contain `*`."""
    found = sorted(PEERS.glob(pattern))
    if not found:
        raise ProgramMissing(f"{pattern} is missing in {PEERS.name}/: install the peers with `make bench`")
    return str(found[-1])


def _on_path(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ProgramMissing(f"{name} is missing: install it, on Debian with `apt-get install {package}`")
    return path
