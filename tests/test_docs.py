"""The documentation is true: its snippets run, its links lead somewhere, its tables are complete."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from mockrevio.app import create_app
from mockrevio.control.faults import effects, specification
from mockrevio.control.faults.matching import MATCHER_PARTS
from mockrevio.control.faults.presets import PRESETS
from mockrevio.control.request_log import LOG_PARTS
from mockrevio.revio.behaviours import BEHAVIOURS
from mockrevio.revio.field_names import METHODS
from mockrevio.revio.format_rules import FORMAT_RULES
from mockrevio.revio.resources import BUILT_IN, ENTITIES
from mockrevio.revio.wire.envelopes import STATUS_BY_CODE
from mockrevio.seeding.fixture_files import shipped_names
from mockrevio.settings import Settings, declared_settings, option_name
from tests.examples.pages import Runner, read_page
from tests.node_client import install_package
from tests.programs import needs
from tests.support import ROOT, serving

PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG")),
    *(ROOT / "docs").rglob("*.md"),
]
PAGES.sort()
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*.md") if "node_modules" not in path.parts)
"""The pages of the examples; their snippets run in a copy of the folder that they are about."""
RUN_HERE = [path for path in (*PAGES, *EXAMPLES) if path.stem != "beside"]  # which test_beside.py runs
IGNORED = shutil.ignore_patterns("node_modules")
SHOWN_ONLY = {"make", "npm", "npx", "pip", "python", "python3", "docker", "git", "sudo", "kubectl", "helm"}
SHOWN_ONLY |= {".venv/bin/python", ".venv/bin/mockrevio"}
SHOWN_ONLY |= {"openapi-python-client", "openapi-generator-cli"}
"""Programs that a block which is not run may call: they install, never end, or need an engine or cluster."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def _runnable(path: Path) -> ParameterSet:
    node = ("node", "npm") if _needs_node(path) else ()
    programs = {program for step in read_page(path) for program in step.needed_programs}
    return pytest.param(path, marks=needs("bash", "curl", *node, *sorted(programs)), id=_name(path))


def _needs_node(path: Path) -> bool:
    return "node" in path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [_runnable(path) for path in RUN_HERE])
def test_the_snippets_of_a_page_run_and_print_what_it_shows(path: Path, tmp_path: Path) -> None:
    if path in EXAMPLES:
        shutil.copytree(path.parent, tmp_path, dirs_exist_ok=True, ignore=IGNORED)
    if _needs_node(path):
        install_package(tmp_path)
    wrong = [
        f"{_name(path)}, line {step.line}: {why}"
        for step, why in Runner(tmp_path).run(read_page(path))
        if why
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=_name)
def test_what_is_not_run_could_not_be(path: Path) -> None:
    known = {"sh", "python", "json", "toml", "text", "yaml", "powershell", "server", "restart", "kill"}
    known |= {"csharp", "go", "java", "js", "nginx", "php", "ts"}
    for step in read_page(path):
        assert step.words[0] in known, f"line {step.line}: {step.words}"
        if "no-run" in step.words and step.words[0] == "sh":
            programs = {line.split()[0] for line in step.text.splitlines()}
            assert programs <= SHOWN_ONLY, f"line {step.line}: {programs - SHOWN_ONLY} can be run"


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=_name)
def test_the_options_of_the_server_of_a_page_are_visible(path: Path) -> None:
    text = path.read_text("utf-8")
    for step in read_page(path):
        if step.words == ("server",):
            assert re.search(rf"mockrevio serve {re.escape(step.text)}[`\n]", text), f"line {step.line}"


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=_name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        linked = path.parent / name if name else path
        assert linked.is_file(), f"{target} in {_name(path)}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
            assert anchor in anchors, f"{target} in {_name(path)}"


def test_every_page_is_in_the_index() -> None:
    index = page("README.md")
    for path in (ROOT / "docs").rglob("*.md"):
        name = path.relative_to(ROOT / "docs").as_posix()
        assert name == "README.md" or f"({name})" in index, name


