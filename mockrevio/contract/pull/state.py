"""The state of a pull: what has been read so far, in a file, so that an interrupted pull can continue.

A line of JSON for each response, after one for the pull as a whole. Personal data has been replaced before it
is written here, and no credentials ever are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from mockrevio import __version__
from mockrevio.contract.access import Access
from mockrevio.contract.personal_data import Pseudonyms
from mockrevio.errors import SettingError

_FORMAT = "mockrevio_pull"


def default_path(access: Access) -> Path:
    """Where the state is kept unless the user says otherwise: in the current folder, by client code."""
    client = re.sub(r"[^A-Za-z0-9._-]", "_", access.client)
    return Path(f"mockrevio-pull-{client}.jsonl")


class PullState:
    """The responses of a pull by request, and the key of its pseudonyms.

    The file is made with the first response, and is readable by its owner only.
    """

    def __init__(self, path: Path, access: Access, *, keep_personal_data: bool) -> None:
        """Read the file, if there is one. Raises SettingError if it is something else."""
        self.path = path
        self._header = {
            _FORMAT: 1,
            "version": __version__,
            "url": access.url,
            "user": hashlib.sha256(access.username.encode()).hexdigest(),
            "keep_personal_data": keep_personal_data,
        }
        self._key = Pseudonyms.random_key()
        self._responses: dict[str, Any] = {}
        self._file: BinaryIO | None = None
        self._size = 0
        """How many bytes of the file are in use here."""
        self._found: int | None = None
        """How many bytes the file had at first; None if there was none."""
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    @property
    def key(self) -> bytes:
        """The key of the pseudonyms: the same one when the pull continues."""
        return self._key

    @property
    def count(self) -> int:
        """The number of responses."""
        return len(self._responses)

    def get(self, request: str) -> Any:
        """What was stored for a request, or None."""
        return self._responses.get(request)

    def put(self, request: str, response: Mapping[str, Any]) -> None:
        """Store the response to a request. Raises SettingError if the file cannot be written."""
        try:
            if self._file is None:
                self._open()
            self._write({"request": request, "response": response})
        except OSError as error:
            is_other = isinstance(error, FileExistsError) or (
                isinstance(error, FileNotFoundError) and self._found is not None
            )
            raise self._in_use() if is_other else self._unwritable(error) from None
        self._responses[request] = response

    def remove(self) -> None:
        """Remove the file: the pull is complete."""
        if self._file:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)

    def _read(self) -> None:
        try:
            is_other = self.path.exists() and not self.path.is_file()
            data = b"" if is_other or not self.path.exists() else self.path.read_bytes()
            self._found = len(data) if self.path.exists() else None
        except OSError as error:
            raise self._unwritable(error) from None
        lines = data.split(b"\n")[:-1]  # what follows the last line break was not written completely
        if is_other or (data and (not lines or not self._read_header(lines[0]))):
            raise SettingError(f"--state: {self.path} is not the state of a pull; pass another file")
        for number, line in enumerate(lines):
            if number:
                try:
                    entry = json.loads(line)
                    self._responses[entry["request"]] = dict(entry["response"])
                except (ValueError, KeyError, TypeError):
                    break  # as after a crash of the system; what follows is read again
            self._size += len(line) + 1

    def _read_header(self, line: bytes) -> bool:
        """Whether a line is the first one of a state. Raises SettingError if it is that of another pull."""
        try:
            header = json.loads(line)
            key = bytes.fromhex(header.pop("key"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if _FORMAT not in header:
            return False
        different = [name for name, value in self._header.items() if header.get(name) != value]
        if different:
            raise SettingError(
                f"--state: {self.path} is the state of another pull: the {_DESCRIPTIONS[different[0]]} "
                "differs; delete it to start over, or pass another file"
            )
        self._key = key
        return True

    def _open(self) -> None:
        new = os.O_CREAT | os.O_EXCL if self._found is None else 0
        descriptor = os.open(self.path, os.O_RDWR | new | getattr(os, "O_BINARY", 0), 0o600)
        file = os.fdopen(descriptor, "r+b")
        if os.fstat(descriptor).st_size != (self._found or 0):
            file.close()
            raise self._in_use()
        self._file = file
        self._file.truncate(self._size)
        self._file.seek(self._size)
        if not self._size:
            self._write({**self._header, "key": self._key.hex()})

    def _write(self, entry: Mapping[str, Any]) -> None:
        if self._file:
            if os.fstat(self._file.fileno()).st_size != self._size:
                raise self._in_use()
            self._size += self._file.write(json.dumps(entry).encode("ascii") + b"\n")
            self._file.flush()

    def _in_use(self) -> SettingError:
        """What another pull wrote may have other replacements: its key may differ."""
        return SettingError(
            f"--state: {self.path} is in use by another pull; wait until that has ended, or pass another file"
        )

    def _unwritable(self, error: OSError) -> SettingError:
        return SettingError(
            f"--state: cannot use {self.path}: {error.strerror or error}; pass a file in a writable folder"
        )


_DESCRIPTIONS = {
    _FORMAT: "format",
    "version": "version of mockrevio",
    "url": "address",
    "user": "user",
    "keep_personal_data": "--keep-personal-data",
}
