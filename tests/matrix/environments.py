"""The table of environments: what is installed in each, beside mockrevio's wheel, and what must run there.

noxfile.py makes a session of each, docs/environments.md lists them. Nothing else is installed, so a suite
that imports more than its environment names fails there; a skipped test fails, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The versions that mockrevio is for. Some machines lack some of them; nox names what it did not run."""


@dataclass(frozen=True)
class Suite:
    """Test files, and the libraries that they import beside those that mockrevio depends on."""

    files: tuple[str, ...]
    libraries: tuple[str, ...] = ()

    def paths(self) -> list[Path]:
        """The files that there are, sorted."""
        return sorted({path for pattern in self.files for path in ROOT.glob(pattern)})


SUITES: Mapping[str, Suite] = {
    "standard library": Suite(("tests/user/test_standard_library.py",)),
    "cost": Suite(("tests/user/test_cost.py",)),
    "requests": Suite(("tests/user/test_requests.py",), ("requests",)),
    "urllib3": Suite(("tests/user/test_urllib3.py",), ("urllib3",)),
    "httpx": Suite(("tests/user/test_httpx.py",), ("httpx",)),
    "httpx on trio": Suite(("tests/user/test_httpx_on_trio.py",), ("httpx", "trio")),
    "aiohttp": Suite(("tests/user/test_aiohttp.py",), ("aiohttp",)),
    "uvloop": Suite(("tests/user/test_uvloop.py",), ("uvloop",)),
    "aiohttp on uvloop": Suite(("tests/user/test_aiohttp_on_uvloop.py",), ("aiohttp", "uvloop")),
    "xdist": Suite(("tests/user/test_xdist.py",), ("xdist",)),
    "tls": Suite(("tests/user/test_tls.py",), ("cryptography",)),
    "contract": Suite(
        (
            *("tests/contract_tools/test_*.py", "tests/contract_tools/pull/test_run.py"),
            *("tests/contract_tools/record/test_r*.py", "tests/contract_tools/validation/test_*.py"),
            "tests/contract_tools/verify/test_rules.py",
        ),
        ("requests", "jsonschema"),
    ),
    "handle": Suite(("tests/testing/test_handle*.py",), ("requests",)),
    "plugin": Suite(("tests/testing/test_pytest_plugin*.py",), ("requests", "xdist")),
    "intercept": Suite(
        tuple(f"tests/testing/intercept/test_{name}.py" for name in ("decorator", "hosts", "libraries")),
        ("requests", "urllib3", "httpx", "aiohttp"),
    ),
    "examples": Suite(("tests/examples/test_examples.py",), ("requests",)),
}
"""The suites of a user: where each of them is, and what it needs."""

PROVIDED_BY = {
    "requests": ("requests", "[contract]", "[contract,tls]"),
    "jsonschema": ("[contract]", "[contract,tls]"),
    "urllib3": ("urllib3", "requests"),
    "xdist": ("pytest-xdist",),
    "cryptography": ("[tls]", "[contract,tls]"),
}
"""The requirements that bring a library, where it is not the one with its name alone."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: pytest and these requirements beside mockrevio, and the suites to run."""

    name: str
    requirements: tuple[str, ...] = ()
    suites: tuple[str, ...] = ("standard library",)
    python: str | None = None
    """None: the Python that runs nox."""
    pytest: str = "pytest"
    extra: str = ""
    """`[tls]`: an extra of mockrevio's that is installed with it."""
    lowest: bool = False
    """Whether all requirements are installed in the lowest version that they allow."""
    lowest_dependencies: bool = False
    """Whether mockrevio's own dependencies are, too."""
    absent: tuple[str, ...] = ()
    """Libraries that must not be there: what the environment is about."""
    quick: bool = False
    """Whether CI runs it on every change. Its Python must be there."""

    @property
    def session(self) -> str:
        """The name of the nox session."""
        return self.name.lower().replace(" ", "-")

    @property
    def extras(self) -> list[str]:
        """The names of the extras."""
        return [name for name in self.extra.strip("[]").split(",") if name]

    def libraries(self) -> set[str]:
        """The libraries that the suites import."""
        return {library for name in self.suites for library in SUITES[name].libraries}


