"""Recordings: what was observed of a service, in a file that is the same each time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockrevio.contract.verify.observations import Observations
from mockrevio.contract.verify.rules import RULES
from mockrevio.errors import SettingError
from mockrevio.regular_files import read_file_or_pipe

FORMAT = 1

EXPECTED = Path(__file__).with_name("expected.json")
"""What a mock does without settings. `make tables` writes it, so that a change of a rule shows in review."""


def to_text(found: Observations) -> str:
    """A recording as JSON. It has neither dates nor addresses, so that a diff means a change."""
    document = {
        "mockrevio_verify": FORMAT,
        "observations": {name: cases for name, cases in found.cases.items() if name in RULES},
        "not_observed": {name: why for name, why in found.reasons.items() if name not in found.cases},
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def read(path: Path) -> Observations:
    """The observations in a file. Raises SettingError, which names the file."""
    try:
        document = json.loads(read_file_or_pipe(path).decode("utf-8-sig"))
    except OSError as error:
        raise SettingError(f"--against: {path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise SettingError(f"--against: {path}: is not JSON: {error}") from None
    if not _is_recording(document):
        raise SettingError(f"--against: {path}: is no recording of mockrevio verify; make one with --save")
    version = document["mockrevio_verify"]
    if version != FORMAT:
        raise SettingError(
            f"--against: {path}: has format {version}, not {FORMAT}; record it again with --save"
        )
    return Observations(document["observations"], document["not_observed"])


def _is_recording(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and "mockrevio_verify" in document
        and all(isinstance(document.get(name), dict) for name in ("observations", "not_observed"))
        and all(isinstance(cases, dict) for cases in document["observations"].values())
        and all(isinstance(reason, str) for reason in document["not_observed"].values())
    )
