"""What a mock does without settings, as a recording in the package: `make tables` writes it."""

from __future__ import annotations

from pathlib import Path

from mockrevio.contract.verify import recording
from mockrevio.contract.verify.interrupts import Interrupts
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.reference import reference
from mockrevio.contract.verify.suite import observe
from mockrevio.settings import Settings


def expected_text() -> str:
    """The recording of a mock without settings."""
    with reference(Settings()) as service:
        return recording.to_text(observe(service, own=OwnLinks(service, Interrupts())))


def write_expected(path: Path = recording.EXPECTED) -> None:
    """Write the recording."""
    path.write_text(expected_text(), encoding="utf-8", newline="\n")
