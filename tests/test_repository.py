"""Rules for all files of the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.programs import needs
from tests.support import ROOT

MAX_LINES = 300
_GENERATED = re.compile(r"(<!-- table: [a-z-]+ -->\n).*?(<!-- end of table -->)", re.DOTALL)
"""A table that `make tables` writes, in which readers look something up."""
LIMITED = {".py", ".js", ".mjs", ".ts", ".html", ".css", ".md", ".sh", ".yml", ".yaml", ".toml"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]


@needs("git")
def test_no_file_is_longer_than_a_reader_can_take_in() -> None:
    """Generated tables do not count."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(_GENERATED.sub(r"\1\2", path.read_text("utf-8")).splitlines())
        for path in tracked()
        if path.suffix in LIMITED
    }
    too_long = {name: length for name, length in lengths.items() if length > MAX_LINES}
    assert len(lengths) > 200
    assert not too_long


@needs("git")
@pytest.mark.parametrize("name", ["fixtures/default.json", "docs/settings.md", "tests/support.py"])
def test_line_ends_are_the_same_on_every_system(name: str) -> None:
    command = ["git", "check-attr", "eol", "--", name]
    attribute = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert attribute == f"{name}: eol: lf\n"
    assert b"\r\n" not in (ROOT / name).read_bytes()


def test_the_architecture_page_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = text.partition("## Modules")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `([a-z_/]+)/`.*?\| (.*) \|$", section, re.MULTILINE))
    rows["server"] = " ".join(re.findall(r"^\| `server/`.*?\| (.*) \|$", section, re.MULTILINE))
    package = ROOT / "mockrevio"
    missing = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*/*.py")
        if path.name != "__init__.py"
        and (folder := path.parent.relative_to(package).as_posix()) in rows
        and f"`{path.name}`" not in rows[folder]
    ]
    assert {"server", "routes/admin", "revio/wire", "control/faults"} <= rows.keys()
    assert not missing
