"""Commands that need an extra of the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def contract_extra(command: str) -> Iterator[None]:
    """Imports of what `mockrevio[contract]` installs. Ends the command if that is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("requests", "urllib3", "jsonschema"):
            raise
        raise click.ClickException(
            f"mockrevio {command} needs mockrevio[contract]; "
            "install it with pip install 'mockrevio[contract]'"
        ) from None
