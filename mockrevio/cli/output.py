"""Documents and reports on standard output."""

from __future__ import annotations

import sys

from mockrevio.errors import MockrevioError


def require_standard_output() -> None:
    """Raise MockrevioError if the process was started without standard output."""
    if sys.stdout is None:
        raise MockrevioError("standard output is closed; redirect it to a file: > FILE")


def write_text(text: str) -> None:
    """Write a text for people. Raises what `write_document` raises."""
    require_standard_output()
    write_document(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def write_document(data: bytes) -> None:
    """Write a whole document, the same bytes on each system.

    Raises MockrevioError if that is impossible, and BrokenPipeError, which click handles.
    """
    require_standard_output()
    try:
        remaining = memoryview(data)
        while remaining:  # with PYTHONUNBUFFERED, Python writes only as much as the pipe takes
            remaining = remaining[sys.stdout.buffer.write(remaining) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MockrevioError(f"cannot write to standard output: {error.strerror or error}") from None
