"""Files that only their owner may read: atomic replacement, and folders that survive a power loss."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mockrevio.errors import DataUnwritable
from mockrevio.fairness import join
from mockrevio.regular_files import NotRegular, require_regular_file

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
"""The permissions of all that mockrevio creates: data may come from a real system."""


def open_private(path: str | Path, flags: int) -> int:
    """Open a file for writing, as `os.open` does, and restrict it to its owner. Usable as an `opener`."""
    descriptor = os.open(path, flags, PRIVATE_FILE)
    if hasattr(os, "fchmod"):  # not on Windows
        with suppress(OSError):  # another user owns it, but lets us write to it
            os.fchmod(descriptor, PRIVATE_FILE)
    return descriptor


def unusable_error(path: Path, cannot: str, error: OSError) -> DataUnwritable:
    """The error for a file or folder that cannot be `cannot`: read, written and so on."""
    advice = ""
    if isinstance(error, PermissionError):
        advice = ". Give the user that runs mockrevio access to it, or choose another folder"
    elif isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError | NotRegular):
        advice = ". Move it out of the way, or choose another folder"
    return DataUnwritable(f"{path} cannot be {cannot}: {error.strerror or error}{advice}")


Identity = tuple[int, int]
"""The device and the inode of a file."""


def file_identity(status: os.stat_result) -> Identity:
    """The identity of the file with this status."""
    return status.st_dev, status.st_ino


def require_identity(path: str, expected: Identity) -> None:
    """Raise DataUnwritable if the file at `path` no longer has this identity.

    A str, because each write does this twice, and a Path takes longer.

    Data written to a removed file is lost, and a file that replaced it belongs to another program.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
        if (status.st_dev, status.st_ino) == expected:
            return
        event = "was replaced"
    except OSError as error:
        event = (
            "was removed"
            if isinstance(error, FileNotFoundError | NotADirectoryError)
            else "became inaccessible"
        )
    raise DataUnwritable(
        f"{path} {event} while mockrevio was running, so mockrevio has stopped writing: new data would be "
        "lost, or overwrite another program's. Put it back, or restart mockrevio."
    )


def exists(path: Path) -> bool:
    """Whether there is something at a path, as far as this user can see."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def write_atomically(path: Path, chunks: Iterable[str]) -> None:
    """Replace a file's text atomically: at any moment, the path holds either the old file or the new one.

    When this returns, the new file is on disk. Raises DataUnwritable, and keeps the old file, on failure; so
    does whatever `chunks` raises.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with suppress(FileNotFoundError):
            require_regular_file(path)  # a pipe or a device is not ours to replace
        temporary.unlink(missing_ok=True)  # one that another user left behind cannot be opened
        with open(temporary, "wb", buffering=0, opener=open_private) as file:
            for data in join(chunk.encode() for chunk in chunks):
                write_all(file.fileno(), data)
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except BaseException as error:
        is_in_the_way = isinstance(error, OSError) and error.filename == str(temporary) and exists(temporary)
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise unusable_error(temporary if is_in_the_way else path, "written", error) from None
        raise


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError on failure."""
    remaining = memoryview(data)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def create_folder(folder: Path) -> None:
    """Create a folder and its missing parents durably, to survive a power loss, for their owner only.

    Raises OSError on failure.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(PRIVATE_FOLDER, exist_ok=True)  # `parents` would create these with other permissions
    folder.mkdir(exist_ok=True)  # raises for a file
    for path in missing:
        with suppress(PermissionError):  # creating folders in a parent does not require read access to it
            fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make renames in this folder survive a power loss. Does nothing on Windows, which does it by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
