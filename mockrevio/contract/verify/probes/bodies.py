"""Probes of request bodies, by PUT of a key link that the run made itself."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from urllib.parse import urlencode

from mockrevio.contract.verify.observations import Value
from mockrevio.contract.verify.rules import probe
from mockrevio.contract.verify.service import ABSENT_ID, Service
from mockrevio.errors import UpstreamError

Cases = Iterator[tuple[str, Value]]

MIB = 1024 * 1024


def _put(service: Service, data: bytes | str, media_type: str | None, **headers: str) -> int:
    """The status of a PUT with these bytes."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    if media_type is not None:
        given["Content-Type"] = media_type
    encoded = data.encode("ascii") if isinstance(data, str) else data
    answer = service.own.put(data=encoded, headers=given)
    service.keep_error(answer, "a body over 1 MiB" if len(encoded) > MIB else "an unusual body")
    return answer.status


def _json(service: Service) -> str:
    return json.dumps(service.own.body())


@probe("body.types", writes=True)
def _(service: Service) -> Cases:
    for media_type in ("application/json; charset=utf-8", "text/json"):
        yield media_type, _put(service, _json(service), media_type)


@probe("body.json_any_type", writes=True)
def _(service: Service) -> Cases:
    for media_type in ("application/x-www-form-urlencoded", "text/plain"):
        yield f"JSON as {media_type}", _put(service, _json(service), media_type)
    yield "JSON without a media type", _put(service, _json(service), None)


@probe("body.form", writes=True)
def _(service: Service) -> Cases:
    yield "a form", _put(service, urlencode(service.own.body()), "application/x-www-form-urlencoded")


@probe("body.malformed", writes=True)
def _(service: Service) -> Cases:
    for case, text in (("half a body", '{"internal_id":'), ("a list", "[1]"), ("no JSON", "x")):
        yield case, _put(service, text, "application/json")


@probe("body.media_type", writes=True)
def _(service: Service) -> Cases:
    yield "XML", _put(service, "<link/>", "application/xml")


@probe("error.other_statuses", writes=True)
def _(service: Service) -> Cases:
    yield "XML", _put(service, "<link/>", "application/xml")


@probe("body.encoding", writes=True)
def _(service: Service) -> Cases:
    packed = gzip.compress(_json(service).encode("ascii"))
    yield "gzip", _put(service, packed, "application/json", Content_Encoding="gzip")
    yield "an unknown encoding", _put(service, b"x", "application/json", Content_Encoding="x-unknown")


@probe("body.transfer", writes=True)
def _(service: Service) -> Cases:
    headers = {"Content-Type": "application/json"}
    data = _json(service).encode("ascii")
    yield "in chunks", service.own.put(data=data, headers=headers, chunked=True).status


@probe("body.too_large", writes=True)
def _(service: Service) -> Cases:
    try:
        text = json.dumps({**service.own.body(), "unknown": "x" * MIB})
        yield "a body over 1 MiB", _put(service, text, "application/json")
    except UpstreamError:
        yield "a body over 1 MiB", "no response"


@probe("body.depth", writes=True)
def _(service: Service) -> Cases:
    for depth in (60, 100):
        nested = "[" * depth + "]" * depth
        text = _json(service)[:-1] + f', "unknown": {nested}}}'
        yield f"{depth} levels deep", _put(service, text, "application/json")


@probe("body.lenient_number", writes=True)
def _(service: Service) -> Cases:
    number = service.own.body()["internal_id"]
    yield "a whole number as text", service.own.put(service.own.body(internal_id=str(number))).status
    yield "a whole number as 4.0", service.own.put(service.own.body(internal_id=float(number))).status
    yield "a number in a text", _changing(service, external_id=int(service.own.marker[-5:], 16))


def _changing(service: Service, **changes: object) -> int:
    """The status of a PUT after which the link has what it had before."""
    answer = service.own.put(service.own.body(**changes))
    service.keep_error(answer, "a value is not valid")
    if answer.status < 400:
        service.own.restore()
    return answer.status


@probe("body.field_case", writes=True)
def _(service: Service) -> Cases:
    body = {name.upper(): value for name, value in service.own.body().items()}
    yield "names in upper case", service.own.put(body).status


@probe("body.unknown_field", writes=True)
def _(service: Service) -> Cases:
    body = {**service.own.body(), "no_such_field": "x", service.link_id_field: ABSENT_ID}
    yield "an unknown field, and another id", service.own.put(body).status


@probe("body.required", writes=True)
def _(service: Service) -> Cases:
    for case, value in (("a null", None), ("a blank text", " ")):
        yield f"{case} in external_id", _changing(service, external_id=value)


@probe("body.invalid", writes=True)
def _(service: Service) -> Cases:
    long = f"{service.own.marker}-long".ljust(256, "x")
    yield "256 characters in external_id", _changing(service, external_id=long)
    yield "text in internal_id", _changing(service, internal_id="x")
    yield "true in internal_id", _changing(service, internal_id=True)
    yield "a list in external_id", _changing(service, external_id=[service.own.marker])
