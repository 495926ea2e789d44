"""The certificates that requests trusts besides its own: a file or a folder that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from mockrevio.errors import SettingError

_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def require_ca_bundle(url: str) -> None:
    """Check before the first request to `url` that they exist: requests raises an OSError for that.

    Raises SettingError, which names the variable.
    """
    name = next((name for name in _VARIABLES if os.environ.get(name)), None)
    if name and url.lower().startswith("https:") and not Path(os.environ[name]).exists():
        raise SettingError(
            f"{name}: {os.environ[name]} does not exist; it must be a file or a folder with certificates"
        )
