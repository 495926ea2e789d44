"""A mock answers the recorded cases as the service did, unless it behaves differently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.contract.personal_data import Pseudonyms
from mockrevio.contract.record.recording import Recording
from mockrevio.contract.record.replay import case_name
from mockrevio.contract.verify.comparison import Result
from mockrevio.contract.verify.recorded_cases import cases_in, replayed
from mockrevio.errors import SettingError
from mockrevio.revio.resources import BUILT_IN
from mockrevio.settings import Settings
from tests.command_line import failing_run, run
from tests.contract_tools.record.common import proxying
from tests.contract_tools.record.test_transparency import REQUESTS, send
from tests.support import Client, serving


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases of calls to every endpoint, and of unusual ones."""
    folder = tmp_path_factory.mktemp("recording")
    recording = Recording(folder, Pseudonyms(b"k" * 32))
    with serving() as mock, proxying(mock.url, recording) as client:
        for request in REQUESTS:
            send(client, *request)
        for resource in BUILT_IN:
            read_all(client, resource.path, resource.id_field)
        client.put("/v1/Customers/1003", json=client.get("/v1/Customers/1003").json())
        client.put("/v1/Tasks/1001/action", json={"action": "COMPLETE"})
        client.patch("/v1/InventoryItem/assignService", json={"inventory_item_id": 1001, "service_id": None})
    recording.save()
    return folder / "cases.json"


def read_all(client: Client, path: str, id_field: str) -> None:
    records = client.get(f"/v1/{path}?page_size=2").json()["records"]
    for record in records[:1]:
        client.get(f"/v1/{path}/{record[id_field]}")
        for name in [name for name, value in record.items() if isinstance(value, (str, int))][1:3]:
            client.get(f"/v1/{path}", params={f"search.{name}": str(record[name])})


def replay_in(cases: Path, **settings: Any) -> list[Result]:
    found = cases_in(cases)
    assert found is not None
    return replayed(found, cases, Settings(explicit=frozenset(settings), **settings))


def test_a_mock_like_the_service_gives_the_same_responses(cases: Path) -> None:
    results = replay_in(cases)
    assert [result.rule.name for result in results if result.verdict == "differs"] == []
    assert len(results) > 150
    assert [result.rule.name for result in results if result.verdict == "not checked"] == [
        "GET /v1/Customers/{id} 502",
        "GET /v1/Customers/{id} 503",
        "POST /v1/IntegrationKeyLink 415",
        "POST /v1/Notes 413",
    ]


def test_a_mock_that_behaves_differently_is_found_out(cases: Path) -> None:
    results = replay_in(cases, error_shape="object", duplicates="allow")
    found = {
        result.rule.name: [(each.case, each.mock, each.service) for each in result.differences]
        for result in results
        if result.verdict == "differs"
    }
    statuses = {name.partition(" #")[0].rpartition(" ")[2] for name in found}
    assert statuses <= {"400", "401", "404", "405", "415"}
    assert found["GET /v1/Customers/{text} 404"] == [("body", "is object, not array or null", "as recorded")]
    assert [("status", 201, 400)] in found.values()  # a duplicate


def test_a_changed_response_is_a_difference(cases: Path, tmp_path: Path) -> None:
    document = json.loads(cases.read_text("utf-8"))
    (case,) = [each for each in document["cases"] if case_name(each) == "GET /v1/SystemStatus 200"]
    case["response"]["body"]["properties"] = {"new": {"type": "string"}}
    case["response"]["body"]["required"] = ["new"]
    changed = tmp_path / "cases.json"
    changed.write_text(json.dumps({**document, "cases": [case]}), "utf-8")
    ran = run("verify", "--against", str(changed))
    assert ran.returncode == 1, ran.stderr
    output = ran.stdout.decode().splitlines()
    assert output[0].startswith(f"{changed}, compared with mockrevio")
    assert [line.strip() for line in output[2:8]] == [
        "differs      GET /v1/SystemStatus 200  a recorded case",
        "body new",
        'mock:      "is missing"',
        'recording: "as recorded"',
        "body ok",
        'mock:      "is not described"',
    ]
    assert output[-1] == "1 cases: 0 same, 1 differs, 0 not checked"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"mockrevio_cases": 2, "cases": []}, "has format 2, not 1; record it again"),
        ({"mockrevio_cases": 1}, "is no file of cases as mockrevio record writes it"),
        ({"mockrevio_cases": 1, "cases": [1]}, "is no file of cases as mockrevio record writes it"),
        ({"mockrevio_cases": 1, "cases": [{"request": {}, "response": {}}]}, "is no file of cases"),
    ],
)
def test_a_file_of_another_version_is_refused(document: object, message: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(SettingError, match=message):
        cases_in(file)


def test_cases_are_not_sent_to_a_real_service(cases: Path) -> None:
    options = ("--url", "https://h", "--username", "me@acme", "--password-env", "REVIO_PASSWORD")
    message = failing_run("verify", *options, "--against", str(cases), env={"REVIO_PASSWORD": "hunter22"})
    assert "--against: the cases of mockrevio record are for a mock; leave out --url" in message
