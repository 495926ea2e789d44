"""Write what the console is made with, mockrevio/routes/console/static/vendor/: `make vendor`.

console.json names each package with its version, the hash of its archive and what to take. With `--check`,
only compare them. npm downloads the archives, from the registry that it is configured for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "mockrevio" / "routes" / "console" / "static" / "vendor"


def main() -> None:
    """Write or check all files. Exits with a message if one is wrong."""
    packages = json.loads(Path(__file__).with_name("console.json").read_text("utf-8"))
    wanted = {file: data for name, package in packages.items() for file, data in _files(name, package)}
    present = {path.name: path.read_bytes() for path in FOLDER.iterdir()} if FOLDER.is_dir() else {}
    if "--check" in sys.argv[1:]:
        wrong = sorted(name for name in wanted.keys() | present if wanted.get(name) != present.get(name))
        if wrong:
            sys.exit(f"{', '.join(wrong)}: not what requirements/console.json names; run make vendor")
        return
    FOLDER.mkdir(exist_ok=True)
    for name in present.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, data in wanted.items():
        (FOLDER / name).write_bytes(data)


def _files(name: str, package: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The files of a package as the console has them, by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{name}@{package['version']}"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if ended.returncode:
            sys.exit(f"npm cannot download {name} {package['version']}:\n{ended.stderr}")
        archive = next(Path(folder).iterdir())
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != package["integrity"]:
            sys.exit(f"{name} {package['version']}: the archive has another hash than console.json names")
        with tarfile.open(archive) as tar:
            for source, target in package["files"].items():
                member = tar.extractfile(f"package/{source}")
                if member is None:
                    sys.exit(f"{name} {package['version']} has no file {source}")
                yield target, _adapt(target, member.read(), package)
            if "icons" in package:
                yield "icons.js", _icons(tar, package["icons"])


def _adapt(target: str, data: bytes, package: Mapping[str, Any]) -> bytes:
    """A script as a module that finds the others, without a reference to a source map, which is not here."""
    if not target.endswith(".js"):
        return data
    text = data.decode("utf-8")
    for old, new in package.get("replace", {}).items():
        text = text.replace(old, new)
    lines = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL=")]
    return "\n".join([*lines, package.get("append", ""), ""]).encode()


def _icons(tar: tarfile.TarFile, names: list[str]) -> bytes:
    """The shapes of some icons, by name, as a module."""
    shapes = {}
    for name in names:
        member = tar.extractfile(f"package/icons/{name}.svg")
        if member is None:
            sys.exit(f"there is no icon {name}")
        inner = member.read().decode("utf-8").partition(">\n")[2].partition("\n>")[2]
        shapes[name] = "".join(line.strip() for line in inner.removesuffix("</svg>\n").splitlines())
    return f"export default {json.dumps(shapes, indent=1)};\n".encode()


if __name__ == "__main__":
    main()
