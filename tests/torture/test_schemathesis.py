"""Schemathesis against a live server: nothing that it thinks of gets a response outside the OpenAPI document.

It makes up requests from the document, valid and invalid ones, and follows its links from one operation to
the next. All of its checks are on; what Rev.io's leniency makes of two of them is in schemathesis_checks.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support import AUTH, ROOT, Process
from tests.torture.common import Scale, server

VERSION = "schemathesis==4.32.5"
"""In an environment of its own, as its users have it: it brings libraries that no test should find."""

CHECKS = ROOT / "tests" / "torture" / "schemathesis_checks.py"
REPLACED = ("negative_data_rejection", "positive_data_acceptance")

UNWANTED = ("not_a_server_error", "ensure_resource_availability", "unsupported_method")
"""Checks that no fault can pass: errors, a record that cannot be read, and a method that gets no 405."""

PARTS = "IntegrationKeyLink|ServiceProduct|InventoryItem|Notes|Tasks|Webhook[A-Z][a-z]+|SystemStatus"
"""Every kind of operation. One table makes all endpoints, so the others are run in the long form only."""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Schemathesis' command line."""
    folder = tmp_path_factory.mktemp("schemathesis")
    venv.create(folder)
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), VERSION]
    subprocess.run(uv, check=True, capture_output=True, text=True)
    return folder / "bin" / "st"


def with_all_content(document: dict[str, Any]) -> dict[str, Any]:
    """A document with every media type of a body where Schemathesis looks for it."""
    for item in document["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            body.get("content", {}).update(body.pop("x-other-content", {}))
    return document


def run(
    program: Path,
    running: Process,
    folder: Path,
    *options: str,
    path: str = "/v1",
    without: Sequence[str] = REPLACED,
) -> int:
    """Run Schemathesis, and return how many requests it has sent. Fails if it has found anything.

    `path` is that of the API, `without` names the checks that are off.
    """
    document = folder / "openapi.json"
    source = running.client.get("/openapi.json" if path == "/v1" else f"{path}/openapi.json")
    document.write_text(json.dumps(with_all_content(source.json())), "utf-8")
    command = [
        *(str(program), "run", str(document), "--url", f"{running.client.url}{path}"),
        *("--auth", ":".join(AUTH), "--exclude-checks", ",".join(without), "--continue-on-failure"),
        *("--warnings", "off", "--seed", "1", "--no-color", "--request-timeout", "30", *options),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(CHECKS), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{ended.stdout[-20_000:]}\n{ended.stderr}"
    generated = re.search(r"(\d+) generated", ended.stdout)
    assert generated is not None, ended.stdout
    return int(generated[1])


def mistakes(running: Process) -> list[str]:
    """The calls on which the mock itself failed, of those in its log."""
    calls = running.client.get("/__admin/requests").json()["requests"]
    return [call["error"] for call in calls if call["error"]]


def test_no_operation_answers_outside_the_document(program: Path, tmp_path: Path, how_much: Scale) -> None:
    with server("--ephemeral", fixture="default") as running:
        operations = () if how_much.long else ("--include-path-regex", f"/({PARTS})(/|$)")
        examples = "50" if how_much.long else "2"
        calls = run(program, running, tmp_path, *operations, "--max-examples", examples)
        assert calls > 2000
        assert running.client.get("/__admin/check").json() == {"faults": [], "requests": []}
        assert running.errors == []


def test_faults_stay_within_the_document(program: Path, tmp_path: Path, how_much: Scale) -> None:
    """Errors at random, a rate limit, late answers. They are wanted, so three checks are off."""
    options = ("--error-rate", "0.1:503", "--latency", "0ms..3ms", "--rate-limit", "40/1", "--seed", "5")
    with server("--ephemeral", "--log-size", "100000", *options, fixture="default") as running:
        for status in (401, 403, 500):
            rule = {"when": {"probability": 0.02}, "effect": {"status": status}}
            running.client.post("/__admin/faults", json=rule).raise_for_status()
        examples = "50" if how_much.long else "2"
        more = ("--include-path-regex", "/(IntegrationKeyLink|Notes)(/|$)", "--max-examples", examples)
        run(program, running, tmp_path, *more, without=(*REPLACED, *UNWANTED))
        calls = running.client.get("/__admin/requests", params={"status": "5xx"}).json()["requests"]
        assert calls
        assert [call for call in calls if call["fault"] is None] == []
        assert mistakes(running) == []


def test_the_admin_side_answers_within_its_document(program: Path, tmp_path: Path, how_much: Scale) -> None:
    """A schema cannot say which globs, names and combinations are valid, so one check is off."""
    with server("--ephemeral", fixture="default") as running:
        examples = "50" if how_much.long else "1"
        off = ("positive_data_acceptance", "what_is_allowed_is_accepted", "what_is_forbidden_is_rejected")
        more = ("--max-examples", examples, "--exclude-path", "/worlds/{client}", "--exclude-path", "/events")
        assert run(program, running, tmp_path, *more, path="/__admin", without=off) > 1000
        assert running.errors == []
