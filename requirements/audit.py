"""Ask the advisory service whether the versions in the image have known vulnerabilities: `make audit`.

Exits with status 0 if none is known, 1 if some are, and 3 if the service did not answer for every package.
`--offline-ok` turns the 3 into a 0, with the same words.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent / "image.txt"
TIMEOUT = 120
"""Seconds for all of it."""

CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 3


def main() -> None:
    """Print the result, and exit with its status."""
    status, message = judge(*run_pip_audit())
    print(message)
    sys.exit(0 if status == NOT_ASKED and "--offline-ok" in sys.argv[1:] else status)


def run_pip_audit() -> tuple[str, str]:
    """Its output, JSON if it got that far, and its messages."""
    options = [
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "5",
    ]
    command = [sys.executable, "-m", "pip_audit", *options, "--requirement", str(LOCK)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return "", f"no answer within {TIMEOUT} seconds"
    return ended.stdout, ended.stderr


def judge(output: str, messages: str) -> tuple[int, str]:
    """The status for the output of pip-audit, and the words for it.

    pip-audit itself succeeds if the service knows none of the packages, as where it cannot be reached.
    """
    try:
        dependencies: Sequence[Mapping[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        last = (messages.strip() or "no output").splitlines()[-1]
        return NOT_ASKED, f"audit: NOT DONE: the advisory service cannot be reached ({last})"
    found = [
        f"{each['name']} {each['version']}: {', '.join(one['id'] for one in each['vulns'])}"
        for each in dependencies
        if each.get("vulns")
    ]
    if found:
        return VULNERABLE, "\n".join(["audit: known vulnerabilities in requirements/image.txt:", *found])
    skipped = sorted(each["name"] for each in dependencies if "skip_reason" in each)
    if skipped or not dependencies:
        what = (
            f"of {len(skipped)} of {len(dependencies)} packages: {', '.join(skipped)}"
            if skipped
            else "of any package"
        )
        return NOT_ASKED, f"audit: NOT DONE: the advisory service says nothing {what}"
    return CLEAN, f"audit: no known vulnerabilities in {len(dependencies)} packages"


if __name__ == "__main__":
    main()
