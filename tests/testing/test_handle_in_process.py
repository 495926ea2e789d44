"""The calls of a handle stay in the process, whatever a test has done to sockets and HTTP clients."""

from __future__ import annotations

import http.client
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, CheckFailed, ServerError
from mockrevio.testing.handle.call_threads import CallThreads
from tests.storage.refusals import posix_only
from tests.support import process
from tests.testing.common import get, post


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the handle must open no connection")


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """No socket can be made and no connection opened, until the fixture ends."""
    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "create_connection", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(http.client.HTTPConnection, "connect", refuse)
        yield patch


def use_everything(revio: MockRevio) -> None:
    """Call each part of the handle once."""
    revio.reset()
    revio.entities.add("CUSTOMER", 4711)
    revio.links.add(4711, "0012D0")
    revio.restore(revio.snapshot())
    revio.fail(optional=True)
    revio.clock.freeze("2030-01-01")
    revio.change_settings(error_shape="object")
    assert (len(revio.links), len(revio.requests), len(revio.webhooks)) == (1, 0, 0)
    revio.check()


@pytest.mark.usefixtures("no_connections")
def test_a_server_starts_and_its_handle_works_where_no_socket_can_be_made() -> None:
    with MockRevio() as revio:
        use_everything(revio)


def test_a_server_that_was_started_there_serves_calls_afterwards(no_connections: pytest.MonkeyPatch) -> None:
    with MockRevio() as revio:
        no_connections.undo()
        assert get(revio).status_code == 200


def test_a_server_accepts_connections_of_other_processes_while_no_socket_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with MockRevio() as revio, socket.create_connection(("127.0.0.1", int(revio.base_url[17:]))) as client:
        monkeypatch.setattr(socket, "socket", refuse)
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert client.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_no_call_of_a_handle_goes_to_a_proxy(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with MockRevio() as revio:
        use_everything(revio)
    with process("--ephemeral", "--isolate-clients") as server:
        use_everything(MockRevio.connect(server.client.url, client="ann"))


def test_the_handle_of_a_server_with_guards_passes_them() -> None:
    with MockRevio(isolate_clients=True, admin_token="sesame", host="0.0.0.0") as revio:  # noqa: S104, S106
        use_everything(revio)


def reset_for_ever(revio: MockRevio) -> NoReturn:
    """Change the data as long as nothing raises."""
    while True:
        revio.reset()
        revio.links.add(1015, "0012D0")


@posix_only
def test_an_exception_that_a_signal_raises_breaks_off_no_call_in_the_middle(revio: MockRevio) -> None:
    def time_out(*_: object) -> NoReturn:
        raise TimeoutError("the test has timed out")

    before = signal.signal(signal.SIGALRM, time_out)
    try:
        for number in range(20):
            with pytest.raises(TimeoutError, match="timed out"):  # noqa: PT012 (the timer starts within)
                signal.setitimer(signal.ITIMER_REAL, 0.002 + number / 5000)
                reset_for_ever(revio)
            signal.setitimer(signal.ITIMER_REAL, 0)
            revio.reset()
            assert post(revio).json() == {"ok": True, "id": 1}
    finally:
        signal.signal(signal.SIGALRM, before)


@posix_only
def test_a_signal_ends_a_check_that_waits(revio: MockRevio) -> None:
    def time_out(*_: object) -> NoReturn:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, time_out)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            revio.assert_called(timeout="30s")
        assert time.monotonic() - started < 10
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_check_waits_for_a_call_from_another_thread(revio: MockRevio) -> None:
    threading.Timer(0.1, get, (revio,)).start()
    revio.assert_called(times=1, timeout="20s")


def test_many_threads_use_one_handle_at_once(revio: MockRevio) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for count in range(10):
                revio.links.add(1015, f"{number}-{count}")
                assert len(revio.links) > 0
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len({link["external_id"] for link in revio.links}) == 80


def test_stopping_ends_a_check_that_waits_in_another_thread() -> None:
    errors: list[Exception] = []
    revio = MockRevio().start()

    def wait() -> None:
        try:
            revio.assert_called(timeout="60s")
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    revio.stop()
    thread.join(20)
    assert [type(error) for error in errors] == [ServerError]


def test_what_a_call_raises_is_raised_for_its_caller_and_threads_are_used_again() -> None:
    threads = CallThreads()
    names = {threads.run(lambda: threading.current_thread().name) for _ in range(50)}
    with pytest.raises(ZeroDivisionError):
        threads.run(lambda: 1 / 0)
    assert names == {"mockrevio-handle"}
    assert len([each for each in threading.enumerate() if each.name == "mockrevio-handle"]) >= 1
    threads.close()
    assert threads.run(lambda: "late") == "late"


# Lists ask only for what is needed.


@pytest.fixture
def three(revio: MockRevio) -> MockRevio:
    for name in "abc":
        revio.links.add(1015, name)
        get(revio, f"Customers/{name}")
    return revio


def test_links_and_requests_are_sequences(three: MockRevio) -> None:
    links, requests = three.links, three.requests
    assert (len(links), len(requests)) == (3, 3)
    assert [links[number]["external_id"] for number in (0, 1, 2, -1, -2, -3)] == [*"abccba"]
    assert [requests[number]["path"][-1] for number in (0, 1, 2, -1, -2, -3)] == [*"abccba"]
    assert [link["external_id"] for link in links[1:]] == ["b", "c"]
    assert [entry["path"][-1] for entry in requests[:-1]] == ["a", "b"]
    for wrong in (3, -4):
        with pytest.raises(IndexError, match=f"there is no item {wrong}; the number of items is 3"):
            links[wrong]
        with pytest.raises(IndexError):
            requests[wrong]
    with pytest.raises(IndexError):
        three.webhooks[0]


def test_one_item_is_asked_for_without_the_others(three: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    transport, sizes = three._admin.transport, []
    send = transport.send

    def measure(*arguments: Any) -> tuple[int, bytes]:
        status, body = send(*arguments)
        sizes.append(len(body))
        return status, body

    for number in range(100):
        three.links.add(1015, f"link {number}")
    monkeypatch.setattr(transport, "send", measure)
    three.links[50]
    len(three.links)
    three.links[:]
    one, length, everything = sizes
    assert one < everything / 50
    assert length < 100


def test_a_check_does_not_fetch_the_log(revio: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        post(revio, external_id="x" * 10_000)
    transport, sizes = revio._admin.transport, []
    send = transport.send

    def measure(*arguments: Any) -> tuple[int, bytes]:
        status, body = send(*arguments)
        sizes.append(len(body))
        return status, body

    monkeypatch.setattr(transport, "send", measure)
    revio.check()
    assert sum(sizes) < 200
    revio.faults.add({"status": 503}, match={"path": "/v1/Typo"}, name="typo")
    with pytest.raises(CheckFailed, match=r"fault 1 \(typo\), .* never fired"):
        revio.check()


def test_an_error_of_the_admin_api_is_raised_as_by_http(revio: MockRevio) -> None:
    with pytest.raises(AdminCallRefused, match="'CUSTOMR'") as caught:
        revio.entities.all("CUSTOMR")
    assert (caught.value.status, caught.value.code) == (404, "not_found")
