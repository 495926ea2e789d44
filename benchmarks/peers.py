"""The servers that mockrevio is compared with, each with the requests closest to a search and a create."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks import programs, servers
from benchmarks.client import NUMBER, Request
from benchmarks.launch import CONSTANT_BODY
from benchmarks.servers import CREATE, LINKS, SEARCH, Running, free_port, link, running


@dataclass(frozen=True)
class Peer:
    """How to start a server, with its files in a folder, and what to send it."""

    start: Callable[[Path], AbstractContextManager[Running]]
    search: Request = SEARCH
    create: Request = CREATE
    first: Request | None = None
    """A request that the others rely on."""


def json_server(folder: Path, links: int = 100) -> AbstractContextManager[Running]:
    """Run json-server with this many key links in its file."""
    path = folder / "json-server.json"
    path.write_text(json.dumps({"links": [{"id": n, **link(n)} for n in range(1, links + 1)]}), "utf-8")
    port = free_port()
    program = programs.peer("node_modules/.bin/json-server")
    return running([program, "--quiet", "--port", str(port), str(path)], port, "/links/1")


def prism(folder: Path) -> AbstractContextManager[Running]:
    """Run prism with an OpenAPI description of the key links."""
    example = {"schema": {"type": "object"}, "example": json.loads(CONSTANT_BODY)}
    answer = {"description": "fine", "content": {"application/json": example}}
    external_id = {"name": "external_id", "in": "query", "schema": {"type": "string"}}
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    paths = {
        LINKS: {
            "get": {"parameters": [external_id], "responses": {"200": answer}},
            "post": {"requestBody": body, "responses": {"201": answer}},
        }
    }
    document = {"openapi": "3.0.3", "info": {"title": "Rev.io", "version": "1"}, "paths": paths}
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), "utf-8")
    port = free_port()
    return running(
        [programs.peer("node_modules/.bin/prism"), "mock", "--port", str(port), str(path)], port, LINKS
    )


def mockoon(folder: Path) -> AbstractContextManager[Running]:
    """Run Mockoon's command line with one route."""
    response = {
        "uuid": str(uuid4()),
        "body": CONSTANT_BODY.decode(),
        "statusCode": 200,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "bodyType": "INLINE",
        "disableTemplating": True,
        "default": True,
    }
    route = {
        "uuid": str(uuid4()),
        "type": "http",
        "method": "all",
        "endpoint": LINKS.lstrip("/"),
        "responses": [response],
    }
    port = free_port()
    environment = {
        "uuid": str(uuid4()),
        "lastMigration": 33,
        "name": "Rev.io",
        "port": port,
        "hostname": "127.0.0.1",
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": route["uuid"]}],
    }
    path = folder / "mockoon.json"
    path.write_text(json.dumps(environment), "utf-8")
    command = [programs.peer("node_modules/.bin/mockoon-cli"), "start", "--data", str(path), "--repair"]
    return running([*command, "--disable-log-to-file"], port, LINKS, home=folder)


def wiremock(folder: Path) -> AbstractContextManager[Running]:
    """Run WireMock with one stub. Its request journal is on, as it is by default."""
    response = {"body": CONSTANT_BODY.decode(), "headers": {"Content-Type": "application/json"}}
    stub = {"request": {"method": "ANY", "urlPath": LINKS}, "response": {"status": 200, **response}}
    path = folder / "wiremock/mappings/links.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stub), "utf-8")
    port = free_port()
    jar = programs.peer("node_modules/wiremock/build/wiremock-standalone-*.jar")
    command = [programs.java(), "-jar", jar, "--port", str(port), "--root-dir", str(folder / "wiremock")]
    return running(command, port, LINKS)


def localstripe(_: Path) -> AbstractContextManager[Running]:
    """Run localstripe, which stores its data in memory."""
    port = free_port()
    return running([programs.peer("venv/bin/localstripe"), "--port", str(port), "--from-scratch"], port, "/")


def moto(_: Path) -> AbstractContextManager[Running]:
    """Run moto's server, which stores its data in memory."""
    port = free_port()
    return running([programs.peer("venv/bin/moto_server"), "--port", str(port)], port, "/moto-api/")


def stock_tinydb(folder: Path, links: int) -> AbstractContextManager[Running]:
    """Run stock TinyDB with this many key links."""
    path = folder / "stock.json"
    path.write_text(json.dumps({"key_links": {str(n): link(n) for n in range(1, links + 1)}}), "utf-8")
    return servers.launched("stock", str(path), ready="/")


MOCKREVIO = Peer(lambda folder: servers.mockrevio("--data", tempfile.mkdtemp(dir=folder)))

BASELINE = Peer(lambda _: servers.launched("baseline"))
CHEROOT = Peer(lambda _: servers.launched("cheroot"))

_STRIPE = "sk_test_12345"
_CUSTOMER = f"{NUMBER}@example.com"

OTHERS = {
    "json-server": Peer(
        json_server,
        SEARCH._replace(path=SEARCH.path.replace(LINKS, "/links")),
        CREATE._replace(path="/links"),
    ),
    "prism": Peer(prism),
    "localstripe": Peer(
        localstripe,
        Request(f"/v1/customers?email={_CUSTOMER}", user=_STRIPE),
        Request("/v1/customers", json.dumps({"email": _CUSTOMER}), user=_STRIPE),
    ),
    "moto": Peer(
        moto,  # S3: an object in a bucket
        Request(f"/links/{NUMBER}"),
        Request(f"/links/{NUMBER}", CREATE.body, "PUT"),
        first=Request("/links", method="PUT"),
    ),
    "wiremock": Peer(wiremock),
    "mockoon": Peer(mockoon),
}
"""Mock servers of other kinds, which `make bench` installs."""

CONSTANT = ("prism", "mockoon", "wiremock")
"""Those that take mockrevio's own requests and return a constant."""
