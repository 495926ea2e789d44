"""Random bytes, and valid requests with some bytes changed, over raw sockets to a real process."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contract.raw import head, in_chunks, with_length
from tests.support import Process
from tests.torture.bad_input import OPEN_HEAD, responds_promptly, statuses
from tests.torture.common import LINKS, Scale

fragments = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"GET ", b" HTTP/1.1", b"/v1/IntegrationSystem", b"\r\n", b"\n", b"\r", b"\0", b":", b" "]
    ),
    st.sampled_from(
        [b"Content-Length: ", b"Transfer-Encoding: chunked", b"Host: a", b"Expect: 100-continue"]
    ),
    st.sampled_from([b"0", b"5", b"a", b"-", b"Connection: close", b"Connection: upgrade", b"OPTIONS * "]),
)


def fuzzing(how_much: Scale) -> settings:
    """Settings with many examples. A failing one is reported as it is, since shrinking takes minutes."""
    return settings(
        max_examples=how_much(short=100, long=15_000),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_random_bytes_never_cause_a_500_or_a_hang(shared_server: Process, how_much: Scale) -> None:
    @fuzzing(how_much)
    @given(st.lists(fragments, max_size=14), st.booleans())
    def check(pieces: list[bytes], starts_validly: bool) -> None:
        data = (OPEN_HEAD.replace(b"POST", b"GET") if starts_validly else b"") + b"".join(pieces)
        received = statuses(shared_server.client.url, data)
        assert all(status < 500 or status in (501, 505) for status in received), (received, data)

    check()
    assert responds_promptly(shared_server.client)


def test_mutated_requests_never_cause_a_500_or_a_hang(shared_server: Process, how_much: Scale) -> None:
    body = b'{"integration_system_id":4,"integration_entity_type_id":2,"internal_id":1015,"external_id":"x"}'
    valid_requests = [with_length("POST", LINKS, body), in_chunks("POST", LINKS, body[:20], body[20:])]

    @fuzzing(how_much)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        request = bytearray(data.draw(st.sampled_from(valid_requests)) + head("GET", LINKS))
        for _ in range(data.draw(st.integers(1, 4))):
            request[data.draw(st.integers(0, len(request) - 1))] = data.draw(st.integers(0, 255))
        received = statuses(shared_server.client.url, bytes(request))
        assert all(status < 500 or status in (501, 505) for status in received), (received, request)

    check()
    assert responds_promptly(shared_server.client)
