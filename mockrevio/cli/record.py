"""`mockrevio record`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from mockrevio.cli.options import OptionsOnly
from mockrevio.errors import SettingError

DEFAULT_PORT = 7385
"""Beside that of `mockrevio serve`."""


@click.command(cls=OptionsOnly, short_help="Record or check calls to the real service, as a proxy.")
@click.option(
    "--upstream",
    required=True,
    metavar="URL",
    help="address of the real service, with or without /v1, such as https://restapi.rev.io",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="folder to write the fixture and the contract cases to; required without --validate",
)
@click.option(
    "--validate",
    is_flag=True,
    help="check each request and response against the contract; the exit status is 1 if one differs",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    metavar="N",
    help="port to listen on; 0 picks a free one",
)
@click.option(
    "--timeout",
    default="60s",
    show_default=True,
    metavar="DURATION",
    help="how long the real service may take to respond",
)
@click.option("--keep-personal-data", is_flag=True, help="do not replace personal data by made-up data")
def record(
    upstream: str,
    out: Path | None,
    host: str,
    port: int,
    timeout: str,
    *,
    validate: bool,
    keep_personal_data: bool,
) -> None:
    """Pass calls on to the real service, and write down or check what passes. Stop it with Ctrl-C.

    The client sends its own credentials, which are not stored.
    """
    # Until the proxy installs its own handler: nothing has been started yet.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if out is None and not validate:
        raise click.UsageError("Pass --out FOLDER to record, or --validate to check calls, or both.")
    from mockrevio.contract.extra import contract_extra

    with contract_extra("record"):
        from mockrevio.contract.access import parse_base_url
        from mockrevio.contract.record.run import Options, record_until_stopped
    url = parse_base_url(upstream, "--upstream", "the client of the proxy sends its credentials")
    options = Options(url, host, port, _seconds(timeout), out, keep_personal_data, validate)
    sys.exit(record_until_stopped(options))


def _seconds(text: str) -> float:
    from mockrevio.quantities import DURATION_FORMAT, parse_duration

    try:
        seconds = parse_duration(text)
    except ValueError:
        seconds = 0
    if not seconds:
        raise SettingError(f"--timeout: must be {DURATION_FORMAT}, and more than 0, not {text!r}")
    return seconds