def test_the_generated_tables_are_up_to_date() -> None:
    """Settings, presets and rules are listed by the tables in the code, and so are the types."""
    for script in ("tables.py", "typed_dicts.py", "openapi_documents.py"):
        command = [sys.executable, f"docs/{script}", "--check"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_stale_table_is_reported_with_its_page(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = page("settings.md").replace("| `--port` |", "| `--porto` |")
    for name, content in (("settings.md", text), ("tables.py", page("tables.py"))):
        (tmp_path / "docs" / name).write_text(content, "utf-8")
    command = [sys.executable, "docs/tables.py"]

    checked = subprocess.run([*command, "--check"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (1, "docs/settings.md: stale; run make tables\n")
    updated = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert updated.returncode == 0
    assert (tmp_path / "docs/settings.md").read_text("utf-8") == page("settings.md")


def test_every_setting_rule_and_preset_is_on_its_page() -> None:
    for name, _, _ in declared_settings():
        assert f"| `{option_name(name)}`" in page("settings.md"), name
    for name in (*BEHAVIOURS, *FORMAT_RULES):
        assert f"| `{name}` |" in page("fidelity.md"), name
    for name in PRESETS:
        assert f"| `{name}` |" in page("fault-rules.md"), name


def test_every_endpoint_is_documented() -> None:
    text = page("entities.md")
    entity_types = {name: f"{name} ({number})" for number, name in enumerate(ENTITIES, start=1)}
    for resource in BUILT_IN:
        path = f"[`/v1/{resource.path}`](fields.md#{resource.path.lower()})"
        entity_type = entity_types.get(resource.entity_type or "", "")
        methods = ", ".join(sorted(resource.methods, key=METHODS.index))
        assert f"| {path} | `{resource.id_field}` | {entity_type} | {methods} |" in text


def test_every_endpoint_is_documented_with_its_fields() -> None:
    text = page("fields.md")
    for resource in BUILT_IN:
        section = text.partition(f"\n### {resource.path}\n")[2].partition("\n### ")[0]
        rows = re.findall(
            r"^\| `(\w+)` \| ([a-z]+)[a-z ]* \| (?:\[(\w+)\]\(#\w+\))? \|", section, re.MULTILINE
        )
        expected = [(each.name, each.kind, each.refers_to or "") for each in resource.fields.values()]
        assert rows == expected, resource.path


def test_the_members_of_objects_and_lists_are_documented() -> None:
    text = page("fields.md")
    for row in (
        "| `fields[].label` | text |  |  |",
        "| `listing_address` | object |  | same members as `billing_address` |",
        "| `parent_agent_id` | whole | [Agents](#agents) | `0` when unset |",
    ):
        assert f"\n{row}\n" in text


def test_every_error_code_is_documented_with_its_status() -> None:
    text = page("errors.md")
    for code, status in STATUS_BY_CODE.items():
        assert f"| {status} | `{code}` |" in text


_EXAMPLES = re.compile(r"(?<=/)(CUSTOMER|1015|1|00000001|before|acme)(?=/|$)")
"""What the table of admin calls puts for a type, ids, a snapshot and a client code."""


def test_every_admin_call_is_documented_and_no_other() -> None:
    documented = set()
    for method, path in re.findall(r"^\| `([A-Z]+) /__admin(/\S*)` \|", page("admin.md"), flags=re.MULTILINE):
        documented.add((method, _EXAMPLES.sub("*", path)))
    assert documented == _admin_rules()


def _admin_rules() -> set[tuple[str, str]]:
    app = create_app(Settings(ephemeral=True))
    try:
        return {
            (method, re.sub(r"<[\w:]+>", "*", rule.rule.removeprefix("/__admin")))
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            if rule.rule.startswith("/__admin") and not rule.rule.startswith("/__admin/static/")
        }
    finally:
        app.close()


def _parts(text: str, heading: str) -> list[str]:
    """What the first table under a heading has in its first column, in backticks."""
    section = text.partition(f"\n## {heading}")[2].partition("\n## ")[0]
    table = section.partition("\n|---")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("Rule parts", specification._READERS),
        ("`match`", MATCHER_PARTS),
        ("`when`", specification._WHEN_READERS),
        ("`effect`", effects._READERS),
        ("Presets", PRESETS),
        ("Connection faults", effects.CONNECTION_FAULTS),
    ],
)
def test_every_part_of_a_fault_is_documented(heading: str, known: Iterable[str]) -> None:
    assert sorted(_parts(page("fault-rules.md"), heading)) == sorted(known)


def test_every_part_of_a_logged_call_is_documented() -> None:
    text = page("request-log.md")
    with serving() as client:
        client.get("/v1/SystemStatus")
        [entry] = client.get("/__admin/requests").json()["requests"]
    for name in entry:
        assert re.search(rf"^\|(?: `\w+`,)* `{name}`[ ,]", text, flags=re.MULTILINE), name


def test_every_filter_of_the_request_log_is_documented() -> None:
    section = page("request-log.md").partition("\n## Filter")[2].partition("`GET /__admin/requests` takes")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(LOG_PARTS)


def test_every_admin_error_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (`.*?`) \|", page("admin.md"), flags=re.MULTILINE)
    documented = {(int(status), code) for status, codes in rows for code in re.findall(r"\w+", codes)}
    rooms = "".join(path.read_text("utf-8") for path in (ROOT / "mockrevio/routes/admin").glob("*.py"))
    said = {(int(status), code) for status, code in re.findall(r'\b([45]\d\d), "(\w+)"', rooms)}
    assert said <= documented, said - documented


def test_the_messages_that_the_storage_page_explains_are_said() -> None:
    rooms = [*(ROOT / "mockrevio" / "storage").glob("*.py"), *(ROOT / "mockrevio" / "world").glob("*.py")]
    said = re.sub(r'"\s+f?"', "", "".join(path.read_text("utf-8") for path in rooms))
    table = page("storage.md").partition("## What an error means")[2]
    messages = [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(messages) == 8
    for message in messages:
        for part in filter(None, (each.strip() for each in message.split("…"))):
            assert part.split("'")[0].strip() in said, f"{part!r} of docs/storage.md"


def test_every_shipped_fixture_is_documented() -> None:
    text = page("fixtures.md")
    for name in shipped_names():
        assert f"| `{name}` |" in text
