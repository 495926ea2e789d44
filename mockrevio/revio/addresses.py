"""Where Rev.io is."""

from __future__ import annotations

HOSTS = ("restapi.rev.io", "api.revioapi.com")
"""D: directly, and behind the gateway. C: real clients hard-code these."""

API_PATH = "/v1"
"""D: below this, on both."""
