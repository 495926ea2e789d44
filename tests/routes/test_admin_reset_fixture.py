"""A reset uses the fixture as it is on disk, and says whether that has changed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.routes.common import LINKS, assert_error
from tests.support import Client, serving

RESET = "/__admin/reset"


def write(path: Path, *customers: Any, **parts: Any) -> Path:
    """Write a fixture with these customers."""
    path.write_text(json.dumps({"entities": {"CUSTOMER": customers}, **parts}))
    return path


def reset(client: Client, query: str = "") -> bool:
    """Reset a world; return whether its fixture had changed."""
    body = client.post(f"{RESET}{query}").json()
    assert body["ok"] is True
    changed: bool = body["fixture"]["changed"]
    return changed


def customer_ids(client: Client) -> list[int]:
    return [
        each["customer_id"] for each in client.get("/__admin/state").json()["entities"].get("CUSTOMER", [])
    ]


def test_a_reset_uses_an_edited_fixture_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", 1)
    with serving(fixture=("empty", str(path))) as client:
        names = ["empty", str(path)]
        assert client.post(RESET).json()["fixture"] == {"names": names, "changed": False}
        write(path, 1, 2, settings={"duplicates": "allow"}, faults=[{"effect": {"latency": "0s"}}])
        assert customer_ids(client) == [1]
        assert client.post(RESET).json()["fixture"] == {"names": names, "changed": True}
        assert customer_ids(client) == [1, 2]
        assert client.get("/__admin/settings").json()["duplicates"] == "allow"
        assert client.get("/__admin/faults").json()["count"] == 1
        assert not reset(client)
        assert customer_ids(client) == [1, 2]


def test_an_edit_of_the_same_size_within_one_tick_of_the_file_system_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", 1)
    status = path.stat()
    with serving(fixture=("empty", str(path))) as client:
        write(path, 2)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert reset(client)
        assert customer_ids(client) == [2]


def test_a_path_is_that_of_the_start_even_if_the_process_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine.json", 1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere / "mine.json", 9)
    monkeypatch.chdir(tmp_path)
    with serving(fixture=("empty", "mine.json")) as client:
        monkeypatch.chdir(elsewhere)
        write(tmp_path / "mine.json", 2)
        assert reset(client)
        assert customer_ids(client) == [2]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            '{"entities": {"CUSTOMER": ["x", {}]}, "x": 1}',
            [": entities.CUSTOMER[0]", ": entities.CUSTOMER[1].customer_id", ": x"],
        ),
        ('{"entities": ', [": line 1 column 14"]),
        (None, [""]),
    ],
    ids=["mistakes", "no JSON", "deleted"],
)
def test_a_broken_fixture_is_an_error_with_its_mistakes_and_changes_nothing(
    text: str | None, places: list[str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine.json", 1)
    with serving(fixture=("empty", str(path))) as client:
        client.link(internal_id=1)
        client.post("/__admin/faults", json={"effect": {"latency": "0s"}}).raise_for_status()
        before, calls = client.get("/__admin/state").text, client.get("/__admin/requests").json()["count"]
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        response = client.post(RESET)
        assert str(path) in assert_error(response, 400, "invalid")
        assert [each["place"] for each in response.json()["mistakes"]] == [f"{path}{each}" for each in places]
        assert client.get("/__admin/state").text == before
        assert client.get("/__admin/requests").json()["count"] == calls
        write(path, 3)
        assert reset(client)
        assert customer_ids(client) == [3]


def test_each_world_uses_the_edited_fixture_when_it_is_reset_or_created(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", 1)
    with serving(fixture=("empty", str(path)), isolate_clients=True) as client:
        for code in ("a", "b"):
            client.get("/v1/Customers/1", auth=(f"tester@{code}", "x")).raise_for_status()
        write(path, 2)
        assert reset(client, "?client=a")
        assert client.get("/v1/Customers/2", auth=("tester@a", "x")).ok
        assert not client.get("/v1/Customers/2", auth=("tester@b", "x")).ok
        assert client.get("/v1/Customers/2", auth=("tester@new", "x")).ok
        assert not reset(client, "?client=new")
        assert reset(client, "?client=b")
        assert client.get("/v1/Customers/2", auth=("tester@b", "x")).ok


def test_a_world_is_not_created_from_a_broken_fixture(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", 1)
    with serving(fixture=("empty", str(path)), isolate_clients=True) as client:
        path.write_text('{"nonsense": 1}')
        response = client.get("/v1/Customers/1")
        assert response.status_code == 503
        assert f"{path}: nonsense: unknown" in response.headers["X-Mock-Explain"]
        write(path, 1)
        assert client.get("/v1/Customers/1").ok


def test_after_another_state_the_fixture_has_not_changed(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", 1)
    with serving(fixture=("empty", str(path))) as client:
        client.put("/__admin/state", json={}).raise_for_status()
        assert not reset(client)


def test_data_of_another_fixture_came_from_a_changed_one(tmp_path: Path) -> None:
    with serving(data=tmp_path, fixture=("empty",)):
        pass
    with serving(data=tmp_path, fixture=("default",)) as client:
        assert reset(client)
        assert not reset(client)
    with serving(data=tmp_path, fixture=("default",)) as client:
        assert not reset(client)


def test_a_saved_state_with_everything_that_run_time_allows_is_a_fixture(tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    with serving() as client:
        client.patch("/__admin/settings", json={"duplicates": "allow"}).raise_for_status()
        client.link()
        client.link()
        client.patch("/__admin/settings", json={"duplicates": "reject"}).raise_for_status()
        client.delete("/v1/Customers/1015").raise_for_status()
        client.post("/v1/Contacts", json={"customer_id": 77, "name": "x"}).raise_for_status()
        saved.write_bytes(client.get("/__admin/state").content)
    with serving(fixture=(str(saved),)) as client:
        assert client.get("/__admin/state").content == saved.read_bytes()
        assert client.get(LINKS).json()["record_count"] == 2
