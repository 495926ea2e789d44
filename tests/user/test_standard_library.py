"""With pytest and nothing else: the plugin, the handle, interception and the command line."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mockrevio import MockRevio, __version__
from mockrevio.errors import CheckFailed
from tests.user.common import REVIO, basic, create, request, run_suite, send


def test_each_test_starts_with_a_clean_world(mock_revio: MockRevio) -> None:
    assert create(mock_revio) == 201
    assert [link["integration_key_link_id"] for link in mock_revio.links] == [1]


def test_faults_come_and_go(mock_revio: MockRevio) -> None:
    mock_revio.fail(times=2, status=503)
    assert [create(mock_revio) for _ in range(3)] == [503, 503, 201]
    mock_revio.assert_called(method="POST", path="/v1/IntegrationKeyLink", times=3)


def test_records_clock_settings_and_snapshots(mock_revio: MockRevio) -> None:
    mock_revio.entities.add("CUSTOMER", 4711)
    before = mock_revio.snapshot()
    mock_revio.clock.freeze("2030-01-02T03:04:05")
    mock_revio.change_settings(error_shape="object")
    assert create(mock_revio, internal_id=4711) == 201
    assert mock_revio.links[0]["created_date"].startswith("2030-01-02T03:04:05")
    mock_revio.restore(before)
    assert len(mock_revio.links) == 0


def test_records_are_generated(mock_revio: MockRevio) -> None:
    mock_revio.entities.make("BILL", 3)
    status, document = request(mock_revio, "Bills")
    assert (status, document["ok"]) == (200, True)


def test_a_handle_without_the_plugin() -> None:
    with MockRevio(fixture=["default", "demo"]) as revio:
        assert request(revio, "IntegrationKeyLink")[1]["record_count"] == 10
        revio.fail(times=1)
        with pytest.raises(CheckFailed):
            revio.check()


def test_urllib_is_intercepted(mock_revio: MockRevio) -> None:
    with mock_revio.intercept():
        status, document = send(f"{REVIO}/Customers/1015", basic(mock_revio))
    assert (status, document["customer_id"]) == (200, 1015)


def test_http_client_is_intercepted_and_restored(mock_revio: MockRevio) -> None:
    before = http.client.HTTPSConnection.connect
    with mock_revio.intercept():
        connection = http.client.HTTPSConnection("restapi.rev.io", timeout=10)
        connection.request("GET", "/v1/SystemStatus", headers=basic(mock_revio))
        assert connection.getresponse().status == 200
        connection.close()
    assert http.client.HTTPSConnection.connect is before


def test_a_fault_that_never_fires_fails_its_test(tmp_path: Path) -> None:
    result = run_suite(tmp_path, "def test_it(mock_revio):\n    mock_revio.fail(times=2, path='/v1/Typo')\n")
    assert result.returncode == 1, result.stdout
    assert "never fired" in result.stdout


def test_the_command_line_serves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockrevio"]
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"mockrevio {__version__}\n"
    serve = [*command, "serve", "--port", "0", "--ephemeral", "--isolate-clients"]
    with subprocess.Popen(serve, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"http://\S+/v1", server.stdout.readline())
            assert address is not None
            with MockRevio.connect(address[0].removesuffix("/v1")) as revio:
                assert create(revio) == 201
        finally:
            server.terminate()
    assert server.returncode == 0
