"""HTTPS with a throw-away authority, as curl, Node and requests see it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import trustme

from mockrevio import MockRevio
from mockrevio.errors import DataUnwritable, SettingError
from mockrevio.server import tls_context
from mockrevio.settings import Settings
from tests.support import AUTH, LINK, Process, process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Process]:
    options = ("--ephemeral", "--tls", "auto", "--hostname", "restapi.rev.io", "--tls-ca-out", "ca.pem")
    with process(*options, cwd=folder) as started:
        started.client.verify = str(folder / "ca.pem")
        yield started


def port_of(server: Process) -> int:
    return int(server.client.url.rpartition(":")[2])


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["curl", "--silent", "--show-error", "--max-time", "10", "--user", ":".join(AUTH), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_start_line_has_the_https_address_and_what_makes_clients_trust_it(
    server: Process, folder: Path
) -> None:
    assert "on https://127.0.0.1:" in server.start_line
    lines = [server.process.stdout.readline().strip() for _ in range(4)] if server.process.stdout else []
    variables = dict(line.partition("  #")[0].removeprefix("export ").split("=", 1) for line in lines)

    assert set(variables) == {"REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}
    assert set(variables.values()) == {f"'{folder / 'ca.pem'}'"}


def test_requests_trusts_it(server: Process) -> None:
    answer = server.client.get("/v1/SystemStatus")

    assert answer.json() == {"ok": True}
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{server.client.url}/v1/SystemStatus", auth=AUTH, timeout=10)


def test_curl_calls_rev_io_by_its_own_name(server: Process, folder: Path) -> None:
    port = port_of(server)
    to_mock = ("--cacert", str(folder / "ca.pem"), "--resolve", f"restapi.rev.io:{port}:127.0.0.1")
    answered = curl(*to_mock, "--include", f"https://restapi.rev.io:{port}/v1/IntegrationSystem/4")

    assert answered.stdout.startswith("HTTP/1.1 200 OK"), answered.stderr
    assert '"system_name":"SALESFORCE"' in answered.stdout


def test_curl_without_the_certificate_refuses_to_go_on(server: Process) -> None:
    assert curl(f"{server.client.url}/v1/SystemStatus").returncode == 60


def test_node_trusts_it_by_its_variable(server: Process, folder: Path) -> None:
    node = shutil.which("node")
    assert node, "Node is needed: CI installs it"
    program = """
        const headers = { authorization: "Basic " + btoa("tester@acme:secret") };
        fetch(process.argv[1] + "/v1/SystemStatus", { headers })
          .then((response) => response.json())
          .then((body) => console.log(JSON.stringify(body)));
    """
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(folder / "ca.pem")}
    command = [node, "-e", program, f"https://localhost:{port_of(server)}"]
    ended = subprocess.run(command, capture_output=True, text=True, env=env, timeout=30, check=False)

    assert ended.stdout.strip() == '{"ok":true}', ended.stderr


def test_location_is_an_https_address(server: Process) -> None:
    server.client.post("/__admin/reset")
    created = server.client.post("/v1/IntegrationKeyLink", json=LINK)

    assert created.headers["Location"] == f"{server.client.url}/v1/IntegrationKeyLink/1"


def test_plain_http_is_told_what_to_do_instead(server: Process) -> None:
    answer = requests.get(f"http://127.0.0.1:{port_of(server)}/v1/SystemStatus", timeout=10)

    assert answer.status_code == 400
    assert "call https:// instead" in answer.text


def test_clients_that_dawdle_over_the_handshake_hold_up_nobody(server: Process) -> None:
    dawdling = [socket.create_connection(("127.0.0.1", port_of(server))) for _ in range(30)]
    for connection in dawdling:
        connection.sendall(b"\x16\x03\x01")  # the beginning of a handshake, and no more
    began = time.monotonic()
    for _ in range(5):
        assert server.client.get("/v1/SystemStatus", headers={"Connection": "close"}).status_code == 200

    assert time.monotonic() - began < 3
    for connection in dawdling:
        connection.close()


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang"])
def test_connection_faults_are_real_over_tls_too(server: Process, kind: str) -> None:
    server.client.post("/__admin/reset")
    with pytest.raises(requests.RequestException):
        server.client.get("/v1/Customers", headers={"X-Mock-Fault": f"connection={kind}"}, timeout=1)

    assert server.client.get("/__admin/requests").json()["requests"][0]["response"]["delivered"] == kind


def test_a_keep_alive_connection_carries_many_calls(server: Process) -> None:
    server.client.post("/__admin/reset")
    ids = [server.client.link(external_id=f"{number}" * 200) for number in range(10)]
    answer = server.client.get("/v1/IntegrationKeyLink", params={"page_size": "500"})

    assert ids == list(range(1, 11))
    assert answer.json()["record_count"] == 10


def test_calls_that_are_sent_at_once_are_all_answered(server: Process, folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    call = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(call * 3)
        received = b""
        while received.count(b"HTTP/1.1 200") < 3:
            received += connection.recv(65536)


def test_a_certificate_of_ones_own_is_used(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    files = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with process("--ephemeral", *files) as started:
        url = started.client.url.replace("127.0.0.1", "localhost")
        answer = requests.get(
            f"{url}/v1/SystemStatus", auth=AUTH, verify=str(tmp_path / "ca.pem"), timeout=10
        )
    assert answer.status_code == 200


def test_the_health_check_asks_over_tls_where_the_settings_say_so(server: Process) -> None:
    env = {**os.environ, "MOCKREVIO_PORT": str(port_of(server)), "MOCKREVIO_TLS": "auto"}
    ended = subprocess.run(
        [sys.executable, "-m", "mockrevio", "healthcheck"],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"https://127.0.0.1:{port_of(server)} is ready")


def test_a_mockrevio_object_may_serve_https_as_well(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with MockRevio(tls="auto", tls_ca_out=str(ca)) as revio:
        answer = requests.get(
            f"{revio.url}/Customers/1015", auth=revio.credentials, verify=str(ca), timeout=10
        )
        assert answer.status_code == 200
        revio.assert_called(path="/v1/Customers/1015", times=1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"tls": "auto", "tls_cert": "x.pem"},
            "--tls auto makes a certificate; it cannot go with --tls-cert",
        ),
        ({"tls_key": "x.pem"}, "--tls-key goes with --tls auto or --tls-cert"),
        ({"tls_ca_out": "x.pem"}, "--tls-ca-out goes with --tls auto or --tls-cert"),
        ({"tls_cert": "missing.pem"}, "--tls-cert: missing.pem cannot be used: No such file"),
        ({"tls_cert": __file__}, "--tls-cert: .* cannot be used"),
        ({"tls": "auto", "hostname": ("not a name!",)}, "--hostname: not a name!"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_reason(given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        tls_context(Settings.load(given, environ={}))


def test_an_authority_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    given = {"tls": "auto", "tls_ca_out": str(tmp_path / "nowhere" / "ca.pem")}
    with pytest.raises(DataUnwritable, match=r"ca\.pem cannot be written: No such file or directory"):
        tls_context(Settings.load(given, environ={}))


def test_without_trustme_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "trustme", None)
    with pytest.raises(SettingError, match=r"pip install 'mockrevio\[tls\]'"):
        tls_context(Settings(tls="auto"))
