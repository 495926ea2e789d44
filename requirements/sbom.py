"""Write the software bill of materials of the image, CycloneDX as JSON: `make sbom`, or `sbom.py FILE`.

It lists what requirements/image.txt lists, with versions and hashes. The same lock gives the same bytes. The
packages of the base image are not in it; the release workflow attaches a list of those as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mockrevio import __version__

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "image.txt"


def main() -> None:
    """Write it to the file that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("usage: sbom.py FILE")
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(), "utf-8", newline="\n")


def render() -> str:
    """The bill of materials."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--pyproject"]
    command += ["pyproject.toml", "--output-reproducible", "--validate", "--of", "JSON", str(LOCK)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        sys.exit(ended.stderr)
    document: dict[str, Any] = json.loads(ended.stdout)
    root = document["metadata"]["component"]
    root |= {"version": __version__, "purl": f"pkg:pypi/mockrevio@{__version__}"}
    for component in document["components"]:
        del component["description"]  # its line of the lock, with all hashes
    depends = [component["bom-ref"] for component in document["components"]]
    document["dependencies"] = [
        {"ref": root["bom-ref"], "dependsOn": depends},
        *({"ref": each} for each in depends),
    ]
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
