"""The `mockrevio` command, a module for each of its commands: parse, call, print.

Each command imports the heavy modules it needs.
"""

from __future__ import annotations

import io
import signal
import sys

import click

from mockrevio import __version__
from mockrevio.cli.demo import demo
from mockrevio.cli.exec import exec_command
from mockrevio.cli.fixture import fixture
from mockrevio.cli.healthcheck import healthcheck
from mockrevio.cli.openapi import openapi
from mockrevio.cli.pull import pull
from mockrevio.cli.record import record
from mockrevio.cli.serve import serve
from mockrevio.cli.verify import verify
from mockrevio.errors import MockrevioError
from mockrevio.reporting import report


def main() -> None:
    """Run the command line. User errors end with a message and a non-zero status, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # If the console lacks a character (Windows, LANG=C), print it as \u00e9 instead of failing.
            stream.reconfigure(errors="backslashreplace")
    # Python installs no handler for SIGTERM. Without one, a container's first process would ignore it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        cli(prog_name="mockrevio")
    except MockrevioError as error:
        report(str(error))
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="mockrevio", message="%(prog)s %(version)s")
def cli() -> None:
    """A local mock of Rev.io's REST API."""


for command in (serve, demo, exec_command, healthcheck, fixture, openapi, verify, pull, record):
    cli.add_command(command)
