"""Open files: every connection is one, and the operating system limits how many a process may have."""

from __future__ import annotations

from contextlib import suppress

from mockrevio.reporting import warn
from mockrevio.server import limits


def allow_connections(maximum: int) -> None:
    """Raise this process's limit of open files for this number of connections, as far as permitted.

    Warns if it is not enough. Does nothing on Windows, which has no such limit.
    """
    try:
        import resource
    except ImportError:
        return
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
            f"about {max(soft - limits.OTHER_FILES, 1)} connections can be open at once, and others wait. "
            f"Raise the hard limit to {needed} (ulimit -Hn, docker run --ulimit nofile={needed}), or lower "
            "--max-connections."
        )
