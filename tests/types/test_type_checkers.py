"""mypy and pyright see the right uses of a mock as right, and the wrong ones as wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import needs

SNIPPET = """
from datetime import timedelta
from typing import TYPE_CHECKING, assert_type

from mockrevio import MockRevio
from mockrevio.types.calls import CallMatch

if TYPE_CHECKING:
    from mockrevio.types.calls import LoggedCall
    from mockrevio.types.records import Bill, Customer, IntegrationKeyLink, Order


def right(mock_revio: MockRevio, type_name: str) -> None:
    mock_revio.fail(times=2, status=502, method="POST", path=["/v1/*"], body={"external_id": "0012*"})
    mock_revio.slow("300ms", not_={"path": "/v1/SystemStatus"})
    mock_revio.lose_answer(times=None, headers={"x": None})
    mock_revio.assert_called(times=1, status="4xx", since=timedelta(seconds=5))
    mock_revio.allow_errors(404, "4xx", path="/v1/Customers/*")
    mock_revio.check(strict="calls")
    mock_revio.change_settings(latency="200ms", error_rate=None, duplicates="allow", subscription_key=["a"])
    match: CallMatch = {"method": "GET"}
    assert_type(mock_revio.requests.count(**match), int)
    assert_type(mock_revio.links[0]["internal_id"], int)
    assert_type(mock_revio.links[0]["created_by"], int | None)
    assert_type(mock_revio.links[1:], "list[IntegrationKeyLink]")
    assert_type(mock_revio.requests[0], "LoggedCall")
    assert_type(mock_revio.entities.get("CUSTOMER", 1), "Customer | None")
    assert_type(mock_revio.entities.get("Customers", 1), "Customer | None")
    assert_type(mock_revio.entities.all("BILL"), "list[Bill]")
    assert_type(mock_revio.entities.make("Orders", 3), "list[Order]")
    mock_revio.entities.add("CUSTOMER", 42, status="ACTIVE", billing_address={"city": "Reno"})
    mock_revio.entities.add("CUSTOMER", 42, {"loyalty": "gold"}, status="ACTIVE")
    mock_revio.entities.add(type_name, 42, values={"status": "ACTIVE"})
    mock_revio.entities.all(type_name)
    MockRevio(fixture=["demo"], latency="1s", credentials=["ann@acme:pw"], tls="auto", log_size=5)


async def right_in_a_loop(mock_revio: MockRevio) -> None:
    assert_type(await mock_revio.wait_for_call(method="POST", timeout=2.5), "LoggedCall")


def wrong(mock_revio: MockRevio) -> None:
    mock_revio.fail(time=2)  # wrong
    mock_revio.fail(status="503")  # wrong
    mock_revio.slow("1s", status=503)  # wrong
    mock_revio.lose_answer(methd="GET")  # wrong
    mock_revio.assert_called(stauts=200)  # wrong
    mock_revio.requests.matching(stauts=200)  # wrong
    mock_revio.requests.count(since=5)  # wrong
    mock_revio.check(strict="cals")  # wrong
    mock_revio.change_settings(latencey="1s")  # wrong
    mock_revio.change_settings(duplicates="maybe")  # wrong
    mock_revio.change_settings(port=80)  # wrong
    mock_revio.entities.add("CUSTOMER", 42, statsu="ACTIVE")  # wrong
    mock_revio.entities.add("CUSTOMER", 42, status=5)  # wrong
    mock_revio.entities.add("CUSTOMER", 42, billing_address={"town": "Reno"})  # wrong
    mock_revio.links[0]["internal_ids"]  # wrong
    mock_revio.links.add("1015", "0012D0")  # wrong
    MockRevio(latencey="1s")  # wrong
    MockRevio(log_size="many")  # wrong
    MockRevio(error_shape="list")  # wrong
"""

WRONG = {number for number, line in enumerate(SNIPPET.splitlines(), 1) if line.endswith("# wrong")}


@pytest.fixture
def snippet(tmp_path: Path) -> Path:
    path = tmp_path / "snippet.py"
    path.write_text(SNIPPET, "utf-8")
    return path


def test_mypy(snippet: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".mypy", snippet.name]
    ended = subprocess.run(command, cwd=snippet.parent, capture_output=True, text=True, check=False)
    errors = [line.split(":", 3) for line in ended.stdout.splitlines() if ": error:" in line]
    assert {int(number) for _, number, *_ in errors} == WRONG, ended.stdout + ended.stderr


@needs("npm")  # which the package for Python installs pyright with
def test_pyright(snippet: Path) -> None:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, snippet.name]
    ended = subprocess.run(command, cwd=snippet.parent, capture_output=True, text=True, check=False)
    found = json.loads(ended.stdout)["generalDiagnostics"]
    errors = {item["range"]["start"]["line"] + 1 for item in found if item["severity"] == "error"}
    assert errors == WRONG, ended.stdout
