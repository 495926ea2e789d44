"""One process owns a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mockrevio.errors import DataInUse, DataUnwritable
from mockrevio.storage.files import create_folder

if TYPE_CHECKING:
    from filelock import BaseFileLock


class FolderLock:
    """The claim of this process on a data folder, from `acquire` to `release` (or the process's end)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BaseFileLock | None = None

    def acquire(self) -> None:
        """Make the folder if need be, and claim it.

        Raises DataInUse if another process has it, DataUnwritable if it cannot be made or written.
        """
        from filelock import FileLock, Timeout

        try:
            create_folder(self._folder)
            # Whoever closes may be another thread than the one that opened.
            lock = FileLock(self._folder / ".lock", timeout=0, thread_local=False)
            lock.acquire()
        except Timeout:
            raise DataInUse(
                f"The data folder {self._folder} is in use by another mockrevio. Stop that one, or give "
                "this one a folder of its own with --data, or none with --ephemeral"
            ) from None
        except OSError as error:
            raise DataUnwritable(
                f"The data folder {self._folder} cannot be written: {error.strerror or error}. "
                "Choose another with --data, or keep nothing with --ephemeral"
            ) from None
        self._lock = lock

    def release(self) -> None:
        """Let others have the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
