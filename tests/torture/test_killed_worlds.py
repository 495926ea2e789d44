"""A server with several worlds, killed at any moment of any operation: each world is as an exact model says.

One client sends one operation after the other, so at most one is not acknowledged when the server is killed:
it has happened completely, or not at all.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.support import LINK, Client
from tests.torture.common import LINKS, Scale, eventually, server

CODES = ("acme", "beta", "gamma")
SNAPSHOTS = ("one", "two")
OPTIONS = ("--isolate-clients", "--clock", "2030-01-02T03:04:05")


@dataclass
class Contents:
    """What a state document has, as far as the operations change it."""

    links: dict[int, str] = field(default_factory=dict)
    next_id: int = 1
    duplicates: str | None = None


@dataclass
class World(Contents):
    """The expected contents of a world, and of its snapshots."""

    snapshots: dict[str, Contents] = field(default_factory=dict)

    def take(self, contents: Contents) -> None:
        """Have these contents from now on."""
        self.links, self.next_id = dict(contents.links), contents.next_id
        self.duplicates = contents.duplicates


class Call(NamedTuple):
    """A request that carries out an operation, and whether it removes the world."""

    method: str
    path: str
    body: Any = None
    removes: bool = False


def contents_of(state: dict[str, Any]) -> Contents:
    links = {link["integration_key_link_id"]: link["external_id"] for link in state["key_links"]}
    return Contents(links, state["next_ids"].get("key_links", 1), state["settings"].get("duplicates"))


def create(world: World) -> Call:
    world.links[world.next_id] = name = f"{random.randrange(1 << 40):x}"
    world.next_id += 1
    return Call("POST", LINKS, {**LINK, "external_id": name})


def delete(world: World) -> Call | None:
    if not world.links:
        return None
    link_id = random.choice(list(world.links))
    del world.links[link_id]
    return Call("DELETE", f"{LINKS}/{link_id}")


def patch_settings(world: World) -> Call:
    world.duplicates = random.choice(["allow", "reject"])
    return Call("PATCH", "/__admin/settings", {"duplicates": world.duplicates})


def reset(world: World) -> Call:
    world.take(Contents())
    return Call("POST", "/__admin/reset")


def replace_state(world: World) -> Call:
    first = random.randrange(1, 100)
    links = {number: f"{number:x}" for number in range(first, first + random.randrange(200))}
    world.take(Contents(links, first + 500, random.choice(["allow", None])))
    key_links = [
        {**LINK, "integration_key_link_id": number, "external_id": name} for number, name in links.items()
    ]
    settings = {} if world.duplicates is None else {"duplicates": world.duplicates}
    document = {
        "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
        "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
        "entities": {"CUSTOMER": [1015]},
        "key_links": key_links,
        "next_ids": {"key_links": world.next_id},
        "settings": settings,
    }
    return Call("PUT", "/__admin/state", document)


def save(world: World) -> Call:
    name = random.choice(SNAPSHOTS)
    world.snapshots[name] = Contents(dict(world.links), world.next_id, world.duplicates)
    return Call("PUT", f"/__admin/snapshots/{name}")


def restore(world: World) -> Call | None:
    if not world.snapshots:
        return None
    name = random.choice(list(world.snapshots))
    world.take(world.snapshots[name])
    return Call("POST", f"/__admin/snapshots/{name}/restore")


def forget(world: World) -> Call | None:
    if not world.snapshots:
        return None
    name, _ = world.snapshots.popitem()
    return Call("DELETE", f"/__admin/snapshots/{name}")


def remove(world: World) -> Call:
    del world
    return Call("DELETE", "/__admin/worlds/{code}", removes=True)


CREATING: list[Callable[[World], Call | None]] = [create]
ALL = [create] * 6 + [delete] * 3 + [patch_settings, reset, replace_state, save, restore, forget, remove]


class Worlds:
    """The expected worlds of a data folder, and the operation that was not acknowledged."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.pending: tuple[str, World | None] | None = None
        self.done = 0

    def verify(self, client: Client) -> None:
        """Compare everything with what the server has, and settle what was pending."""
        listed = {each["client"] for each in client.get("/__admin/worlds").json()["worlds"]}
        if self.pending is not None:
            (code, after), self.pending = self.pending, None
            found = actual(client, code) if code in listed else None
            before = self.worlds.get(code)
            # A world that was to be created by the operation may be there without it.
            assert found in (before, after) or (before is None and found == World()), (code, found)
            self.set(code, found)
        assert listed == set(self.worlds)
        for code, world in self.worlds.items():
            assert actual(client, code) == world, code

    def set(self, code: str, world: World | None) -> None:
        """A world is like this from now on, or gone."""
        if world is None:
            self.worlds.pop(code, None)
        else:
            self.worlds[code] = world

    def work(self, url: str) -> None:
        """Carry out operations until the server is gone."""
        client = Client(url)
        try:
            while True:
                self.step(client)
        except requests.RequestException:
            client.close()

    def step(self, client: Client) -> None:
        """Carry out one operation."""
        code = random.choice(CODES)
        before = self.worlds.get(code)
        after = deepcopy(before) or World()
        call = random.choice(CREATING if before is None else ALL)(after)
        if call is None:
            return
        self.pending = (code, None if call.removes else after)
        path = call.path.format(code=code) + ("" if call.removes else f"?client={code}")
        path = call.path if call.path.startswith("/v1") else path
        response = client.request(call.method, path, json=call.body, auth=(f"tester@{code}", "secret"))
        assert response.status_code in (200, 201), (call, response.text)
        self.set(*self.pending)
        self.pending = None
        self.done += 1


def actual(client: Client, code: str) -> World:
    """What a world has in fact."""

    def get(path: str) -> Any:
        response = client.get(f"/__admin/{path}?client={code}")
        assert response.status_code == 200, response.text
        return response.json()

    state = contents_of(get("state"))
    names = get("snapshots")["snapshots"]
    snapshots = {name: contents_of(get(f"snapshots/{name}")) for name in names}
    return World(state.links, state.next_id, state.duplicates, snapshots)


def test_worlds_that_are_killed_at_any_operation_are_as_the_model_says(
    tmp_path: Path, how_much: Scale
) -> None:
    expected = Worlds()
    failures: list[BaseException] = []

    def work(url: str) -> None:
        try:
            expected.work(url)
        except BaseException as failure:
            failures.append(failure)

    cycles = how_much(short=6, long=300)
    for cycle in range(cycles):
        checkpointing = cycle % 3 != 0
        with server(
            "--data", str(tmp_path), *OPTIONS, checkpointing=checkpointing, fixture="default"
        ) as running:
            assert running.start_line, running.errors
            expected.verify(running.client)
            done = expected.done
            worker = threading.Thread(target=work, args=(running.client.url,))
            worker.start()
            assert eventually(lambda: expected.done > done or bool(failures))  # noqa: B023
            time.sleep(random.random() * 0.3)
            running.process.kill()
            worker.join()
            assert failures == []
            running.kill()
            assert not [line for line in running.errors if "is incomplete and was dropped" not in line]
    with server("--data", str(tmp_path), *OPTIONS, fixture="default") as running:
        expected.verify(running.client)
        assert running.stop() == 0
    assert expected.done >= cycles
    kept = {f"{code}{suffix}" for code in expected.worlds for suffix in (".json", ".jsonl")}
    files = {path.name for path in tmp_path.iterdir() if path.is_file() and not path.name.startswith(".")}
    assert files - {"default.json", "default.jsonl"} == kept, "nothing of a removed world is left"
