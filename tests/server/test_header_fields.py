"""The header fields of a request: what the app sees of them, and what is kept of them."""

from __future__ import annotations

import pytest

from mockrevio.server import header_fields
from mockrevio.server.header_fields import read_fields
from tests.support import Client


def test_the_app_sees_each_header_once_under_both_names() -> None:
    read = read_fields(
        [(b"host", b"a"), (b"cookie", b"x=1"), (b"cookie", b"y=2"), (b"via", b"1"), (b"via", b"\xe9")]
    )
    assert read.headers == {"host": "a", "cookie": "x=1; y=2", "via": "1, \xe9"}
    assert read.variables == {"HTTP_HOST": "a", "HTTP_COOKIE": "x=1; y=2", "HTTP_VIA": "1, \xe9"}


def test_a_header_with_an_underscore_is_not_taken_for_one_with_a_dash() -> None:
    assert read_fields([(b"content_length", b"5"), (b"x_mock_fault", b"status=500")]).variables == {}


@pytest.mark.parametrize(
    ("headers", "length"),
    [([], 0), ([(b"content-length", b"12")], 12), ([(b"transfer-encoding", b"chunked")], None)],
)
def test_the_body_has_the_length_in_the_headers(
    headers: list[tuple[bytes, bytes]], length: int | None
) -> None:
    assert read_fields(headers).length == length


def test_the_cache_of_parsed_headers_is_bounded() -> None:
    for number in range(3 * header_fields.MAX_CACHED):
        read_fields([(b"x-number", str(number).encode())])
        read_fields([(b"x-large", str(number).encode() + b"x" * header_fields.MAX_CACHED_SIZE)])
    assert len(header_fields._cache) <= header_fields.MAX_CACHED
    assert all(read.size <= header_fields.MAX_CACHED_SIZE for read in header_fields._cache.values())


def test_the_log_hides_credentials_that_later_requests_still_have(client: Client) -> None:
    for _ in range(3):
        assert client.get("/v1/SystemStatus").status_code == 200
        shown = client.get("/__admin/requests").json()["requests"][-1]["headers"]["authorization"]
        assert shown == "Basic ***"
