"""`--watch`: worlds are reset when a fixture file has changed, and left alone when it is broken."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockrevio import MockRevio
from mockrevio.errors import SettingError
from mockrevio.world.fixture_watcher import INTERVAL
from tests.command_line import failing_run
from tests.support import Client, Process, process
from tests.torture.common import eventually


def customers(*ids: int) -> str:
    """A fixture with these customers."""
    return json.dumps({"entities": {"CUSTOMER": list(ids)}})


@contextmanager
def watching(path: Path, *arguments: str) -> Iterator[Process]:
    """A server that watches a fixture file."""
    fixtures = ("--fixture", "empty", "--fixture", str(path))
    with process("--watch", "--ephemeral", *fixtures, *arguments) as server:
        yield server


def has_customer(client: Client, customer_id: int) -> bool:
    return client.get(f"/v1/Customers/{customer_id}").status_code == 200


def write_in_place(path: Path, text: str) -> None:
    path.write_text(text)


def replace_atomically(path: Path, text: str) -> None:
    other = path.with_suffix(".tmp")
    other.write_text(text)
    other.replace(path)


def delete_and_create(path: Path, text: str) -> None:
    path.unlink()
    time.sleep(INTERVAL / 4)  # an editor is not faster
    path.write_text(text)


def write_in_steps(path: Path, text: str) -> None:
    with path.open("w") as file:
        for character in text:
            file.write(character)
            file.flush()
            time.sleep(INTERVAL / 100)


@pytest.mark.parametrize(
    "save",
    [write_in_place, replace_atomically, delete_and_create, write_in_steps],
    ids=["in place", "atomically", "deleted and created", "in steps"],
)
def test_an_edited_fixture_resets_the_world_however_it_is_saved(save: object, tmp_path: Path) -> None:
    assert callable(save)
    path = tmp_path / "mine.json"
    path.write_text(customers(1))
    with watching(path) as server:
        server.client.link(internal_id=1)
        save(path, customers(1, 22))
        assert eventually(lambda: has_customer(server.client, 22))
        assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 0
        server.stop()
    assert server.errors == [f"mockrevio: {path} changed; the world was reset\n"]


def test_all_worlds_are_reset_but_those_that_have_been_already(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(customers(1))
    with watching(path, "--isolate-clients") as server:
        for client in ("a", "b"):
            server.client.auth = (f"tester@{client}", "secret")
            server.client.link(internal_id=1)
        path.write_text(customers(1, 2))
        assert eventually(lambda: "3 worlds were reset" in "".join(server.errors))
        for client in ("a", "b"):
            server.client.auth = (f"tester@{client}", "secret")
            assert has_customer(server.client, 2)
            assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 0


def test_a_broken_fixture_is_reported_and_leaves_the_world_until_it_is_right(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(customers(1))
    with watching(path) as server:
        server.client.link(internal_id=1)
        path.write_text('{"entities": {"CUSTOMER": ["x"]}, "nonsense": 1}')
        assert eventually(lambda: len(server.errors) == 3)
        assert server.errors[0] == (
            "mockrevio: warning: the edited fixture was not loaded, because it has mistakes; "
            "no world was changed:\n"
        )
        assert f"warning: {path}: entities.CUSTOMER[0]: must be" in server.errors[1]
        assert f"warning: {path}: nonsense: unknown" in server.errors[2]
        assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 1
        path.write_text(customers(1, 2))
        assert eventually(lambda: has_customer(server.client, 2))
        assert eventually(lambda: "changed; the world was reset" in server.errors[-1])


def test_a_file_that_only_looks_changed_resets_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(customers(1))
    with watching(path) as server:
        server.client.link(internal_id=1)

        def was_reset() -> bool:
            return bool(server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 0)

        os.utime(path)
        assert not eventually(was_reset, seconds=4 * INTERVAL)
        path.write_text("[]")
        assert eventually(lambda: bool(server.errors))
        path.write_text(customers(1))
        assert not eventually(was_reset, seconds=4 * INTERVAL)


def test_the_handle_watches_too_and_stops_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(customers(1))
    revio = MockRevio(fixture=["empty", path], watch=True).start()
    assert "mockrevio-watch" in {thread.name for thread in threading.enumerate()}
    path.write_text(customers(5))
    assert eventually(lambda: [each["customer_id"] for each in revio.state["entities"]["CUSTOMER"]] == [5])
    revio.stop()
    assert "mockrevio-watch" not in {thread.name for thread in threading.enumerate()}


def test_there_must_be_a_file_to_watch() -> None:
    errors = failing_run("serve", "--watch", "--ephemeral", "--fixture", "empty", "--fixture", "demo")
    assert errors == (
        "mockrevio: --watch: empty and demo cannot change: included in mockrevio; "
        "pass your own file with --fixture FILE, or remove --watch\n"
    )
    with pytest.raises(SettingError, match="pass your own file"):
        MockRevio(watch=True).start()
