"""Isolated worlds in the admin API: listing, limiting and deleting them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from mockrevio import real_time
from mockrevio.settings import Credential
from tests.contract.raw import Raw, with_length
from tests.routes.common import LINKS, assert_error
from tests.routes.test_admin_responses import GET_PATHS
from tests.support import LINK, Client, serving

WORLDS = "/__admin/worlds"


@pytest.fixture
def isolated(tmp_path: Path) -> Iterator[Client]:
    with serving(isolate_clients=True, data=tmp_path / "data") as client:
        yield client


def clients(client: Client) -> list[str]:
    return [world["client"] for world in client.get(WORLDS).json()["worlds"]]


def as_client(code: str) -> tuple[str, str]:
    return (f"tester@{code}", "secret")


def test_worlds_are_listed_with_their_number_of_key_links(isolated: Client) -> None:
    assert isolated.get(WORLDS).json() == {"isolated": True, "count": 0, "worlds": []}
    isolated.link()
    isolated.get("/__admin/ready").raise_for_status()
    isolated.get(LINKS, auth=as_client("other")).raise_for_status()
    assert isolated.get(WORLDS).json() == {
        "isolated": True,
        "count": 2,
        "worlds": [
            {"client": "acme", "loaded": True, "key_links": 1},
            {"client": "other", "loaded": True, "key_links": 0},
        ],
    }
    assert isolated.get("/__admin/health").json()["worlds"] == ["default", "acme", "other"]


def test_worlds_on_disk_are_listed_and_loaded_on_first_use(tmp_path: Path) -> None:
    for run in (1, 2):
        with serving(isolate_clients=True, data=tmp_path) as client:
            if run == 2:
                listed = [{"client": "acme", "loaded": False, "key_links": None}]
                assert client.get(WORLDS).json()["worlds"] == listed
                assert client.get("/__admin/health").json()["worlds"] == ["default"]
            assert client.link(external_id=f"run {run}") == run
            assert client.get(WORLDS).json()["worlds"][0]["loaded"]


def test_deleting_a_world_deletes_its_files_and_snapshots(isolated: Client, tmp_path: Path) -> None:
    isolated.link()
    isolated.put("/__admin/snapshots/mine", params={"client": "acme"}).raise_for_status()
    isolated.put("/__admin/snapshots/kept").raise_for_status()
    data = tmp_path / "data"
    assert (data / "snapshots" / "acme" / "mine.json").exists()
    assert isolated.delete(f"{WORLDS}/acme").json() == {"ok": True}
    files = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    assert files == {".lock", "default.json", "default.jsonl", str(Path("snapshots/default/kept.json"))}
    assert clients(isolated) == []
    assert isolated.link() == 1
    assert isolated.get("/__admin/snapshots", params={"client": "acme"}).json()["snapshots"] == []


def test_a_world_that_is_only_on_disk_can_be_deleted(tmp_path: Path) -> None:
    with serving(isolate_clients=True, data=tmp_path) as client:
        client.link()
    with serving(isolate_clients=True, data=tmp_path) as client:
        client.delete(f"{WORLDS}/acme").raise_for_status()
        assert clients(client) == []
        assert not list(tmp_path.glob("acme*"))
        assert client.link() == 1


def test_deleting_an_unknown_world_is_404_and_lists_the_known_ones(isolated: Client) -> None:
    isolated.get(LINKS).raise_for_status()
    for path in (f"{WORLDS}/default", f"{WORLDS}/Acme", f"{WORLDS}?client=nobody"):
        assert "acme" in assert_error(isolated.delete(path), 404, "not_found")
    assert clients(isolated) == ["acme"]


@pytest.mark.parametrize(
    "code", ["a/b", "/etc/passwd", "..", "../..", ".", "%2e", "a b", "ü?#&", "con", "x@y"]
)
def test_any_client_code_works_in_the_query(isolated: Client, code: str) -> None:
    params = {"client": code}
    isolated.post("/__admin/reset", params=params).raise_for_status()
    assert clients(isolated) == [code]
    assert isolated.delete(WORLDS, params=params).json() == {"ok": True}
    assert clients(isolated) == []


def test_deleting_without_a_client_code_is_rejected(isolated: Client) -> None:
    isolated.get(LINKS).raise_for_status()
    assert "client" in assert_error(isolated.delete(WORLDS), 400, "invalid")
    assert clients(isolated) == ["acme"]


@pytest.mark.parametrize("ephemeral", [True, False])
def test_beyond_the_limit_both_apis_respond_with_503_and_the_fix(tmp_path: Path, ephemeral: bool) -> None:
    place = {"ephemeral": True} if ephemeral else {"data": tmp_path}
    with serving(isolate_clients=True, max_worlds=2, **place) as client:
        for code in ("one", "two"):
            client.get(LINKS, auth=as_client(code)).raise_for_status()
        response = client.post(LINKS, json=LINK)
        assert response.status_code == 503
        assert response.json() == [
            {"ok": False, "error": "server_error", "message": "The service is unavailable."}
        ]
        explain = response.headers["X-Mock-Explain"]
        assert "raise --max-worlds" in explain
        assert explain.endswith("for example with DELETE /__admin/worlds/one")
        response = client.post("/__admin/reset", params={"client": "acme"})
        assert "no world can be created for client code 'acme'" in assert_error(
            response, 503, "too_many_worlds"
        )
        assert clients(client) == ["one", "two"]
        assert client.get(LINKS, auth=as_client("one")).status_code == 200
        client.delete(f"{WORLDS}/one").raise_for_status()
        assert client.link() == 1


@pytest.mark.parametrize("log", ["requests", "webhooks"])
def test_deleting_a_world_ends_everything_that_waits_in_it(isolated: Client, log: str) -> None:
    isolated.get(LINKS, auth=as_client("one")).raise_for_status()
    with Raw(isolated.url) as waiting:
        body = b'{"count": 9, "timeout": "60s"}'
        waiting.send(with_length("POST", f"/__admin/{log}/verify?client=one", body))
        time.sleep(1)  # it has arrived by then, on a busy machine too
        isolated.delete(f"{WORLDS}/one").raise_for_status()
        assert waiting.is_closed()
    assert clients(isolated) == []


def test_without_isolation_there_are_no_worlds_to_list_or_delete(client: Client) -> None:
    assert client.get(WORLDS).json() == {"isolated": False, "count": 0, "worlds": []}
    assert "reset" in assert_error(client.delete(f"{WORLDS}/acme"), 400, "not_isolated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/__admin/health"),
        ("GET", "/__admin/state"),
        ("POST", "/__admin/reset"),
        ("GET", "/__admin/worlds"),
    ],
)
def test_without_isolation_a_client_code_is_rejected_on_every_route(
    client: Client, method: str, path: str
) -> None:
    client.link()
    message = assert_error(client.request(method, f"{path}?client=acme"), 400, "invalid")
    assert "--isolate-clients" in message
    assert client.get(f"{LINKS}/1").status_code == 200


@pytest.mark.parametrize("query", ["client=", f"client={'x' * 65}", "client=a&client=b"])
def test_an_invalid_client_code_is_rejected(isolated: Client, query: str) -> None:
    assert "client" in assert_error(isolated.get(f"/__admin/state?{query}"), 400, "invalid")
    assert clients(isolated) == []


def test_other_files_in_the_data_folder_are_ignored(tmp_path: Path) -> None:
    package = tmp_path / "package.json"
    package.write_text('{"name": "something else"}', "utf-8")
    with serving(isolate_clients=True, data=tmp_path) as client:
        client.link()
        assert clients(client) == ["acme"]
        assert_error(client.delete(f"{WORLDS}/package"), 404, "not_found")
    assert package.read_text("utf-8") == '{"name": "something else"}'


@pytest.mark.parametrize("ephemeral", [True, False])
def test_no_get_creates_a_world(tmp_path: Path, ephemeral: bool) -> None:
    place = {"ephemeral": True} if ephemeral else {"data": tmp_path}
    with serving(isolate_clients=True, **place) as client:
        files = set(tmp_path.rglob("*"))
        for path in GET_PATHS:
            message = assert_error(client.get(path, params={"client": "new co"}), 404, "not_found")
            assert "POST /__admin/reset?client=new%20co" in message
            assert client.head(path, params={"client": "new co"}).status_code == 404
        assert clients(client) == []
        assert set(tmp_path.rglob("*")) == files

        client.post("/__admin/reset?client=new%20co").raise_for_status()
        assert client.get("/__admin/state", params={"client": "new co"}).status_code == 200


def test_a_get_finds_a_world_on_disk(tmp_path: Path) -> None:
    with serving(isolate_clients=True, data=tmp_path) as client:
        client.link()
    with serving(isolate_clients=True, data=tmp_path) as client:
        assert client.get("/__admin/key_links", params={"client": "acme"}).json()["count"] == 1


def test_ready_creates_no_world(isolated: Client) -> None:
    before = clients(isolated)
    assert isolated.get("/__admin/ready", params={"client": "nobody"}).status_code == 200
    assert clients(isolated) == before


def test_unlisted_client_codes_create_no_worlds(tmp_path: Path) -> None:
    known = (Credential("a", "acme", "x"),)
    with serving(isolate_clients=True, data=tmp_path, credentials=known, max_worlds=2) as client:
        for number in range(4):
            assert client.get("/v1/SystemStatus", auth=(f"u@evil{number}", "p")).status_code == 401
            assert client.get("/favicon.ico", auth=(f"u@evil{number}", "p")).status_code == 404
        assert clients(client) == []
        assert client.get("/v1/SystemStatus", auth=("a@acme", "x")).status_code == 200
        assert clients(client) == ["acme"]


# Abandoned worlds make room.


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass for the worlds, without waiting for them."""
    passed = 0.0

    def let_pass(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    clock = SimpleNamespace(monotonic=lambda: real_time.monotonic() + passed)
    monkeypatch.setattr("mockrevio.world.last_uses.real_time", clock)
    return let_pass


@pytest.mark.parametrize("ephemeral", [True, False])
def test_the_world_that_was_abandoned_for_longest_makes_room_for_a_new_one(
    tmp_path: Path, ephemeral: bool, later: Callable[[float], None]
) -> None:
    place = {"ephemeral": True} if ephemeral else {"data": tmp_path}
    with serving(isolate_clients=True, max_worlds=2, **place) as client:
        for code in ("one", "two"):
            client.post(LINKS, json=LINK, auth=as_client(code)).raise_for_status()
        later(1800)
        response = client.get(LINKS, auth=as_client("three"))
        assert response.status_code == 503
        assert "2 exist, all used within the last 3600s" in response.headers["X-Mock-Explain"]
        client.get(LINKS, auth=as_client("one")).raise_for_status()
        later(1800)
        client.get(LINKS, auth=as_client("three")).raise_for_status()
        worlds = client.get("/__admin/worlds").json()["worlds"]
        assert [world["client"] for world in worlds if world["loaded"]] == ["one", "three"]
        later(3600)
        found = client.get(LINKS, auth=as_client("two")).json()["record_count"]
        assert found == (0 if ephemeral else 1)


def test_admin_calls_keep_a_world_in_use(later: Callable[[float], None]) -> None:
    with serving(isolate_clients=True, max_worlds=1, world_idle_timeout=60.0) as client:
        client.post("/__admin/reset", params={"client": "one"}).raise_for_status()
        for _ in range(4):
            later(59)
            client.get("/__admin/requests", params={"client": "one"}).raise_for_status()
        assert client.get(LINKS, auth=as_client("two")).status_code == 503
        later(60)
        assert client.get(LINKS, auth=as_client("two")).status_code == 200
