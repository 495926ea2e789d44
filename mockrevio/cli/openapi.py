"""`mockrevio openapi`."""

from __future__ import annotations

import sys

import click


@click.command(short_help="Print the OpenAPI document.")
def openapi() -> None:
    """Print the OpenAPI 3.1 document of Rev.io's API as JSON."""
    from mockrevio.openapi.encoding import encode
    from mockrevio.openapi.revio import revio_document

    sys.stdout.buffer.write(encode(revio_document()))
    sys.stdout.buffer.flush()  # raises BrokenPipeError here, where click handles it
