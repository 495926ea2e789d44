"""The client sends as a careful integration does; real sockets, and a clock that does not wait."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockrevio.contract.access import Access, parse_base_url
from mockrevio.contract.client import MAX_DEPTH, Answer, Call, Client
from mockrevio.errors import AccessDenied, AnswerLost, SettingError, UpstreamError
from tests.contract_tools.scripted import Reply, scripted

BUSY = Reply(429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 26 seconds."})
OK = Reply(200, {"ok": True})


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []
        self.notes: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@contextmanager
def client(url: str, clock: Clock, key: str | None = None) -> Iterator[Client]:
    access = Access(parse_base_url(url), "sync@acme", "hunter22", key)
    with Client(access, note=clock.notes.append, sleep=clock.sleep, now=lambda: clock.seconds) as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_each_request_has_the_credentials_and_the_key(clock: Clock) -> None:
    with scripted(OK) as service, client(service.url, clock, "key-0123") as revio:
        assert revio.get("/SystemStatus").json() == {"ok": True}
    (received,) = service.received
    assert received.target == "/v1/SystemStatus"
    assert received.headers["authorization"] == "Basic c3luY0BhY21lOmh1bnRlcjIy"
    assert received.headers["ocp-apim-subscription-key"] == "key-0123"


def test_a_call_can_leave_them_out(clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even where ~/.netrc has others for this host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password secret\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(OK) as service, client(service.url, clock, "key-0123") as revio:
        revio.send(Call("GET", "/SystemStatus", own_access=False))
    assert not {"authorization", "ocp-apim-subscription-key"} & service.received[0].headers.keys()


def test_a_429_is_repeated_after_the_time_that_it_names(clock: Clock) -> None:
    with scripted(BUSY, OK) as service, client(service.url, clock) as revio:
        answer = revio.send(Call("POST", "/Notes", body={"body": "x"}))
    assert (answer.status, answer.attempts, clock.waits) == (200, 2, [27.0])
    assert clock.notes == ["waiting 27 s: it says that the rate limit is exceeded"]
    assert [each.body for each in service.received] == [b'{"body": "x"}'] * 2


def test_a_429_that_asks_for_an_hour_ends_it(clock: Clock) -> None:
    hour = Reply(429, {"statusCode": 429, "message": "Try again in 3600 seconds."})
    with (
        scripted(hour) as service,
        client(service.url, clock) as revio,
        pytest.raises(UpstreamError, match="asks to wait for 3601 s"),
    ):
        revio.get("/SystemStatus")
    assert clock.waits == []


def test_why_it_waits_is_said_without_the_objects_of_libraries(clock: Clock) -> None:
    with scripted(Reply(broken=True), OK) as service, client(service.url, clock) as revio:
        revio.get("/SystemStatus")
    (note,) = clock.notes
    assert note.startswith("waiting 1 s: ")
    assert "Connection reset by peer" in note
    assert "Error(" not in note


@pytest.mark.parametrize("trouble", [Reply(503), Reply(502), Reply(504), Reply(broken=True)])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_be_repeated_is(clock: Clock, trouble: Reply, method: str) -> None:
    with scripted(trouble, trouble, OK) as service, client(service.url, clock) as revio:
        assert revio.send(Call(method, "/Customers/1")).attempts == 3
    assert len(service.received) == 3
    first, second = clock.waits
    assert 0.8 <= first <= 1.2
    assert 1.6 <= second <= 2.4


@pytest.mark.parametrize("trouble", [Reply(503), Reply(502), Reply(504), Reply(broken=True)])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_whose_answer_is_lost_is_not_repeated(clock: Clock, trouble: Reply, method: str) -> None:
    with scripted(trouble, OK) as service, client(service.url, clock) as revio:
        with pytest.raises(AnswerLost, match=f"{method} /Notes"):
            revio.send(Call(method, "/Notes", body={}))
        assert len(service.received) == 1


def test_a_write_that_was_never_sent_is_repeated(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with client(f"http://127.0.0.1:{port}", clock) as revio, pytest.raises(UpstreamError) as caught:
        revio.send(Call("POST", "/Notes", body={}))
    assert not isinstance(caught.value, AnswerLost)
    assert str(caught.value).endswith("Connection refused")
    assert "does not respond to POST /Notes: Failed to establish" in str(caught.value)
    assert len(clock.waits) == 5


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
def test_any_other_answer_is_returned_at_once(clock: Clock, status: int) -> None:
    with (
        scripted(Reply(status, [{"ok": False, "message": "no"}])) as service,
        client(service.url, clock) as revio,
    ):
        answer = revio.get("/Customers")
    assert (answer.status, answer.attempts, answer.message) == (status, 1, "no")


def test_a_quota_that_is_used_up_ends_it(clock: Clock) -> None:
    message = "Out of call volume quota. Quota will be replenished in 02:31:09."
    with (
        scripted(Reply(403, {"statusCode": 403, "message": message})) as service,
        client(service.url, clock) as revio,
        pytest.raises(AccessDenied, match=message),
    ):
        revio.get("/Customers")
    assert len(service.received) == 1


def test_the_credentials_do_not_follow_a_redirect(clock: Clock) -> None:
    with scripted(OK) as elsewhere:
        moved = Reply(301, headers={"Location": f"{elsewhere.url}/v1/Customers"})
        with (
            scripted(moved) as service,
            client(service.url, clock) as revio,
            pytest.raises(UpstreamError, match="redirects to"),
        ):
            revio.get("/Customers")
        assert elsewhere.received == []


def test_it_keeps_below_the_limit_by_itself(clock: Clock) -> None:
    with scripted(OK) as service, client(service.url, clock) as revio:
        for _ in range(301):
            revio.get("/SystemStatus")
    assert clock.waits == [60.0]
    assert clock.notes == ["waited 60 s, to send at most 300 requests a minute"]


def test_no_message_has_a_secret(clock: Clock) -> None:
    moved = Reply(302, headers={"Location": "https://example.test/login?password=hunter22"})
    with (
        scripted(moved) as service,
        client(service.url, clock) as revio,
        pytest.raises(UpstreamError, match=r"password=\*\*\*"),
    ):
        revio.get("/SystemStatus")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_proxy_that_is_not_there_is_named_and_nothing_was_sent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for name in ("http_proxy", "no_proxy", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://user:hunter2@127.0.0.1:{port}")
    with client("http://restapi.rev.test", clock) as revio, pytest.raises(UpstreamError) as caught:
        revio.send(Call(method, "/Notes"))
    assert not isinstance(caught.value, AnswerLost)
    assert "Connection refused (the proxy of the environment: see HTTPS_PROXY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_service_without_tls_is_named_in_whole_words(clock: Clock) -> None:
    with scripted(Reply(200)) as service:
        address = service.url.replace("http:", "https:")
        with client(address, clock) as revio, pytest.raises(UpstreamError, match=r": \[SSL: ?\w+\] "):
            revio.get("/SystemStatus")


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_do_not_exist_are_named_by_their_variable(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    with client("http://localhost", clock):
        pass
    with pytest.raises(SettingError, match=f"{name}: .*ca.pem does not exist; it must be a file or a folder"):
        Client(Access("https://localhost/v1", "sync@acme", "hunter22"))


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_a_body_that_is_nested_too_deeply_is_not_json(depth: int) -> None:
    answer = Answer(Call("GET", "/Customers"), 500, {}, b"[" * depth + b"]" * depth, 0)
    with pytest.raises(ValueError, match="nested more than 100 levels deep"):
        answer.json()
    assert (answer.object(), answer.message) == ({}, "")


def test_a_body_that_is_nested_just_enough_is_json() -> None:
    content = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert Answer(Call("GET", "/Customers"), 200, {}, content, 0).json()
