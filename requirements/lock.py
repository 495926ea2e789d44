"""Write the locks of the image: `make lock`. With `--check`, only compare them with pyproject.toml.

They have every version and hash that the image is built from. They name no index: pip and uv use the one that
they are configured for.
"""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("requirements")

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
OPTIONS += ["--custom-compile-command", "make lock"]


def main() -> None:
    """Write or check all locks. Exits with a message if one is wrong."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build-system"
        build.write_text("\n".join(project["build-system"]["requires"]) + "\n", "utf-8")
        extras = ["--extra", "contract", "--extra", "otel", "--extra", "tls"]
        sources = {"build.txt": [str(build)], "image.txt": ["pyproject.toml", *extras]}
        for name, source in sources.items():
            lock = ROOT / FOLDER / name
            if "--check" in sys.argv[1:]:
                _check(lock, source, Path(folder) / name)
            else:
                _compile(lock, source, "--upgrade")


def _check(lock: Path, source: list[str], copy: Path) -> None:
    """uv keeps the versions of the file that it writes, and changes only what its source demands."""
    shutil.copy(lock, copy)
    messages = _compile(copy, source)
    yanked = re.findall(r"^.* is yanked.*$", messages, re.MULTILINE)
    if yanked:
        sys.exit("\n".join([*yanked, f"{FOLDER / lock.name} contains yanked versions: run make lock"]))
    present, wanted = (path.read_text("utf-8").splitlines() for path in (lock, copy))
    if present != wanted:
        difference = difflib.unified_diff(
            present, wanted, str(FOLDER / lock.name), "pyproject.toml", lineterm=""
        )
        print(*difference, sep="\n")
        sys.exit(f"{FOLDER / lock.name} and pyproject.toml disagree: run make lock")


def _compile(lock: Path, source: list[str], *options: str) -> str:
    """Write a lock, and return uv's messages."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", *OPTIONS, *options, *source, "--output-file", str(lock)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        sys.exit(ended.stderr)
    text = re.sub(r"-r \S*build-system", "build-system in pyproject.toml", lock.read_text("utf-8"))
    lock.write_text(text, "utf-8")
    return ended.stderr


if __name__ == "__main__":
    main()
