"""What is left of the mock when its command has ended: the state of its worlds, and the request log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mockrevio.documents import dump_document
from mockrevio.settings import Settings
from mockrevio.storage.files import unusable_error, write_atomically
from mockrevio.testing.handle.admin_client import AdminClient
from mockrevio.testing.handle.transports import Transport
from mockrevio.world.file_names import world_name


def write_state(transport: Transport, settings: Settings, file: Path) -> None:
    """Write the state of each world, as a fixture document. Raises StorageError."""
    _write(transport, settings, "state", file)


def write_log(transport: Transport, settings: Settings, file: Path) -> None:
    """Write the request log of each world, as `GET /__admin/requests` lists it. Raises StorageError."""
    _write(transport, settings, "requests", file)


def _write(transport: Transport, settings: Settings, path: str, file: Path) -> None:
    """Write what the admin API shows of the shared world to `file`, of other worlds to files next to it.

    `state.json` has the shared world, `state.acme.json` that of the client code acme.
    """
    _save(file, _get(transport, settings, path))
    if settings.isolate_clients:
        for world in _get(transport, settings, "worlds")["worlds"]:
            neighbour = file.with_name(f"{file.stem}.{world_name(world['client'])}{file.suffix}")
            _save(neighbour, _get(transport, settings, path, world["client"]))


def _save(file: Path, document: Mapping[str, Any]) -> None:
    """Write a document: atomically to a file, and through links, such as /dev/stdout, pipes and devices."""
    text = dump_document(document)
    if not file.is_symlink() and (file.is_file() or not file.exists()):
        write_atomically(file, [text])
        return
    try:
        with file.open("a" if _is_standard_stream(file) else "w", encoding="utf-8") as output:
            output.write(text)
    except OSError as error:
        raise unusable_error(file, "written", error) from None


def _is_standard_stream(file: Path) -> bool:
    """Whether a file is standard output or error, which may hold what the command wrote: /dev/stdout."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if os.path.samestat(file.stat(), os.fstat(descriptor)):
                return True
    return False


def _get(transport: Transport, settings: Settings, path: str, client: str | None = None) -> dict[str, Any]:
    return dict(AdminClient(transport, client=client, token=settings.admin_token).get(path))
