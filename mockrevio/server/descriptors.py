"""Open files: every connection is one, and the operating system limits how many a process may have."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

from mockrevio.reporting import warn
from mockrevio.server import limits


def allow_connections(maximum: int) -> None:
    """Raise this process's limit of open files for this number of connections, as far as permitted.

    Warns if it is not enough. Does nothing on Windows, which has no such limit.
    """
    if sys.platform == "win32":
        return
    import resource

    needed = maximum + limits.OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    possible = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with suppress(ValueError, OSError):  # macOS has another limit, which it does not report
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
        soft = possible
    if soft < needed:
        warn(
            f"this process is limited to {soft} open files, too few for --max-connections {maximum}: only "
            f"about {_room(soft)} connections can be open at once, and others wait. "
            f"Raise the hard limit to {needed} (ulimit -Hn, docker run --ulimit nofile={needed}), or lower "
            "--max-connections."
        )


def require_room(connections: int) -> None:
    """Raise OSError if this process should have no more connections than these: the last descriptors are for
    files, since without any, hardly a request can be served."""
    if sys.platform == "win32":
        return
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and connections >= _room(soft):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _room(soft: int) -> int:
    return soft - min(limits.OTHER_FILES, soft // 4)
