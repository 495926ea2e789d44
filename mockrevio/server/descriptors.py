"""File descriptors: every connection needs one, and the operating system limits their number."""

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
            f"about {_connection_limit(soft)} connections can be open at once, and others wait. "
            f"Raise the hard limit to {needed} (ulimit -Hn, docker run --ulimit nofile={needed}), or lower "
            "--max-connections."
        )


def require_free_descriptors(connections: int) -> None:
    """Raise OSError if there are too few descriptors for more than these connections.

    The last ones are reserved for files, without which few requests can be handled.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and connections >= _connection_limit(soft):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _connection_limit(soft: int) -> int:
    return soft - min(limits.OTHER_FILES, soft // 4)
