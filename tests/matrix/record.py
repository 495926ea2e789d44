"""Record what is installed in an environment, and check that it is what its row in the table says.

Runs inside the environment: `python -m tests.matrix.record SESSION FILE`.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from tests.matrix.environments import ENVIRONMENTS, Environment


def main() -> None:
    """Write the versions to the file. Exits with a message if a library is there that must not be."""
    session, file = sys.argv[1:]
    (environment,) = (each for each in ENVIRONMENTS if each.session == session)
    present = [name for name in environment.absent if importlib.util.find_spec(name)]
    if present:
        sys.exit(f"{environment.name}: {', '.join(present)} must not be installed here")
    document = {"python": platform.python_version(), "versions": versions(environment)}
    Path(file).write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def versions(environment: Environment) -> dict[str, str]:
    """The versions of what the environment names, and of what mockrevio depends on."""
    named = [_name(each) for each in (environment.pytest, *environment.requirements)]
    own = [
        _name(each)
        for each in metadata.requires("mockrevio") or ()
        if "extra ==" not in each or any(f"extra == '{name}'" in each for name in environment.extras)
    ]
    return {name: metadata.version(name) for name in (*named, *sorted(own))}


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


if __name__ == "__main__":
    main()
