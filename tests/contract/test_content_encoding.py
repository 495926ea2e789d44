"""Compressed request bodies."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable

import pytest
import requests

from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
CUSTOMERS = "/__admin/entities/CUSTOMER"
MIB = 1024 * 1024
JSON = json.dumps(LINK).encode()


def raw_deflate(data: bytes) -> bytes:
    """Compress without the header that HTTP asks for."""
    return zlib.compress(data)[2:-4]


def members(data: bytes) -> bytes:
    """A gzip file of two members."""
    return gzip.compress(data[:9]) + gzip.compress(data[9:])


def twice(data: bytes) -> bytes:
    """Compress twice."""
    return gzip.compress(zlib.compress(data))


def plain(data: bytes) -> bytes:
    """Leave it as it is."""
    return data


ENCODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZip": members,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "deflate, gzip": twice,
    "identity": plain,
    "": plain,
    ", identity,gzip,": gzip.compress,
}


def post(client: Client, path: str, data: bytes, encoding: str) -> requests.Response:
    return client.post(path, data=data, headers={"Content-Encoding": encoding})


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_compressed_body_is_read_and_logged_like_any_other(client: Client, encoding: str) -> None:
    response = post(client, LINKS, ENCODED[encoding](JSON), encoding)
    assert response.status_code == 201
    assert client.get(f"{LINKS}/1").json()["external_id"] == LINK["external_id"]
    query = {"match": {"body": {"external_id": "0012D*"}}}
    assert client.post("/__admin/requests/verify", json=query).status_code == 200
    assert client.get("/__admin/requests", params={"method": "POST"}).json()["requests"][0]["json"] == LINK


@pytest.mark.parametrize("encoding", ENCODED)
def test_the_admin_api_reads_compressed_bodies(client: Client, encoding: str) -> None:
    assert post(client, CUSTOMERS, ENCODED[encoding](b'{"id": 4242}'), encoding).status_code == 201
    assert client.get(f"{CUSTOMERS}/4242").status_code == 200


def test_the_headers_of_one_encoding_each_count_in_their_order(raw: Raw) -> None:
    encodings = ("Content-Encoding: deflate", "Content-Encoding: gzip")
    assert raw.call(with_length("POST", LINKS, twice(JSON), *encodings)).status == 201


def test_a_compressed_body_may_be_chunked(raw: Raw) -> None:
    data = gzip.compress(JSON)
    request = in_chunks("POST", LINKS, data[:5], data[5:])
    assert raw.call(request.replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1)).status == 201


def test_a_fault_matches_the_decoded_body(client: Client) -> None:
    rule = {"match": {"body": {"external_id": LINK["external_id"]}}, "effect": {"status": 503}}
    client.post("/__admin/faults", json=rule)
    assert post(client, LINKS, gzip.compress(JSON), "gzip").status_code == 503


@pytest.mark.parametrize("path", [LINKS, CUSTOMERS])
@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "gzip;q=1", "*", "gzip," * 6])
def test_another_encoding_is_415_and_the_response_names_those_that_are_read(
    client: Client, path: str, encoding: str
) -> None:
    response = post(client, path, gzip.compress(JSON), encoding)
    assert (response.status_code, response.headers["Accept-Encoding"]) == (415, "gzip, deflate")
    error = response.json()[0] if path == LINKS else response.json()
    assert error["error"] == "unsupported_media_type"
    assert encoding.removeprefix("gzip, ") in error["message"] or "More than 5" in error["message"]
    assert "gzip or deflate" in (
        error["message"] if path == CUSTOMERS else response.headers["X-Mock-Explain"]
    )


DAMAGED = {
    "not compressed": ("gzip", JSON),
    "not compressed at all": ("deflate", JSON),
    "truncated": ("gzip", gzip.compress(JSON)[:-1]),
    "truncated early": ("gzip", gzip.compress(JSON)[:5]),
    "truncated zlib": ("deflate", zlib.compress(JSON)[:-1]),
    "truncated raw": ("deflate", raw_deflate(JSON)[:-1]),
    "a wrong checksum": ("gzip", gzip.compress(JSON)[:-8] + bytes(8)),
    "more behind it": ("gzip", gzip.compress(JSON) + b"more"),
    "more behind zlib": ("deflate", zlib.compress(JSON) * 2),
    "the wrong order": ("gzip, deflate", twice(JSON)),
    "once instead of twice": ("gzip, gzip", gzip.compress(JSON)),
}


@pytest.mark.parametrize("path", [LINKS, CUSTOMERS])
@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_data_is_400(client: Client, path: str, case: str) -> None:
    encoding, data = DAMAGED[case]
    response = post(client, path, data, encoding)
    assert response.status_code == 400
    error = response.json()[0] if path == LINKS else response.json()
    assert error["error"] == "malformed_body"
    assert "The body is not valid" in error["message"]
    assert client.get(LINKS).json()["record_count"] == 0


def test_the_limit_counts_decoded_bytes(client: Client) -> None:
    assert post(client, LINKS, gzip.compress(JSON.ljust(MIB)), "gzip").status_code == 201
    for encoding, compress in ENCODED.items():
        response = post(client, LINKS, compress(JSON.ljust(MIB + 1)), encoding)
        assert (response.status_code, response.json()[0]["error"]) == (413, "too_large")


def layers(data: bytes, count: int) -> bytes:
    """Compress several times."""
    for _ in range(count):
        data = gzip.compress(data)
    return data


BOMBS = {
    "a gigabyte": ("gzip", gzip.compress(bytes(1024 * MIB), 1), {413}),
    "five layers": (", ".join(["gzip"] * 5), layers(bytes(64 * MIB), 5), {413}),
    "empty members": ("gzip", gzip.compress(b"") * (MIB // 20), {400}),
    "empty blocks": ("deflate", b"\x00\x00\x00\xff\xff" * (MIB // 5), {400}),
}


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_takes_neither_memory_nor_time(client: Client, case: str) -> None:
    resource = pytest.importorskip("resource", reason="not available on Windows")
    encoding, data, allowed = BOMBS[case]
    if len(data) > MIB:  # cut off, it is still far larger than allowed
        data = data[:MIB]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert post(client, LINKS, data, encoding).status_code in allowed
    assert time.monotonic() - began < 2
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth < 32 * 1024  # ru_maxrss is in KiB


def test_an_empty_body_needs_no_decoding(raw: Raw) -> None:
    assert raw.call(head("GET", "/v1/SystemStatus", "Content-Encoding: br")).status == 200
    request = in_chunks("DELETE", f"{LINKS}/9").replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1)
    assert raw.call(request).status == 404
