"""Contract cases: what a service answered to which kind of request, without its data.

A case is one method, path, set of parameters and of fields, and one status. Many exchanges make one case; the
shape of its response is what they have in common. The result is the same in whichever order they came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple

from mockrevio.contract.personal_data import PersonalData
from mockrevio.contract.record.exchange import NOT_JSON, Exchange, dump_json
from mockrevio.contract.record.request_templates import RequestTemplate, path_template
from mockrevio.contract.record.shapes import Shape
from mockrevio.revio.resources import BUILT_IN
from mockrevio.revio.wire.body import parse_media_type

FORMAT_KEY, FORMAT = "mockrevio_cases", 1
"""What marks a document as one with cases, and its version."""

MAX_CASES = 5000
"""More come only from a program that makes names up."""


class _Key(NamedTuple):
    path: str
    method: str
    status: int
    parameters: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass
class _Case:
    """The parts of a case that exchanges add to."""

    request: dict[str, Any] = field(default_factory=dict)
    content_types: set[str] = field(default_factory=set)
    has_location: bool = True
    shape: Shape | None = None


class Cases:
    """The cases of a recording."""

    def __init__(self, personal_data: PersonalData) -> None:
        self._personal_data = personal_data
        self._cases: dict[_Key, _Case] = {}
        self.ignored = 0
        """How many exchanges would have been further cases."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._cases)

    def observe(self, exchange: Exchange) -> bool:
        """Take in an exchange. Returns whether it may have changed something."""
        if exchange.steps is None:
            return False
        request = self._request(exchange)
        body = request.get("body")
        key = _Key(
            request["path"],
            exchange.method,
            exchange.response.status,
            tuple(request["query"]),
            tuple(sorted(body)) if isinstance(body, dict) else (type(body).__name__,),
        )
        if key not in self._cases and len(self._cases) >= MAX_CASES:
            self.ignored += 1
            return False
        case = self._cases.setdefault(key, _Case())
        if not case.request or dump_json(request) < dump_json(case.request):
            case.request = request
        headers = exchange.response_headers
        case.content_types.add(parse_media_type(headers.get("content-type", ""))[0])
        case.has_location &= "location" in headers
        if exchange.response_json is not NOT_JSON:
            case.shape = case.shape or Shape()
            case.shape.add(exchange.response_json)
        return True

    def _request(self, exchange: Exchange) -> dict[str, Any]:
        """What the request has in common with others of its kind. If it was rejected, its values are kept,
        since they may be the reason; personal data in them is replaced."""
        steps = exchange.steps or []
        resource = BUILT_IN.at(steps[0].lower()) if steps else None
        template = RequestTemplate(
            resource, self._personal_data, accepted=exchange.response.status < HTTPStatus.BAD_REQUEST
        )
        request: dict[str, Any] = {
            "method": exchange.method,
            "path": path_template(steps, resource),
            "query": template.query(exchange.query),
        }
        if exchange.caller is None:
            request["authorization"] = "none"
        if exchange.request_body:
            content_type = exchange.headers.get("content-type", "")
            request["content_type"] = parse_media_type(content_type)[0]
            request["body"] = template.body(exchange.request_content, content_type)
        return request

    def document(self) -> dict[str, Any]:
        """All cases as a document, in a fixed order."""
        return {
            FORMAT_KEY: FORMAT,
            "cases": [_document(key, case) for key, case in sorted(self._cases.items(), key=_order)],
        }


def _order(item: tuple[_Key, _Case]) -> _Key:
    return item[0]


def _document(key: _Key, case: _Case) -> dict[str, Any]:
    response: dict[str, Any] = {"status": key.status, "content_type": sorted(case.content_types)}
    if case.has_location:
        response["headers"] = ["location"]
    if case.shape is not None:
        response["body"] = case.shape.schema()
    return {"request": case.request, "response": response}
