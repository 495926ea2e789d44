"""The extra of the package that the contract tools need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mockrevio.errors import ExtraMissing

_LIBRARIES = ("requests", "urllib3", "jsonschema")


@contextmanager
def contract_extra(what: str) -> Iterator[None]:
    """A block of imports of what `mockrevio[contract]` installs. Raises ExtraMissing, which names `what`."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        raise ExtraMissing(
            f"{what} needs mockrevio[contract]; install it with pip install 'mockrevio[contract]'"
        ) from None
