"""`mockrevio verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mockrevio.cli.options import CONFIG, OptionsOnly
from mockrevio.cli.output import write_text

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=OptionsOnly, short_help="Check the mock's rules against another service.")
@click.option("--url", metavar="URL", help="address of the service, with or without /v1 [default: a mock]")
@click.option("--username", metavar="LOGIN@CLIENT", help="user of the service")
@click.option("--password-env", metavar="VAR", help="environment variable with the password")
@click.option("--subscription-key-env", metavar="VAR", help="environment variable with the subscription key")
@click.option("--write", is_flag=True, help="also make key links, change them, and delete them")
@click.option("--dry-run", is_flag=True, help="list the requests, and send none to the service")
@click.option("--json", type=_FILE, metavar="FILE", help="write the report as JSON")
@click.option("--junit", type=_FILE, metavar="FILE", help="write the report as JUnit XML")
@click.option("--save", type=_FILE, metavar="FILE", help="record what the service does, without its data")
@click.option("--against", type=_FILE, metavar="FILE", help="compare with such a recording")
@click.option(
    "--write-config",
    type=_FILE,
    metavar="FILE",
    help="write the settings (TOML) that make the mock do what the service does",
)
@CONFIG
def verify(**options: Any) -> None:
    """Check the mock's rules against another service: a tenant of Rev.io, a recording of one, or a mock.

    Requests only read, unless --write is passed. Without --url, a mock with the settings of --config is
    checked against the rules of this version.

    Exits with status 0 if nothing differs, 1 if something does, 2 if the check is incomplete.
    """
    from mockrevio.contract.extra import contract_extra
    from mockrevio.errors import MockrevioError
    from mockrevio.reporting import report

    try:
        with contract_extra("verify"):
            from mockrevio.contract.verify.options import Options
            from mockrevio.contract.verify.run import Run
        status = Run(Options.read(**options), write_text)()
    except MockrevioError as error:
        report(str(error))
        status = 2
    sys.exit(status)
