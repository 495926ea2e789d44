"""`mockrevio demo`."""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from mockrevio.cli.options import CONFIG, OptionsOnly, settings_options
from mockrevio.settings import Settings

_DEFAULTS = {"fixture": ("demo",), "data": "none", "ephemeral": True}
"""Where they differ from `mockrevio serve`: the traffic must not get into data that somebody keeps."""


_MAX_PACE = 20


def _parse_pace(_context: click.Context, _option: click.Parameter, text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0 < pace <= _MAX_PACE:  # which nan is not, either
        raise click.BadParameter(
            f"must be a number above 0, at most {_MAX_PACE}, such as 0.5 or 4, not {text!r}"
        )
    return pace


@click.command(cls=OptionsOnly, short_help="Start a server with traffic to watch in the console.")
@click.option(
    "--pace",
    callback=_parse_pace,
    metavar="N",
    default="1",
    help="speed of the traffic, up to 20 [default: 1]",
)
@click.option("--no-browser", is_flag=True, help="do not open the console in the browser")
@CONFIG
@partial(settings_options, defaults=_DEFAULTS)
def demo(pace: float, no_browser: bool, config: Path | None, **options: Any) -> None:
    """Start a server, open its console, and play traffic against it: a sync job, updates, an outage.

    The traffic repeats until Ctrl-C or SIGTERM. The server starts with the fixture demo and stores nothing,
    unless --fixture or --data is on this command line.
    """
    # Until the server installs its own handler: nothing has been started yet.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from mockrevio.demo.run import demonstrate
    from mockrevio.testing.exec.variables import plain_subscription_key

    options["fixture"] = options["fixture"] or _DEFAULTS["fixture"]
    if options["ephemeral"] is None:
        options["ephemeral"] = options["data"] is None
    key = plain_subscription_key(options["subscription_key"])
    settings = Settings.load(options, config=config)
    demonstrate(settings, pace=pace, browser=not no_browser, subscription_key=key)
