"""`mockrevio serve`."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from typing import Any

import click

from mockrevio.cli.options import CONFIG, OptionsOnly, settings_options
from mockrevio.settings import Settings


@click.command(cls=OptionsOnly)
@CONFIG
@settings_options
def serve(config: Path | None, **options: Any) -> None:
    """Start the server. Stop it with Ctrl-C or SIGTERM."""
    # Until the server installs its own handler: nothing has been started yet.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gc.disable()  # startup creates almost no garbage; the server enables it again
    try:
        from mockrevio.server import serve_until_stopped

        serve_until_stopped(Settings.load(options, config=config))
    finally:
        gc.enable()
