"""Run a command with a mock: start the mock, run the command, stop the mock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mockrevio.errors import StorageError
from mockrevio.reporting import report
from mockrevio.settings import Settings
from mockrevio.testing.exec.outputs import write_log, write_state
from mockrevio.testing.exec.process import run_command, signals_held_back
from mockrevio.testing.exec.variables import credentials, mock_variables, trust_variables, with_variables
from mockrevio.testing.handle.local_server import LocalServer
from mockrevio.testing.handle.transports import Transport


def run_with_mock(
    command: Sequence[str],
    settings: Settings,
    *,
    subscription_key: str | None = None,
    save_state: Path | None = None,
    log: Path | None = None,
) -> int:
    """Start a mock, run a command that finds it by its environment, stop the mock, and return the status:
    -n if signal n killed the command.

    Standard input, output and error belong to the command. `save_state` and `log` are written when it has
    ended, whatever its status. If that fails, the status is 1, unless the command has failed itself.

    Raises ServerError, FixtureError, SettingError or a StorageError if the mock cannot start, a StorageError
    if it cannot store its data at the end.
    """
    with ExitStack() as stack:
        with signals_held_back():  # a folder that is made and not entered yet would stay
            folder = stack.enter_context(TemporaryDirectory(prefix="mockrevio-exec-"))
        if settings.tls == "auto" and settings.tls_ca_out is None:
            settings = replace(settings, tls_ca_out=Path(folder, "ca.pem"))
        server = LocalServer.start(settings, credentials(settings).client)
        try:
            variables = mock_variables(server.url, settings, subscription_key)
            if settings.tls_ca_out is not None:
                variables |= trust_variables(settings.tls_ca_out.resolve(), Path(folder))
            ended = run_command(command, with_variables(variables))
            written = not ended.ran or _write_outputs(server.transport, settings, save_state, log)
        finally:
            server.stop()
    return ended.status if written or ended.status else 1


def _write_outputs(
    transport: Transport, settings: Settings, save_state: Path | None, log: Path | None
) -> bool:
    """Write what the command line asks for. Reports a file that cannot be written; False if there is one."""
    written = True
    for write, file in ((write_state, save_state), (write_log, log)):
        if file is not None:
            try:
                write(transport, settings, file)
            except StorageError as error:
                report(str(error))
                written = False
    return written
