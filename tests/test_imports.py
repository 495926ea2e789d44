"""The rooms of the house: who may import whom, which library lives where."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "mockrevio"

ROWS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("testing",),
    ("contract", "demo"),
    ("server",),
    ("app",),
    ("routes",),
    ("openapi",),
    ("telemetry",),
    ("world",),
    ("seeding",),
    ("control",),
    ("revio",),
    ("storage",),
    ("suspension_middleware", "settings"),
    ("documents", "quantities", "trust"),
    ("fairness", "regular_files", "threads"),
    ("errors", "gc_control", "latch", "reporting", "scheduling", "spelling", "watchers"),
    ("cancellation",),
    ("explanations", "real_sockets", "real_time", "types"),
)
"""Imports go down these rows, never up, and never sideways between the rooms of one row.

docs/architecture.md says what is in each room. A room is a module or a package of `mockrevio`;
within a package everything may import everything, but never in a circle.
"""

ENTRANCE = "__main__"
"""The only module outside the table: `python -m mockrevio` is the command line."""

HOMES = {
    "httptools": {"server"},
    "jsonschema": {"contract"},
    "opentelemetry": {"telemetry"},
    "prometheus_client": {"telemetry"},
    "click": {"cli"},
    "cryptography": {"server"},
    "faker": {"seeding"},
    "filelock": {"storage"},
    "flask": {"app", "routes"},
    "gevent": {"server"},
    "pytest": {"testing"},
    "requests": {"contract"},
    "testcontainers": {"testing"},
    "urllib3": {"contract"},
    "tinydb": {"storage"},
    "werkzeug": {"app", "routes", "server", "revio"},
}
"""The rooms that may import a library. One that is not listed may not be imported at all."""

ROW_OF = {room: number for number, rooms in enumerate(ROWS) for room in rooms}


def rooms() -> set[str]:
    """The rooms that there are."""
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return packages | {path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


class _Imports(ast.NodeVisitor):
    """Every import of a module with its line, those within functions included, those for types left out."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found += [(alias.name, node.lineno) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        name = "." * node.level + (node.module or "")
        if name == "mockrevio":
            # `from mockrevio import cli` imports a room, `from mockrevio import __version__` does not.
            self.found += [
                (f"mockrevio.{alias.name}" if alias.name in rooms() else "mockrevio", node.lineno)
                for alias in node.names
            ]
        else:
            self.found.append((name, node.lineno))


def imports(source: str) -> list[tuple[str, int]]:
    visitor = _Imports()
    visitor.visit(ast.parse(source))
    return visitor.found


def objection(importer: str, imported: str) -> str | None:
    """Why one room may not import another, or None if it may."""
    if importer in (imported, ENTRANCE) or ROW_OF[importer] < ROW_OF[imported]:
        return None
    way = "sideways from" if ROW_OF[importer] == ROW_OF[imported] else "up from"
    return (
        f"{imported} lies {way} {importer}. Imports go down the table in tests/test_imports.py only: "
        f"move what both need into a room below them, or pass it in as an argument"
    )


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_every_room_has_its_row() -> None:
    assert rooms() - {ENTRANCE} <= set(ROW_OF), (
        "give the new room a row in ROWS, and a line in docs/architecture.md"
    )


def test_every_room_is_described() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    missing = [room for room in sorted(rooms()) if f"`{room}.py`" not in text and f"`{room}/`" not in text]
    assert not missing, f"docs/architecture.md does not say what lives in {missing}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_down_the_table(path: Path) -> None:
    wrong = []
    for name, line in imports(path.read_text("utf-8")):
        package, _, rest = name.partition(".")
        if name.startswith("."):
            wrong.append(f"line {line}: write imports in full, not relative ({name})")
        elif package == "mockrevio" and rest:
            why = objection(room_of(path), rest.partition(".")[0])
            if why:
                wrong.append(f"line {line}: {why}")
    assert not wrong, f"{path.relative_to(ROOT)}\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_library_stays_in_its_rooms(path: Path) -> None:
    wrong = []
    for name, line in imports(path.read_text("utf-8")):
        library = name.partition(".")[0]
        if library in sys.stdlib_module_names or library == "mockrevio":
            continue
        if room_of(path) not in HOMES.get(library, set()):
            where = ", ".join(sorted(HOMES.get(library, set()))) or "no room: it is no dependency"
            wrong.append(f"line {line}: {library} may be imported by {where}")
    assert not wrong, f"{path.relative_to(ROOT)}\n" + "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports within functions count as well: a circle that they hide is still one."""
    graph = {_module(path): _imported_modules(path) for path in MODULES}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"these modules import each other: {' -> '.join(error.args[1])}")


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def _imported_modules(path: Path) -> set[str]:
    """The modules that a file imports from; a package that it only takes a submodule from is left out."""
    modules = {_module(each) for each in MODULES}
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            found |= submodules
            if len(submodules) < len(node.names):
                found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & modules) - {_module(path)}


def test_only_settings_reads_the_environment() -> None:
    """Except for the exemption of a test's mock from the proxies of the environment, `exec`, which passes
    the environment on to a command, the variables with secrets that a command line names, and the
    certificates that requests trusts."""
    readers = {_name(path) for path in MODULES if _reads_environment(path.read_text("utf-8"))}
    assert readers == {
        "contract/access.py",
        "contract/ca_bundle.py",
        "settings/sources.py",
        "testing/exec/variables.py",
        "testing/intercept/proxies.py",
    }


def _reads_environment(source: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("environ", "environb", "getenv")
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize(
    ("importer", "imported", "word"),
    [
        ("revio", "control", "up"),
        ("documents", "quantities", "sideways"),
        ("world", "storage", None),
        ("cli", "world", None),
        ("world", "world", None),
        ("errors", "settings", "up"),
    ],
)
def test_the_rule_itself_tells_up_from_down(importer: str, imported: str, word: str | None) -> None:
    why = objection(importer, imported)
    assert why is None if word is None else why is not None and f" {word} from " in why


def test_imports_within_functions_count_and_those_for_types_do_not() -> None:
    source = """
if TYPE_CHECKING:
    from mockrevio.app import create_app
else:
    import json
def function():
    from mockrevio import cli, __version__
    import os.path
"""
    assert [name for name, _ in imports(source)] == ["json", "mockrevio.cli", "mockrevio", "os.path"]
