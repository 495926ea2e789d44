"""`mockrevio exec`."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import Any

import click

from mockrevio.cli.options import CONFIG, settings_options
from mockrevio.settings import Settings

_DEFAULTS = {"port": "a free one", "data": "none", "ephemeral": True}
"""Where they differ from `mockrevio serve`: the mock is the command's own, even where the environment or a
file describes a server that runs for long."""

_OUTPUT_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


class CommandLast(click.Command):
    """A command whose arguments are another command: what comes after its name belongs to it."""

    allow_interspersed_args = False


@click.command("exec", cls=CommandLast, short_help="Run a command with a mock for as long as it takes.")
@click.option(
    "--save-state",
    type=_OUTPUT_FILE,
    metavar="FILE",
    help="when the command has ended, write the state of the world, which --fixture can load",
)
@click.option(
    "--log",
    type=_OUTPUT_FILE,
    metavar="FILE",
    help="when the command has ended, write the request log (JSON)",
)
@CONFIG
@partial(settings_options, defaults=_DEFAULTS)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND [ARGS]...")
def exec_command(
    command: tuple[str, ...], save_state: Path | None, log: Path | None, config: Path | None, **options: Any
) -> None:
    """Run a command with a mock for as long as it takes: mockrevio exec -- npm test

    The mock listens on a free port and stores nothing, unless --port or --data is on this command line.
    The command finds it by the variables REVIO_URL, REVIO_USERNAME, REVIO_PASSWORD and MOCKREVIO_ADMIN_URL.
    The exit status is that of the command: 126 if it cannot be run, 127 if it does not exist.
    """
    if not command or not command[0]:
        raise click.UsageError("Missing command. Pass one after --, such as mockrevio exec -- npm test")
    for option, file in (("--save-state", save_state), ("--log", log)):
        if file is not None and not file.parent.is_dir():
            raise click.BadParameter(f"the folder {str(file.parent)!r} does not exist", param_hint=option)
        if file == Path("-"):
            raise click.BadParameter("pass a file; standard output is /dev/stdout", param_hint=option)
    try:
        from mockrevio.testing.exec.process import end_like, unwind_on_signals
        from mockrevio.testing.exec.run import run_with_mock
        from mockrevio.testing.exec.variables import plain_subscription_key

        unwind_on_signals()
        options["port"] = options["port"] or "0"
        if options["ephemeral"] is None:
            options["ephemeral"] = options["data"] is None
        settings = Settings.load(options, config=config)
        key = plain_subscription_key(options["subscription_key"])
        status = run_with_mock(command, settings, subscription_key=key, save_state=save_state, log=log)
    except KeyboardInterrupt:  # while the mock was starting
        status = -signal.SIGINT
    end_like(status)
