"""Replaying contract cases: does a mock answer as the recorded service did?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from mockrevio.contract.client import Answer, Call, Client
from mockrevio.contract.record.cases import FORMAT, FORMAT_KEY
from mockrevio.contract.record.exchange import NOT_JSON, parse_json
from mockrevio.contract.record.replay_values import MISSING_ID, NothingToSend, ReplayValues
from mockrevio.contract.record.request_templates import UNREADABLE
from mockrevio.contract.validation.schema_errors import describe, path_text
from mockrevio.errors import AnswerLost, SettingError
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.resources import BUILT_IN
from mockrevio.revio.wire.body import FORM_TYPE, parse_media_type

_ORDER = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
"""Reads come first, and deletions last, so that there is something left to delete."""

_WITH_FIELDS = frozenset(
    {None, "", FORM_TYPE, "application/json", "text/json", "application/json-patch+json"}
)
"""The content types of which a body can be malformed; any other one is not supported."""

Case = Mapping[str, Any]


class Difference(NamedTuple):
    """What differs: where, what the mock does, and what was recorded."""

    place: str
    mock: Any
    recorded: Any


class Replayed(NamedTuple):
    """The result of one case. `reason` says why it was not sent."""

    name: str
    differences: Sequence[Difference] = ()
    reason: str = ""


def is_cases(document: Any) -> bool:
    """Whether a document has the cases of a recording, of any version."""
    return isinstance(document, dict) and FORMAT_KEY in document


def read_cases(document: Mapping[str, Any], path: Path) -> list[Case]:
    """The cases in a document. Raises SettingError."""
    if document[FORMAT_KEY] != FORMAT:
        raise SettingError(f"{path}: has format {document[FORMAT_KEY]}, not {FORMAT}; record it again")
    cases = document.get("cases")
    if not isinstance(cases, list) or not all(map(_is_case, cases)):
        raise SettingError(f"{path}: is no file of cases as mockrevio record writes it")
    return cases


def _is_case(case: Any) -> bool:
    request, response = (
        (case.get("request"), case.get("response")) if isinstance(case, dict) else (None, None)
    )
    return (
        isinstance(request, dict)
        and isinstance(response, dict)
        and all(isinstance(request.get(name), str) for name in ("method", "path"))
        and isinstance(request.get("query"), dict)
        and isinstance(response.get("status"), int)
    )


def replay(cases: Sequence[Case], client: Client) -> Iterator[Replayed]:
    """Send each case to a mock, and compare its response."""
    values = ReplayValues(client)
    names: Counter[str] = Counter()
    for case in sorted(cases, key=lambda case: _position(case["request"]["method"])):
        name = case_name(case)
        names[name] += 1
        if names[name] > 1:  # its body has other fields
            name += f" #{names[name]}"
        reason = _not_replayable(case)
        if reason:
            yield Replayed(name, reason=reason)
            continue
        try:
            answer = _send(case, client, values)
        except NothingToSend as error:
            yield Replayed(name, reason=str(error))
        except AnswerLost as error:
            yield Replayed(name, [Difference("response", str(error), "a response")])
        else:
            yield Replayed(name, [*_differences(case["response"], answer)])


def _send(case: Case, client: Client, values: ReplayValues) -> Answer:
    """The response to a case. A creation that was rejected is sent again if it is accepted: it may have been
    the second one of its kind."""
    call = _call(case, values)
    answer = client.send(call)
    rejected = case["response"]["status"] == HTTPStatus.BAD_REQUEST
    return client.send(call) if rejected and answer.status == HTTPStatus.CREATED else answer


def _position(method: str) -> int:
    return _ORDER.index(method) if method in _ORDER else len(_ORDER)


def case_name(case: Case) -> str:
    """A case in one line: `GET /v1/Customers?status 200`."""
    request = case["request"]
    query = "&".join(request["query"])
    return f"{request['method']} {request['path']}{'?' + query if query else ''} {case['response']['status']}"


def _not_replayable(case: Case) -> str:
    status = case["response"]["status"]
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "it depends on the load, not on the request"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "it depends on the size of the body"
    has_fields = case["request"].get("content_type") in _WITH_FIELDS
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and has_fields:
        return "it depends on the charset or the coding of the body"
    if "{text}" in case["request"]["path"] and status < HTTPStatus.BAD_REQUEST:
        return "nothing is known of a part of its path"
    without_credentials = case["request"].get("authorization") == "none"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not without_credentials:
        return "it depends on the user and the gateway"
    return ""


def _call(case: Case, values: ReplayValues) -> Call:
    """The request of a case, with values. Raises NothingToSend."""
    request = case["request"]
    steps = request["path"].removeprefix(API_PATH).strip("/").split("/")
    resource = BUILT_IN.at(steps[0].lower())
    is_missing = case["response"]["status"] == HTTPStatus.NOT_FOUND
    for index, step in enumerate(steps):
        if step == "{id}":
            steps[index] = str(MISSING_ID if is_missing else values.id_of(steps[0]))
        elif step == "{text}":
            steps[index] = "text"
    query = [
        (name, values.parameter(name, template, resource))
        for name, templates in request["query"].items()
        for template in templates
    ]
    content_type = request.get("content_type")
    return Call(
        request["method"],
        "/" + "/".join(steps),
        query,
        data=_body(request["body"], content_type, values) if "body" in request else None,
        headers={"Content-Type": content_type} if content_type else {},
        own_access=request.get("authorization") != "none",
    )


def _body(template: Any, content_type: str | None, values: ReplayValues) -> bytes:
    if template == UNREADABLE:
        return b"{" if content_type in _WITH_FIELDS else b"<"
    filled = values.fill(template)
    is_form = content_type == FORM_TYPE
    if is_form and isinstance(filled, dict) and all(isinstance(each, str) for each in filled.values()):
        return urlencode(filled).encode("ascii")
    return json.dumps(filled).encode("ascii")


def _differences(recorded: Case, answer: Answer) -> Iterator[Difference]:
    if answer.status != recorded["status"]:
        yield Difference("status", answer.status, recorded["status"])
        return
    content_type = parse_media_type(answer.headers.get("Content-Type", ""))[0]
    if content_type not in recorded.get("content_type", [content_type]):
        yield Difference("content type", content_type, " or ".join(recorded["content_type"]))
    yield from (
        Difference(f"header {name}", "is missing", "is sent")
        for name in recorded.get("headers", ())
        if name not in answer.headers
    )
    if "body" in recorded:
        yield from _body_differences(recorded["body"], answer)


def _body_differences(schema: Any, answer: Answer) -> Iterator[Difference]:
    from jsonschema import Draft202012Validator

    body = parse_json(answer.content)
    if body is NOT_JSON:
        yield Difference("body", "is not JSON", "is JSON")
        return
    found = {
        (path_text(path), message)
        for error in Draft202012Validator(schema).iter_errors(body)
        for path, message in describe(error)
    }
    for place, message in sorted(found):
        yield Difference(f"body {place}".strip(), message, "as recorded")
