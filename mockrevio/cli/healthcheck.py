"""`mockrevio healthcheck`."""

from __future__ import annotations

from pathlib import Path

import click

from mockrevio.cli.options import CONFIG
from mockrevio.settings import Settings


@click.command(short_help="Check that a server is ready.")
@click.option("--url", metavar="URL", help="address of the server [default: from the settings]")
@click.option(
    "--wait", metavar="DURATION", help="how long to keep trying until the server is ready, such as 30s"
)
@CONFIG
def healthcheck(url: str | None, wait: str | None, config: Path | None) -> None:
    """Check that a server is ready. Exits with status 0 if it is, 1 if not."""
    from mockrevio.testing.health import check_health, wait_until_healthy

    settings = Settings.load(config=config)
    click.echo(check_health(url, settings) if wait is None else wait_until_healthy(url, settings, wait))
