"""Lines of a write-ahead log, and what is recovered from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockrevio.storage.wal import WriteAheadLog


def change(number: int) -> list[Any]:
    """The changes of one line: put the thing with this id."""
    return [["put", "things", number, {"id": number}]]


def line(seq: int, changes: list[Any]) -> bytes:
    return json.dumps({"seq": seq, "changes": changes}).encode() + b"\n"


def recovered(path: Path, checkpoint_seq: int = 0) -> list[list[Any]]:
    """Recover the changes of every line. Fails the test on a warning."""

    def warn(message: str) -> None:
        raise AssertionError(message)

    return [changes for _, changes in WriteAheadLog(path, fsync=False).recover(checkpoint_seq, warn)]
