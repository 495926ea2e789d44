"""What tests of the validation share."""

from __future__ import annotations

from mockrevio.contract.validation.validation import Validation
from tests.support import Client

PATCH = {"Content-Type": "application/json-patch+json"}


class Checked:
    """A client of a proxy that validates, and the findings of its last call."""

    def __init__(self, client: Client, validation: Validation) -> None:
        self.client = client
        self.validation = validation

    @property
    def findings(self) -> list[str]:
        return [line.partition(" x ")[2] for line in self.validation.summary() if " x " in line]
