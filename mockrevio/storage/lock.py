"""The lock that gives one process exclusive use of a data folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mockrevio.errors import DataInUse, DataUnwritable
from mockrevio.storage.files import (
    PRIVATE_FILE,
    Identity,
    create_folder,
    exists,
    file_identity,
    require_identity,
    unusable_error,
)

if TYPE_CHECKING:
    from filelock import BaseFileLock


class FolderLock:
    """This process's lock on a data folder, held from `acquire` until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / ".lock"
        self._path_text = str(self._path)
        self._lock: BaseFileLock | None = None
        self._identity: Identity | None = None

    def acquire(self) -> None:
        """Create the folder if it is missing, and lock it.

        Raises DataInUse if another process holds the lock, DataUnwritable if the folder cannot be created or
        written.
        """
        from filelock import FileLock, Timeout

        path = self._path
        try:
            create_folder(self._folder)
            # The world may be closed by another thread than the one that opened it.
            lock = FileLock(path, mode=PRIVATE_FILE, thread_local=False)
            lock.acquire(blocking=False)
            self._identity = file_identity(path.stat())
        except Timeout:
            raise DataInUse(
                f"The data folder {self._folder} is in use by another mockrevio process. Stop that process, "
                "pass a different folder with --data, or pass --ephemeral to write nothing to disk."
            ) from None
        except OSError as error:
            if exists(path):
                raise unusable_error(path, "opened", error) from None
            raise DataUnwritable(
                f"The data folder {self._folder} cannot be written: {error.strerror or error}. "
                "Pass a different folder with --data, or pass --ephemeral to write nothing to disk."
            ) from None
        self._lock = lock

    def require_held(self) -> None:
        """Raise DataUnwritable if the folder or the lock in it was removed or replaced.

        Another process could then lock the folder too. Takes about 2 µs, so that every write can check it.
        """
        if self._identity is not None:
            require_identity(self._path_text, self._identity)

    def release(self, *, remove: bool = False) -> None:
        """Release the lock, and `remove` its file if nobody else will use the folder. Does nothing if it is
        not held."""
        if self._lock is not None:
            if remove:
                with suppress(OSError):  # on Windows, while it is open
                    self._path.unlink()
            self._lock.release()
            self._lock = None
