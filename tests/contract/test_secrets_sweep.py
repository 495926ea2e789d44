"""Secrets are sent everywhere, then everything that can be read is searched for them."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.settings import hash_secret
from tests.command_line import CLEAN_ENVIRONMENT, failing_run
from tests.contract.raw import basic
from tests.support import Client, Process, process

PASSWORD, KEY, TOKEN = "pw-hunter2", "key-hunter2", "token-hunter2"
ENCODED = [
    base64.b64encode(text.encode()).decode().rstrip("=")
    for text in (f"ann@acme:{PASSWORD}", f"ann@acme:{PASSWORD}-wrong", PASSWORD)
]
GOOD, WRONG = basic("ann@acme", PASSWORD), basic("ann@acme", f"{PASSWORD}-wrong")
HEADERS = "".join(
    f"{line}\r\n"
    for line in (
        f"Ocp-Apim-Subscription-Key: {KEY}",
        f"Cookie: sid={KEY}",
        f"Proxy-Authorization: {GOOD}",
        f"X-Api-Key: {KEY}",
        f"Referer: http://ann:{PASSWORD}@app.test/?subscription-key={KEY}&next=http%3A%2F%2Fa%3Ftoken%3D{KEY}",
    )
)
QUERY = f"subscription-key={KEY}&access_token={KEY}&password={PASSWORD}"
PATH = "/v1/IntegrationSystem"
REQUESTS = {
    "a good call": f"GET {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "a wrong password": f"GET {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {WRONG}\r\n",
    "no login": f"GET {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {basic(PASSWORD, PASSWORD)}\r\n",
    "no base64": f"GET {PATH} HTTP/1.1\r\nAuthorization: Basic {PASSWORD}\r\n",
    "no scheme": f"GET {PATH} HTTP/1.1\r\nAuthorization: {PASSWORD}\r\n",
    "an unknown scheme": f"GET {PATH} HTTP/1.1\r\nAuthorization: {PASSWORD} {PASSWORD}\r\n",
    "a token": f"GET {PATH} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n",
    "a user in the target": f"GET http://ann:{PASSWORD}@restapi.rev.io{PATH}?{QUERY} HTTP/1.1\r\n",
    "an unknown path": f"GET /v1/Nowhere?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "another path": f"GET /nowhere?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "an expectation": f"GET {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\nExpect: magic\r\n",
    "two lengths": f"POST {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n"
    "Content-Length: 0\r\nContent-Length: 1\r\n",
    "a wrong method": f"TRACE {PATH}?{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "a malformed parameter": f"GET {PATH}?page=x&{QUERY} HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "a fault of its own": f"GET {PATH} HTTP/1.1\r\nAuthorization: {GOOD}\r\nX-Mock-Fault: status=503\r\n",
    "a header without a colon": f"GET {PATH} HTTP/1.1\r\nAuthorization {PASSWORD}\r\n",
    "a space before the colon": f"GET {PATH} HTTP/1.1\r\nAuthorization : Basic {PASSWORD}\r\n",
    "a control character": f"GET {PATH} HTTP/1.1\r\nAuthorization: Basic {PASSWORD}\x01\r\n",
    "a folded header": f"GET {PATH} HTTP/1.1\r\nAuthorization: Basic\r\n {PASSWORD}\r\n",
    "a malformed version": f"GET {PATH}?{QUERY} HTTP/9.x\r\nAuthorization: {GOOD}\r\n",
    "a space in the target": f"GET {PATH}?{QUERY} x HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "a broken escape": f"GET {PATH}?%zz&{QUERY}&%ff=1 HTTP/1.1\r\nAuthorization: {GOOD}\r\n",
    "a malformed fault": f"GET {PATH} HTTP/1.1\r\nAuthorization: {GOOD}\r\nX-Mock-Fault: x\r\n",
    "a wrong admin token": f"GET /__admin/settings HTTP/1.1\r\nAuthorization: Bearer {TOKEN}-wrong\r\n",
    "no admin token": f"GET /__admin/nowhere?{QUERY} HTTP/1.1\r\n",
}


def assert_hidden(source: str, text: str) -> None:
    for secret in ("hunter2", *ENCODED):
        assert secret not in text, f"{source}: {text}"


def send(url: str, request: str) -> str:
    """The response to a request of these first lines."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"{request}Host: localhost\r\nConnection: close\r\n{HEADERS}\r\n".encode())
        with connection.makefile("rb") as response:
            return response.read().decode("latin-1")


