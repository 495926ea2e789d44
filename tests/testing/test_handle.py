"""Starting, stopping and connecting a `MockRevio`, without pytest."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import DataUnwritable, FixtureError, ServerError, SettingError
from tests.storage.refusals import disk_full, posix_only
from tests.support import LINK, process
from tests.testing.common import get, post


def test_a_with_block_starts_and_stops_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with MockRevio(fixture="default") as revio:
        url = revio.url
        assert get(revio).json() == {"ok": True}
        assert url == f"{revio.base_url}/v1"

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    assert not list(tmp_path.iterdir())  # nothing was stored


def test_start_and_stop_can_be_repeated(tmp_path: Path) -> None:
    revio = MockRevio(data=tmp_path / "data")
    for count in range(2):
        revio.start()
        assert len(revio.links) == count
        post(revio, external_id=str(count))
        revio.stop()
        revio.stop()


def test_using_it_before_the_start_is_an_error() -> None:
    with pytest.raises(ServerError, match="is not running; use it in a with statement"):
        _ = MockRevio().url


def test_settings_are_passed_by_name_and_validated() -> None:
    with MockRevio(fixture=["default", "demo"], error_shape="object", credentials=("ann@acme:pw",)) as revio:
        assert revio.credentials == ("ann@acme", "pw")
        assert post(revio, internal_id=999999).json()["error"] == "entity_not_found"
        assert len(revio.entities.all("CUSTOMER")) == 150
    with pytest.raises(SettingError, match=r"^error_shape: must be array or object, not 'list'"):
        MockRevio(error_shape="list")  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(TypeError, match=r"MockRevio\(\) got an unexpected argument 'colour'; it takes"):
        MockRevio(colour="red")  # type: ignore[call-arg]  # that is the mistake


def test_a_port_in_use_and_a_missing_fixture_fail_the_start(revio: MockRevio) -> None:
    with pytest.raises(ServerError, match="cannot listen"):
        MockRevio(port=int(revio.base_url.rpartition(":")[2])).start()
    with pytest.raises(FixtureError, match=r"nothing\.json: cannot be read"):
        MockRevio(fixture="nothing.json").start()


def test_connect_uses_the_world_of_a_client_code() -> None:
    with process("--ephemeral", "--isolate-clients", "--admin-token", "sesame") as server:
        ann, bob = (
            MockRevio.connect(server.client.url, client=name, admin_token="sesame")  # noqa: S106
            for name in ("ann", "bob")
        )
        with ann, bob:
            assert post(ann).json()["id"] == post(bob).json()["id"] == 1
            assert ann.credentials == ("tester@ann", "secret")
            as_me = MockRevio.connect(
                server.client.url,
                client="ann",
                admin_token="sesame",  # noqa: S106
                credentials=("me@ann", "x"),
            )
            assert post(as_me, external_id="b").status_code == 201
            (me,) = [user for user in as_me.entities.all("Users") if user["login_name"] == "me"]
            assert as_me.links[-1]["created_by"] == me["user_id"]
            ann.reset()
            assert (len(ann.links), len(bob.links)) == (0, 1)
        assert len(bob.links) == 1  # the server is still running
        with pytest.raises(ServerError, match="rejects admin requests"):
            MockRevio.connect(server.client.url)


def test_a_world_can_be_read_before_the_first_call() -> None:
    with process("--ephemeral", "--isolate-clients") as server:
        connected = MockRevio.connect(server.client.url, client="ann")
        assert (len(connected.links), len(connected.requests)) == (0, 0)
        assert connected.entities.get("CUSTOMER", 42) is None
    with MockRevio(isolate_clients=True) as revio:
        assert (len(revio.links), len(revio.requests)) == (0, 0)


def test_connect_rejects_a_server_without_isolated_worlds() -> None:
    with (
        process("--ephemeral") as server,
        pytest.raises(ServerError, match="start it with --isolate-clients"),
    ):
        MockRevio.connect(server.client.url)


def test_connect_fails_if_no_server_responds() -> None:
    with pytest.raises(ServerError, match="does not respond to GET /__admin/worlds"):
        MockRevio.connect("http://127.0.0.1:9")


def test_several_mocks_run_at_the_same_time() -> None:
    with MockRevio() as first, MockRevio() as second:
        post(first)
        assert (len(first.links), len(second.links)) == (1, 0)


def test_importing_the_package_imports_neither_the_handle_nor_flask() -> None:
    program = (
        "import sys, mockrevio; print(sorted({'mockrevio.testing', 'mockrevio', 'flask'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "['mockrevio']"


def test_a_script_exits_even_if_it_never_stops_the_mock() -> None:
    script = "from mockrevio import MockRevio; revio = MockRevio().start(); revio.reset(); 1 / 0"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=20, check=False)
    assert result.returncode == 1
    assert b"ZeroDivisionError" in result.stderr


def test_concurrent_starts_start_one_server() -> None:
    def server_threads() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "mockrevio-server"}

    revio, threads_before = MockRevio(), server_threads()
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(revio.start().url)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(urls)) == 1
    revio.stop()
    assert server_threads() <= threads_before


@posix_only
def test_a_mock_restarts_after_a_stop_that_failed_on_a_full_disk(tmp_path: Path) -> None:
    revio = MockRevio(data=tmp_path).start()
    post(revio)
    with disk_full(at=10), pytest.raises(DataUnwritable):
        revio.stop()
    with revio:
        assert [link["external_id"] for link in revio.links] == [LINK["external_id"]]
