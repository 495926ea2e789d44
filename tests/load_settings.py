"""Loading settings for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockrevio.settings import Settings


def load(
    options: dict[str, Any] | None = None,
    *,
    environ: dict[str, str] | None = None,
    toml: str | None = None,
    folder: Path | None = None,
) -> Settings:
    config = None
    if toml is not None:
        assert folder is not None
        config = folder / "mockrevio.toml"
        config.write_text(toml, encoding="utf-8")
    return Settings.load(options, environ=environ or {}, config=config)
