"""The options of the pytest plugin, on the command line and in the ini file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mockrevio.contract.access import Access

OPTIONS = (
    (
        "fixture",
        "fixtures that each test starts with, by name or file, separated by spaces (default: default)",
    ),
    (
        "port",
        "port of the first worker's server; each further worker takes the next one (default: a free port)",
    ),
    ("url", "address of a running server to use instead (mockrevio serve --isolate-clients)"),
    (
        "target",
        "address of the service that revio_target is, instead of the mock (credentials: REVIO_USERNAME, ...)",
    ),
    ("admin_token", "admin token of the running server"),
    (
        "strict",
        "also fail tests for unexpected errors (calls), for relying on assumed rules (assumed), or all",
    ),
    ("allow_assumed", "assumed rules that strict tests may rely on, such as link.*, separated by spaces"),
)
"""Each is `--mock-revio-<name>` on the command line and `mock_revio_<name>` in the ini file."""


_TARGET = "--mock-revio-target"

STRICT = ("off", "calls", "assumed", "all")


def add_options(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("mockrevio", "mock Rev.io server (mockrevio)")
    for name, description in OPTIONS:
        group.addoption(f"--mock-revio-{name.replace('_', '-')}", default=None, help=description)
        parser.addini(f"mock_revio_{name}", description, default="")


def option(config: pytest.Config, name: str) -> str | None:
    """The value of an option; None if it is not set."""
    value = config.getoption(f"--mock-revio-{name.replace('_', '-')}") or config.getini(f"mock_revio_{name}")
    return str(value) if value else None


def strictness(config: pytest.Config) -> str:
    """How strict the suite is. Raises UsageError for an unknown value."""
    strict = option(config, "strict") or "off"
    if strict not in STRICT:
        raise pytest.UsageError(f"mock_revio_strict: must be {' or '.join(STRICT)}, not {strict!r}")
    return strict


def target_access(config: pytest.Config) -> Access | None:
    """Access to the real service that `revio_target` is; None if it is the mock.

    Raises UsageError if the address or the credentials in the environment are no good.
    """
    url = option(config, "target")
    if url is None:
        return None
    from mockrevio.contract.access import Access
    from mockrevio.contract.extra import contract_extra
    from mockrevio.errors import MockrevioError

    try:
        with contract_extra(_TARGET):
            import mockrevio.contract.client  # noqa: F401 (before any test runs)
        return Access.from_environment(url, _TARGET)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
