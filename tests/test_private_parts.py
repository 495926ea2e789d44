"""Which private parts of other libraries are used, and that an upper bound holds each of those libraries.

A private part is a name with one underscore in front that a library has defined. A minor release may change
it without notice, so each use is declared here, and pyproject.toml names the releases that it is known to
work with. Prefer a public part.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support import ROOT

PACKAGE = ROOT / "mockrevio"

OVERRIDDEN: dict[str, dict[str, set[str]]] = {
    "tinydb": {"mockrevio.storage.tables.LiveTable": {"_get_next_id", "_read_table", "_update_table"}},
    "werkzeug": {"mockrevio.routes.mock_app.MatchOnlyRule": {"_compile_builder"}},
}
"""Private methods of a library's classes that a subclass of ours replaces, by library and subclass."""

DOCUMENTED = {"_asdict", "_exit", "_field_defaults", "_fields", "_get_current_object", "_make", "_replace"}
"""Public in spite of their underscore: of named tuples, of `os`, and of Werkzeug's proxies."""

HOOKS = "testing/intercept"
"""How the modules begin that hook HTTP clients. The clients are no dependencies, so pyproject.toml cannot
bound them: `make matrix` runs the oldest supported release of each, and the newest."""

PYTHON = {"real_sockets.py", "server/loop.py"}
"""Modules that use private parts of Python itself, because tests replace the public ones. `make matrix` runs
them on each supported version."""

MODULES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if not path.relative_to(PACKAGE).as_posix().startswith(HOOKS)
    and path.relative_to(PACKAGE).as_posix() not in PYTHON
]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in DOCUMENTED | {"_"}


def defined(tree: ast.AST) -> set[str]:
    """The names that a module defines anywhere: functions, classes, variables, attributes, arguments."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
    return names


def private_uses(source: str, inherited: frozenset[str] = frozenset()) -> list[str]:
    """The private names that a module uses and has not defined itself: attributes, imports, `getattr`.

    `inherited` are private names of our own that its classes get from classes in other modules.
    """
    tree = ast.parse(source)
    own = defined(tree) | inherited
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "getattr",
            "setattr",
            "delattr",
            "hasattr",
        ):
            name = node.args[1]
            if isinstance(name, ast.Constant) and is_private(str(name.value)) and name.value not in own:
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names]
            module = getattr(node, "module", None) or ""
            if not module.startswith("mockrevio") and any(
                is_private(part) for name in (module, *names) for part in name.split(".")
            ):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def _classes(path: Path) -> Iterator[type]:
    module = importlib.import_module(_module(path))
    yield from (
        each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__
    )


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("mockrevio")


def _inherited(path: Path) -> frozenset[str]:
    """Private names that classes of a module get from our own classes in other modules."""
    bases = {base for kind in _classes(path) for base in kind.__mro__ if _is_ours(base)}
    sources = {inspect.getsourcefile(base) for base in bases} - {str(path)}
    return frozenset(name for source in sources if source for name in _defined_in(source))


@cache
def _defined_in(source: str) -> set[str]:
    return defined(ast.parse(Path(source).read_text("utf-8")))


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem != "__main__"], ids=_name)
def test_no_module_uses_a_private_part_of_a_library(path: Path) -> None:
    found = private_uses(path.read_text("utf-8"), _inherited(path))
    assert not found, (
        f"{_name(path)}: use a public part, or declare this one here and bound its library: {found}"
    )


def overridden() -> dict[str, dict[str, set[str]]]:
    """The private names of libraries' classes that classes of ours define again."""
    found: dict[str, dict[str, set[str]]] = {}
    for kind in (kind for path in MODULES if path.stem != "__main__" for kind in _classes(path)):
        for base in kind.__mro__[1:]:
            library = base.__module__.partition(".")[0]
            if _is_ours(base) or base.__module__ == builtins.__name__:
                continue
            names = {name for name in vars(kind) if is_private(name) and name in _members(base)}
            names -= {"_abc_impl", "_is_protocol", "_is_runtime_protocol"}
            names = {name for name in names if not name.endswith("_")}  # which `enum` makes itself
            if names:
                found.setdefault(library, {}).setdefault(
                    f"{kind.__module__}.{kind.__qualname__}", set()
                ).update(names)
    return found


@cache
def _members(kind: type) -> set[str]:
    """What a class defines: in its body, and the attributes that its methods set."""
    try:
        return set(vars(kind)) | defined(ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind))))
    except (OSError, TypeError, SyntaxError):  # written in C
        return set(vars(kind))


def test_every_private_part_that_a_subclass_replaces_is_declared() -> None:
    found = overridden()
    standard = {
        library: found.pop(library) for library in sorted(found) if library in sys.stdlib_module_names
    }
    assert not standard, "Python's own library gets no upper bound: do without"
    assert found == OVERRIDDEN


@pytest.mark.parametrize("library", OVERRIDDEN)
def test_a_library_whose_private_parts_are_used_has_an_upper_bound_with_the_reason(library: str) -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (requirement,) = (
        each for each in tomllib.loads(text)["project"]["dependencies"] if re.match(rf"{library}\b", each)
    )
    assert re.search(r",<\d", requirement), f"{requirement} needs an upper bound"
    assert re.search(rf'"{re.escape(requirement)}",  # \w', text), "say beside it which part, and why"


@pytest.mark.parametrize(
    "line",
    [
        "table._read()",
        "from werkzeug._internal import _wsgi_decoding_dance",
        "from werkzeug.http import _cookie_re",
        "import asyncio._secret",
        "getattr(loop, '_ready')",
        "class Own(Theirs):\n    def own(self):\n        return self._tables",
    ],
)
def test_the_test_finds_every_kind_of_use(line: str) -> None:
    assert private_uses(line)


@pytest.mark.parametrize(
    "line",
    [
        "class Own:\n    def __init__(self):\n        self._own = 1\n        self._own.bit_length()",
        "point._asdict()",
    ],
)
def test_the_test_leaves_own_and_documented_names_alone(line: str) -> None:
    assert not private_uses(line)
