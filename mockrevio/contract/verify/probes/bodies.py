"""Probes of request bodies, by PUT of a key link that the run made itself."""

from __future__ import annotations

import gzip
import json
from urllib.parse import urlencode

from mockrevio.contract.verify.endpoints import ABSENT_ID
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.rules import Cases, write_probe
from mockrevio.errors import UpstreamError
from mockrevio.revio.wire.body import FORM_TYPE

MIB = 1024 * 1024


def _put(own: OwnLinks, data: bytes | str, media_type: str | None, **headers: str) -> int:
    """The status of a PUT with these bytes."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    if media_type is not None:
        given["Content-Type"] = media_type
    encoded = data.encode("ascii") if isinstance(data, str) else data
    answer = own.put(data=encoded, headers=given)
    own.service.keep_error(answer, "a body over 1 MiB" if len(encoded) > MIB else "an unusual body")
    return answer.status


def _json(own: OwnLinks) -> str:
    return json.dumps(own.body())


@write_probe("body.types")
def _(own: OwnLinks) -> Cases:
    for media_type in ("application/json; charset=utf-8", "text/json"):
        yield media_type, _put(own, _json(own), media_type)


@write_probe("body.json_any_type")
def _(own: OwnLinks) -> Cases:
    for media_type in (FORM_TYPE, "text/plain"):
        yield f"JSON as {media_type}", _put(own, _json(own), media_type)
    yield "JSON without a media type", _put(own, _json(own), None)


@write_probe("body.form")
def _(own: OwnLinks) -> Cases:
    yield "a form", _put(own, urlencode(own.body()), FORM_TYPE)


@write_probe("body.malformed")
def _(own: OwnLinks) -> Cases:
    for case, text in (("half a body", '{"internal_id":'), ("a list", "[1]"), ("no JSON", "x")):
        yield case, _put(own, text, "application/json")


@write_probe("body.media_type")
def _(own: OwnLinks) -> Cases:
    yield "XML", _put(own, "<link/>", "application/xml")


@write_probe("error.other_statuses")
def _(own: OwnLinks) -> Cases:
    yield "XML", _put(own, "<link/>", "application/xml")


@write_probe("body.encoding")
def _(own: OwnLinks) -> Cases:
    packed = gzip.compress(_json(own).encode("ascii"))
    yield "gzip", _put(own, packed, "application/json", Content_Encoding="gzip")
    yield "an unknown encoding", _put(own, b"x", "application/json", Content_Encoding="x-unknown")


@write_probe("body.transfer")
def _(own: OwnLinks) -> Cases:
    headers = {"Content-Type": "application/json"}
    data = _json(own).encode("ascii")
    yield "in chunks", own.put(data=data, headers=headers, chunked=True).status


@write_probe("body.too_large")
def _(own: OwnLinks) -> Cases:
    try:
        text = json.dumps({**own.body(), "unknown": "x" * MIB})
        yield "a body over 1 MiB", _put(own, text, "application/json")
    except UpstreamError:
        yield "a body over 1 MiB", "no response"


@write_probe("body.depth")
def _(own: OwnLinks) -> Cases:
    for depth in (60, 100):
        nested = "[" * depth + "]" * depth
        text = _json(own)[:-1] + f', "unknown": {nested}}}'
        yield f"{depth} levels deep", _put(own, text, "application/json")


@write_probe("body.lenient_number")
def _(own: OwnLinks) -> Cases:
    number = own.body()["internal_id"]
    yield "a whole number as text", own.put(own.body(internal_id=str(number))).status
    yield "a whole number as 4.0", own.put(own.body(internal_id=float(number))).status
    yield "a number in a text", _changing(own, external_id=int(own.marker[-5:], 16))


def _changing(own: OwnLinks, **changes: object) -> int:
    """The status of a PUT after which the link has what it had before."""
    answer = own.put(own.body(**changes))
    own.service.keep_error(answer, "a value is not valid")
    if answer.status < 400:
        own.restore()
    return answer.status


@write_probe("body.field_case")
def _(own: OwnLinks) -> Cases:
    body = {name.upper(): value for name, value in own.body().items()}
    yield "names in upper case", own.put(body).status


@write_probe("body.unknown_field")
def _(own: OwnLinks) -> Cases:
    body = {**own.body(), "no_such_field": "x", own.service.link_id_field: ABSENT_ID}
    yield "an unknown field, and another id", own.put(body).status


@write_probe("body.required")
def _(own: OwnLinks) -> Cases:
    for case, value in (("a null", None), ("a blank text", " ")):
        yield f"{case} in external_id", _changing(own, external_id=value)


@write_probe("body.invalid")
def _(own: OwnLinks) -> Cases:
    long = f"{own.marker}-long".ljust(256, "x")
    yield "256 characters in external_id", _changing(own, external_id=long)
    yield "text in internal_id", _changing(own, internal_id="x")
    yield "true in internal_id", _changing(own, internal_id=True)
    yield "a list in external_id", _changing(own, external_id=[own.marker])
