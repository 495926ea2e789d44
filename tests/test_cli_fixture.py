"""`mockrevio fixture check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import failing_run, run
from tests.support import LINK, process


def test_a_generated_fixture_is_valid_and_can_be_served(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_bytes(run("fixture", "make", "--links", "10").stdout)
    checked = run("fixture", "check", "mine.json", cwd=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert checked.stdout.decode().startswith("mine.json: OK: 25 AGENT, 25 CUSTOMER, ")
    with process("--ephemeral", "--fixture", str(mine)) as server:
        assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 10


def test_every_mistake_in_a_fixture_is_reported_with_its_place(tmp_path: Path) -> None:
    link = (
        '{"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": "x", "external_id": ""}'
    )
    document = f'{{"schema": 2, "nonsense": 1, "key_links": [{link}]}}'
    (tmp_path / "wrong.json").write_text(document, "utf-8")
    result = run("fixture", "check", "wrong.json", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, b"")
    lines = result.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in lines[:-1]] == [
        "schema",
        "nonsense",
        "key_links[0].external_id",  # first, because it is missing
        "key_links[0].internal_id",
    ]
    assert lines[-1] == "Error: 4 mistakes"


def warnings_of(*files: str, cwd: Path, env: dict[str, str] | None = None) -> list[str]:
    """The warnings about fixtures that can be loaded, which `fixture check` says last."""
    result = run("fixture", "check", *files, cwd=cwd, env=env)
    assert (result.returncode, result.stderr) == (0, b"")
    *warnings, summary = result.stdout.decode().splitlines()
    assert f"{', '.join(files)}: OK: " in summary
    return warnings


def test_several_fixtures_are_checked_as_one_merged_fixture(tmp_path: Path) -> None:
    (tmp_path / "links.json").write_text(json.dumps({"key_links": [LINK]}), "utf-8")
    alone = warnings_of("links.json", cwd=tmp_path)
    assert "load an included fixture first: --fixture empty --fixture links.json" in alone[0]
    (warning,) = warnings_of("empty", "links.json", cwd=tmp_path)
    assert (
        warning == "warning: links.json: key_links[0].internal_id: CUSTOMER 1015 does not exist; none exist"
    )
    assert warnings_of("default", "links.json", cwd=tmp_path) == []


def test_an_unknown_field_is_a_warning_and_not_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text(
        '{"entities": {"CUSTOMER": [{"customer_id": 1, "vip": true}]}}', "utf-8"
    )
    result = run("fixture", "check", "default", "more.json", cwd=tmp_path)
    assert result.returncode == 0
    assert "warning: more.json: entities.CUSTOMER[0].vip" in result.stdout.decode()


def test_duplicate_key_links_are_a_warning_unless_the_settings_allow_them(tmp_path: Path) -> None:
    (tmp_path / "twice.json").write_text(json.dumps({"key_links": [LINK, LINK]}), "utf-8")
    (tmp_path / "allow.toml").write_text('duplicates = "allow"', "utf-8")
    (warning,) = warnings_of("default", "twice.json", cwd=tmp_path)
    assert warning.endswith("duplicates twice.json: key_links[0]; remove one or set duplicates to allow")
    for env in ({"MOCKREVIO_DUPLICATES": "allow"}, {"MOCKREVIO_CONFIG": "allow.toml"}):
        assert warnings_of("default", "twice.json", cwd=tmp_path, env=env) == []
    with process(
        "--ephemeral",
        "--duplicates",
        "allow",
        "--fixture",
        "default",
        "--fixture",
        "twice.json",
        cwd=tmp_path,
    ) as server:
        assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 2
        server.stop()
    assert server.errors == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1 column 1: invalid JSON"),
        (b"[]", "must be an object"),
        (b"\xff\xfe", "byte 0: not UTF-8 text"),
        (b"[" * 100_000, "nested more than 74 levels deep"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "cannot parse JSON"),
    ],
    ids=["empty", "list", "utf-16", "deep", "long number"],
)
def test_a_file_that_is_not_a_fixture_is_rejected(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(content)
    errors = failing_run("fixture", "check", "mine.json", cwd=tmp_path)
    assert errors.startswith("mine.json: ")
    assert message in errors


def test_every_mistake_in_a_declared_resource_is_reported(tmp_path: Path) -> None:
    widgets = {
        "id": "widget_id",
        "fields": {
            "widget_id": "text",
            "page": "whole",
            "colour": "color",
            "box": {"size": "hole", "lids": [{"kind": "txt"}]},
        },
        "methods": ["GOT"],
        "tables": "x",
        "required": ["shape"],
        "entity_type": "widget",
    }
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"resources": {"Widgets": widgets, "GADGETS": []}}), encoding="utf-8")
    errors = failing_run("fixture", "check", str(path), cwd=tmp_path)
    for message in (
        "Widgets: unknown part 'tables'",
        "Widgets: 'page' cannot be the name of a field",
        'Widgets: widget_id: must be declared as "whole"',
        "Widgets: colour: must be declared as",
        "Widgets: box.size: must be declared as",
        "Widgets: box.lids.kind: must be declared as",
        "Widgets: entity_type: must be a name such as WIDGET",
        "Widgets: methods: must be a list",
        "Widgets: required: must be a list",
        "GADGETS: a path must be letters and digits",
        "GADGETS: must be an object",
        "11 mistakes",
    ):
        assert message in errors
