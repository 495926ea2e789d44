"""`mockrevio record`: from its options to a proxy that runs until it is stopped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mockrevio import __version__, real_time
from mockrevio.contract.personal_data import KeptPersonalData, Pseudonyms
from mockrevio.contract.record.output import Output
from mockrevio.contract.record.proxy import Proxy
from mockrevio.contract.record.recording import Recording
from mockrevio.contract.record.saver import Saver
from mockrevio.contract.record.upstream import Upstream
from mockrevio.errors import DataInUse, SettingError
from mockrevio.reporting import write_line
from mockrevio.server import Server
from mockrevio.server.descriptors import allow_connections
from mockrevio.server.limits import EXIT_TIMEOUT
from mockrevio.server.stopping import join_threads, on_stop_signals
from mockrevio.settings import Settings
from mockrevio.settings.hosts import is_loopback
from mockrevio.storage.files import create_folder, unusable_error
from mockrevio.storage.lock import FolderLock


@dataclass(frozen=True)
class Options:
    """What the command line says. `url` ends in `/v1`; `timeout` is in seconds."""

    url: str
    host: str
    port: int
    timeout: float
    out: Path | None
    keep_personal_data: bool
    validate: bool


def record_until_stopped(options: Options) -> int:
    """Pass requests on until SIGINT or SIGTERM, then write what was seen; return the exit status.

    Raises ServerError, SettingError or StorageError if it cannot start, StorageError if the recording cannot
    be written. If a request still waits for the real service, it ends the process and does not return.
    """
    with _own_folder(options.out):
        return _record(options)


def _record(options: Options) -> int:
    outputs = [*_outputs(options)]
    upstream = Upstream(options.url, options.timeout)
    server = Server(Proxy(upstream, options.host, outputs), options.host, options.port)
    stopped: list[float] = []

    def stop(*_: object) -> None:
        stopped.append(real_time.monotonic())
        server.request_stop()

    on_stop_signals(stop)
    allow_connections(Settings.max_connections)
    server.bind()
    _require_another_address(options, server)
    saver = Saver(outputs)
    saver.start()
    write_line(_start_line(server.url, options))
    try:
        server.run(lambda: server.request_stop() if stopped else None)
    finally:
        server.stop()
        all_ended = join_threads((stopped or [real_time.monotonic()])[0] + EXIT_TIMEOUT)
        saver.stop()
    upstream.close()
    for output in outputs:
        for line in output.summary():
            write_line(line)
    status = max((output.status for output in outputs), default=0)
    if not all_ended:  # Python would wait for the threads
        os._exit(status)
    return status


def _outputs(options: Options) -> Iterator[Output]:
    if options.validate:
        from mockrevio.contract.validation.validation import Validation

        yield Validation(options.out)
    if options.out is not None:
        personal_data = (
            KeptPersonalData() if options.keep_personal_data else Pseudonyms(Pseudonyms.random_key())
        )
        yield Recording(options.out, personal_data)


def _require_another_address(options: Options, server: Server) -> None:
    """Raise SettingError if the proxy would call itself, again and again."""
    upstream = urlsplit(options.url)
    is_here = upstream.hostname == options.host or is_loopback(upstream.hostname or "")
    port = upstream.port or (443 if upstream.scheme == "https" else 80)
    if is_here and port == server.port:
        server.stop()
        raise SettingError(f"--upstream: {options.url} is the address of this proxy; choose another --port")


@contextmanager
def _own_folder(folder: Path | None) -> Iterator[None]:
    """Create the folder of a recording, and lock it: two recordings would overwrite each other's files.

    Raises SettingError if it has a recording already or another process uses it, StorageError if it cannot be
    created.
    """
    if folder is None:
        yield
        return
    lock = FolderLock(folder)
    try:
        create_folder(folder)
        lock.acquire()
    except DataInUse:
        raise SettingError(f"--out: another process writes to {folder}; pass another folder") from None
    except OSError as error:
        raise unusable_error(folder, "created", error) from None
    try:
        _require_no_recording(folder)
        yield
    finally:
        lock.release(remove=True)


def _require_no_recording(folder: Path) -> None:
    try:
        earlier = sorted(path.name for path in folder.glob("*.json"))
    except OSError as error:
        raise unusable_error(folder, "read", error) from None
    if earlier:
        raise SettingError(
            f"--out: {folder} already contains {', '.join(earlier)}; pass another folder. To combine the "
            "fixtures of two recordings, pass both to mockrevio serve: --fixture ONE --fixture OTHER"
        )


def _start_line(url: str, options: Options) -> str:
    purpose = [
        *(["checks each call against the contract"] if options.validate else []),
        *([f"records to {options.out}{os.sep}"] if options.out else []),
    ]
    return f"mockrevio {__version__} on {url}/v1 passes calls on to {options.url}, {' and '.join(purpose)}"
