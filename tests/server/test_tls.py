"""HTTPS with a temporary certificate authority, as curl, Node and requests see it."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme
from cryptography import x509

from mockrevio import MockRevio
from mockrevio.errors import DataUnwritable, SettingError
from mockrevio.server import tls_context
from mockrevio.server.authority import issue
from mockrevio.settings import Settings
from tests.events import Events
from tests.programs import needs
from tests.server.stopping import stop
from tests.support import AUTH, LINK, Process, process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Process]:
    options = ("--ephemeral", "--tls", "auto", "--hostname", "restapi.rev.io", "--tls-ca-out", "ca.pem")
    with process(*options, cwd=folder) as running:
        running.client.verify = str(folder / "ca.pem")
        yield running


def port_of(server: Process) -> int:
    return int(server.client.url.rpartition(":")[2])


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["curl", "--silent", "--show-error", "--max-time", "10", "--user", ":".join(AUTH), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_startup_prints_the_https_address_and_how_to_trust_it(server: Process, folder: Path) -> None:
    assert "on https://127.0.0.1:" in server.start_line
    assert server.process.stdout is not None
    assert server.process.stdout.readline() == f"console: {server.client.url}/__admin/\n"
    lines = [server.process.stdout.readline().strip() for _ in range(4)]
    variables = dict(line.partition("  #")[0].removeprefix("export ").split("=", 1) for line in lines)

    assert set(variables) == {"REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}
    assert set(variables.values()) == {f"'{folder / 'ca.pem'}'"}


def test_requests_trusts_the_ca_certificate(server: Process) -> None:
    response = server.client.get("/v1/SystemStatus")

    assert response.json() == {"ok": True}
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{server.client.url}/v1/SystemStatus", auth=AUTH, timeout=10)


def test_whoever_trusts_the_ca_certificate_trusts_one_server_for_a_month(
    server: Process, folder: Path
) -> None:
    assert server.start_line
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    extensions = authority.extensions
    constraints = extensions.get_extension_for_class(x509.NameConstraints)
    permitted = [str(host.value) for host in constraints.value.permitted_subtrees or ()]
    now = datetime.now(UTC)
    assert now + timedelta(days=29) < authority.not_valid_after_utc <= now + timedelta(days=30)
    assert permitted == ["restapi.rev.io", "localhost", "127.0.0.1/32", "::1/128"]
    assert constraints.critical
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


@needs("openssl")
@pytest.mark.parametrize(
    ("options", "valid"),
    [
        (("-purpose", "sslserver", "-x509_strict", "-verify_hostname", "a.example.com"), True),
        (("-purpose", "sslserver", "-verify_ip", "::1"), True),
        (("-purpose", "sslclient"), False),
        (("-purpose", "smimesign"), False),
    ],
)
def test_the_certificate_is_good_for_a_server_and_for_nothing_else(
    tmp_path: Path, options: tuple[str, ...], valid: bool
) -> None:
    issued = issue(["*.example.com", "::1", "my_host"])
    (tmp_path / "ca.pem").write_bytes(issued.authority)
    (tmp_path / "own.pem").write_bytes(issued.certificate)
    command = ["openssl", "verify", *options, "-CAfile", "ca.pem", "own.pem"]
    completed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (completed.returncode == 0) is valid, completed.stderr


@needs("curl")
def test_curl_reaches_the_mock_as_restapi_rev_io(server: Process, folder: Path) -> None:
    port = port_of(server)
    to_mock = ("--cacert", str(folder / "ca.pem"), "--resolve", f"restapi.rev.io:{port}:127.0.0.1")
    completed = curl(*to_mock, "--include", f"https://restapi.rev.io:{port}/v1/IntegrationSystem/4")

    assert completed.stdout.startswith("HTTP/1.1 200 OK"), completed.stderr
    assert '"system_name":"SALESFORCE"' in completed.stdout


@needs("curl")
def test_curl_without_the_ca_certificate_fails(server: Process) -> None:
    assert curl(f"{server.client.url}/v1/SystemStatus").returncode == 60


@needs("node")
def test_node_trusts_the_certificate_in_its_variable(server: Process, folder: Path) -> None:
    program = """
        const headers = { authorization: "Basic " + btoa("tester@acme:secret") };
        fetch(process.argv[1] + "/v1/SystemStatus", { headers })
          .then((response) => response.json())
          .then((body) => console.log(JSON.stringify(body)));
    """
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": str(folder / "ca.pem")}
    command = ["node", "-e", program, f"https://localhost:{port_of(server)}"]
    completed = subprocess.run(command, capture_output=True, text=True, env=env, timeout=30, check=False)

    assert completed.stdout.strip() == '{"ok":true}', completed.stderr


def test_location_headers_contain_an_https_url(server: Process) -> None:
    server.client.post("/__admin/reset")
    created = server.client.post("/v1/IntegrationKeyLink", json=LINK)

    assert created.headers["Location"] == f"{server.client.url}/v1/IntegrationKeyLink/1"


def test_plain_http_gets_a_400_that_says_to_use_https(server: Process) -> None:
    response = requests.get(f"http://127.0.0.1:{port_of(server)}/v1/SystemStatus", timeout=10)

    assert response.status_code == 400
    assert "Use https:// instead" in response.text


def test_a_request_in_plain_http_is_rejected_in_the_format_of_its_api_and_logged(server: Process) -> None:
    url = f"http://127.0.0.1:{port_of(server)}"
    api = requests.post(f"{url}/v1/Customers", data=b"x" * 1000, timeout=10)
    assert (api.status_code, api.json()[0]["error"]) == (400, "bad_request")
    admin = requests.get(f"{url}/__admin/clock", timeout=10)
    assert (admin.status_code, admin.json()["error"]) == (400, "bad_request")
    assert "Use https://" in admin.json()["message"]
    logged = server.client.get("/__admin/requests", params={"status": "400"}).json()["requests"][-1]
    assert (logged["method"], logged["path"]) == ("POST", "/v1/Customers")


def test_slow_handshakes_do_not_delay_other_clients(server: Process) -> None:
    connections = [socket.create_connection(("127.0.0.1", port_of(server))) for _ in range(30)]
    for connection in connections:
        connection.sendall(b"\x16\x03\x01")  # only the start of a handshake
    started = time.monotonic()
    for _ in range(5):
        assert server.client.get("/v1/SystemStatus", headers={"Connection": "close"}).status_code == 200

    assert time.monotonic() - started < 3
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang"])
def test_connection_faults_work_over_tls(server: Process, kind: str) -> None:
    server.client.post("/__admin/reset")
    with pytest.raises(requests.RequestException):
        server.client.get("/v1/Customers", headers={"X-Mock-Fault": f"connection={kind}"}, timeout=1)

    assert server.client.get("/__admin/requests").json()["requests"][0]["response"]["delivered"] == kind


def test_a_keep_alive_connection_serves_many_requests(server: Process) -> None:
    server.client.post("/__admin/reset")
    ids = [server.client.link(external_id=f"{number}" * 200) for number in range(10)]
    response = server.client.get("/v1/IntegrationKeyLink", params={"page_size": "500"})

    assert ids == list(range(1, 11))
    assert response.json()["record_count"] == 10


def test_pipelined_requests_all_get_responses(server: Process, folder: Path) -> None:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    request = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with (
        socket.create_connection(("127.0.0.1", port_of(server)), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(request * 3)
        received = b""
        while received.count(b"HTTP/1.1 200") < 3:
            received += connection.recv(65536)


def test_serves_with_your_own_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    files = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with process("--ephemeral", *files) as running:
        url = running.client.url.replace("127.0.0.1", "localhost")
        response = requests.get(
            f"{url}/v1/SystemStatus", auth=AUTH, verify=str(tmp_path / "ca.pem"), timeout=10
        )
    assert response.status_code == 200


def test_the_health_check_uses_https_if_the_settings_enable_it(server: Process) -> None:
    env = {**os.environ, "MOCKREVIO_PORT": str(port_of(server)), "MOCKREVIO_TLS": "auto"}
    completed = subprocess.run(
        [sys.executable, "-m", "mockrevio", "healthcheck"],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )

    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.startswith(f"https://127.0.0.1:{port_of(server)} is ready")


def test_a_handle_can_serve_https(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with MockRevio(tls="auto", tls_ca_out=str(ca)) as revio:
        response = requests.get(
            f"{revio.url}/Customers/1015", auth=revio.credentials, verify=str(ca), timeout=10
        )
        assert response.status_code == 200
        revio.assert_called(path="/v1/Customers/1015", times=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tls_cert": "missing.pem"}, "the certificate missing.pem cannot be used: No such file"),
        ({"tls_cert": __file__}, "the certificate .* cannot be used"),
        ({"tls": "auto", "hostname": ("not a name!",)}, "--hostname: must be .* not 'not a name!'"),
    ],
)
def test_invalid_tls_settings_are_rejected_with_the_reason(options: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        tls_context(Settings.load(options, environ={}))


def test_a_ca_certificate_that_cannot_be_written_raises_an_error(tmp_path: Path) -> None:
    options = {"tls": "auto", "tls_ca_out": str(tmp_path / "nowhere" / "ca.pem")}
    with pytest.raises(DataUnwritable, match=r"ca\.pem cannot be written: No such file or directory"):
        tls_context(Settings.load(options, environ={}))


def test_without_cryptography_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography", None)
    monkeypatch.delitem(__import__("sys").modules, "mockrevio.server.authority", raising=False)
    with pytest.raises(SettingError, match=r"pip install 'mockrevio\[tls\]'"):
        tls_context(Settings(tls="auto"))


def test_events_are_streamed_until_the_server_stops(folder: Path) -> None:
    with process("--ephemeral", "--tls", "auto", "--tls-ca-out", str(folder / "events.pem")) as running:
        running.client.verify = str(folder / "events.pem")
        with Events(running.client) as events:
            running.client.get("/v1/SystemStatus")
            assert events.call(path="/v1/SystemStatus")["status"] == 200
            stop(running)
            events.rest()  # which ends in good order