_EVERYTHING = ("requests", "httpx", "aiohttp", "trio", "uvloop", "trustme", "pytest-xdist")
_OWN_SUITES = ("handle", "plugin", "intercept", "examples")
_ALL_SUITES = (
    *("standard library", "requests", "urllib3", "httpx", "aiohttp", "xdist"),
    *_OWN_SUITES,
)
_CLIENTS = (
    "requests",
    "urllib3",
    "httpx",
    "httpx on trio",
    "aiohttp",
    "uvloop",
    "aiohttp on uvloop",
    "xdist",
)

OLDEST_SUPPORTED = {
    "requests": "requests>=2.32.2",
    "httpx": "httpx>=0.27",
    "aiohttp": "aiohttp>=3.10",
    "trio": "trio>=0.25",
    "uvloop": "uvloop>=0.21",
    "trustme": "trustme>=1.1",
    "pytest-xdist": "pytest-xdist>=3.6",
    "pytest": "pytest>=8.2",
}
"""The oldest release of each library that mockrevio is tested with. It is not installed with mockrevio, so
nothing else says it."""


def _oldest(*names: str) -> tuple[str, ...]:
    return tuple(OLDEST_SUPPORTED[name] for name in names)


ENVIRONMENTS: tuple[Environment, ...] = (
    Environment(
        "pytest alone", suites=("standard library", "cost"), absent=("requests", "httpx"), quick=True
    ),
    *(
        Environment(f"everything on Python {it}", _EVERYTHING, _ALL_SUITES, python=it, extra="[tls]")
        for it in PYTHONS
    ),
    Environment("requests", ("requests",), ("requests", "urllib3", "handle", "examples"), absent=("httpx",)),
    Environment(
        "httpx without trio", ("httpx",), ("standard library", "httpx"), absent=("trio",), quick=True
    ),
    Environment("httpx with trio", ("httpx", "trio"), ("standard library", "httpx", "httpx on trio")),
    Environment("aiohttp", ("aiohttp",), ("aiohttp",), absent=("requests", "httpx")),
    Environment(
        "aiohttp oldest", _oldest("aiohttp"), ("aiohttp",), pytest=OLDEST_SUPPORTED["pytest"], lowest=True
    ),
    Environment("urllib3 1.26", ("urllib3<2", "requests"), ("urllib3", "requests")),
    Environment("urllib3 2", ("urllib3>=2",), ("urllib3",), absent=("requests",)),
    Environment("uvloop", ("uvloop", "aiohttp"), ("uvloop", "aiohttp on uvloop")),
    Environment("xdist", ("pytest-xdist",), ("standard library", "xdist")),
    Environment(
        "pytest oldest", suites=("standard library", "cost"), pytest=OLDEST_SUPPORTED["pytest"], lowest=True
    ),
    Environment("tls", extra="[tls]", suites=("tls",)),
    Environment("contract", extra="[contract]", suites=("contract",)),
    Environment(
        "lowest versions",
        _oldest("requests", "httpx", "aiohttp", "trio", "uvloop", "trustme", "pytest-xdist"),
        ("standard library", *_CLIENTS, "tls", "contract", *_OWN_SUITES),
        python="3.11",
        pytest=OLDEST_SUPPORTED["pytest"],
        extra="[contract,tls]",
        lowest=True,
        lowest_dependencies=True,
    ),
    Environment(
        "lowest versions of dependencies",
        _oldest("requests"),
        ("standard library", "tls", "requests", "handle"),
        pytest=OLDEST_SUPPORTED["pytest"],
        extra="[tls]",
        lowest=True,
        lowest_dependencies=True,
        quick=True,
    ),
    Environment(
        "newest versions",
        _EVERYTHING,
        ("standard library", "cost", *_CLIENTS, "tls", "contract", *_OWN_SUITES),
        python="3.13",
        extra="[contract,tls]",
    ),
)


def files_to_run(environment: Environment) -> Iterator[Path]:
    """The test files that must run in an environment."""
    for name in environment.suites:
        yield from SUITES[name].paths()