def read_admin_api(client: Client) -> dict[str, str]:
    """Every response of the admin API to a GET, and of a stream what it begins with."""
    examples = {"{name}": "before", "{fault_id}": "1"}
    paths = [
        each.path for each in OPERATIONS if each.method == "GET" and not each.path.startswith("/entities/")
    ]
    for name, value in examples.items():
        paths = [path.replace(name, value) for path in paths]
    paths.remove("/requests/{request_id}")
    calls = client.get("/__admin/requests").json()["requests"]
    paths += [f"/requests/{each['id']}" for each in calls]
    found = {path: client.get(f"/__admin{path}").text for path in paths if path != "/events"}
    with client.get("/__admin/events", stream=True) as events:
        # A call that is answered meanwhile is in the stream.
        send(client.url, REQUESTS["a wrong password"])
        pieces = events.iter_content(None)
        found["/events"] = "".join(next(pieces).decode() for _ in range(2))
    assert '"calls":[{' in found["/events"]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a fixture that has secrets."""
    fault = {"match": {"headers": {"authorization": GOOD, "x": "y"}}, "effect": {"status": 503}}
    miss = {"match": {"headers": {"cookie": KEY}, "query": {"password": "x"}}, "effect": {"status": 502}}
    document = {"faults": [fault, miss], "settings": {"subscription_key": [KEY, "other"]}}
    (tmp_path / "mine.json").write_text(json.dumps(document), encoding="utf-8")
    config = f'credentials = ["ann@acme:{PASSWORD}"]\nadmin_token = "{TOKEN}"\n'
    (tmp_path / "mockrevio.toml").write_text(config, encoding="utf-8")
    return tmp_path


def start(folder: Path) -> Process:
    fixtures = ("--fixture", "default", "--fixture", "mine.json")
    arguments = ("--port", "0", "--config", "mockrevio.toml", "--data", "data", *fixtures)
    server = Process(*arguments, cwd=folder, env=CLEAN_ENVIRONMENT)
    server.client.auth = None
    server.client.headers["Authorization"] = f"Bearer {TOKEN}"
    return server


def test_no_secret_can_be_read_anywhere(folder: Path) -> None:
    statuses = {}
    for _ in range(2):  # the second server has the data of the first
        server = start(folder)
        try:
            client = server.client
            assert client.get("/__admin/state").json()["settings"]["subscription_key"][0] == hash_secret(KEY)
            for name, request in REQUESTS.items():
                response = send(client.url, request)
                statuses[name] = int(response.split()[1])
                assert_hidden(name, response)
            client.put("/__admin/snapshots/before").raise_for_status()
            client.patch("/__admin/settings", json={"subscription_key": KEY}).raise_for_status()
            match = {"method": "PUT", "headers": {"authorization": GOOD, "referer": "x"}}
            assert_hidden("verify", client.post("/__admin/requests/verify", json={"match": match}).text)
            for path, text in read_admin_api(client).items():
                assert_hidden(path, text)
        finally:
            assert server.stop() == 0
        assert_hidden("output", server.start_line + "".join(server.errors))
        for file in (folder / "data").rglob("*"):
            if file.is_file():
                assert_hidden(file.name, file.read_text(encoding="utf-8"))
    assert statuses["a good call"] == 200
    assert {statuses[name] for name in ("a wrong password", "no login", "no base64", "no scheme")} == {401}


def test_the_rest_of_a_password_with_a_space_is_not_printed() -> None:
    errors = failing_run("serve", "--credentials", "ann@acme:my", PASSWORD)
    assert "Quote a value that contains spaces" in errors
    assert_hidden("output", errors)


@pytest.mark.parametrize("name", ["credentials", "admin_token", "subscription_key"])
def test_a_server_that_does_not_start_does_not_print_the_secret_why(name: str, tmp_path: Path) -> None:
    text = "hunter2\x01"
    option = [f"--{name.replace('_', '-')}", text]
    (tmp_path / "mockrevio.toml").write_text(f"{name} = {json.dumps(text)}", encoding="utf-8")
    for arguments, environment in (
        (option, {}),
        ([], {f"MOCKREVIO_{name.upper()}": text}),
        (["--config", "mockrevio.toml"], {}),
    ):
        with process(*arguments, cwd=tmp_path, env={**CLEAN_ENVIRONMENT, **environment}) as server:
            pass
        assert "(a secret, not shown)" in "".join(server.errors)
        assert_hidden("output", server.start_line + "".join(server.errors))
