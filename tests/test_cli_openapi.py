"""`mockrevio openapi`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import failing_run, run


def test_it_prints_the_same_document_each_time() -> None:
    first, second = run("openapi"), run("openapi")
    assert first.returncode == 0
    assert not first.stderr
    assert first.stdout == second.stdout
    assert first.stdout.isascii()
    assert first.stdout.endswith(b"}\n")
    document = json.loads(first.stdout)
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == [
        "https://restapi.rev.io/v1",
        "https://api.revioapi.com/v1",
        "http://127.0.0.1:{port}/v1",
    ]


@pytest.mark.parametrize("other", [["--postman"], ["--fixture", "demo"]])
def test_what_does_not_apply_to_the_admin_api_is_refused(other: list[str]) -> None:
    message = f"--admin and {other[0]} cannot be combined; remove one"
    assert message in failing_run("openapi", "--admin", *other)


def test_the_resources_of_a_fixture_are_included(tmp_path: Path) -> None:
    widgets = {
        "id": "widget_id",
        "methods": ["GET", "POST"],
        "fields": {"widget_id": "whole", "color": "text"},
    }
    (tmp_path / "mine.json").write_text(json.dumps({"resources": {"Widgets": widgets}}), "utf-8")
    ended = run("openapi", "--fixture", "default", "--fixture", str(tmp_path / "mine.json"))
    assert {"/Widgets", "/Customers"} <= json.loads(ended.stdout)["paths"].keys()
    printed = run("openapi", "--postman", "--fixture", str(tmp_path / "mine.json"))
    assert "Widgets" in [folder["name"] for folder in json.loads(printed.stdout)["item"]]


def test_an_invalid_fixture_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"resources": {"Widgets": {}}}', "utf-8")
    errors = failing_run("openapi", "--fixture", str(tmp_path / "mine.json"))
    assert "Widgets" in errors
    assert "Traceback" not in errors
