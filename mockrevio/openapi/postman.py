"""A Postman collection (format 2.1), made from the document of Rev.io's API.

It runs from top to bottom against a mock with the default fixture, and leaves none of the records behind that
it creates: a folder for each endpoint creates, reads and changes them, the last one deletes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Part = dict[str, Any]

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_METHODS = ("post", "get", "put", "patch")
"""In this order."""
_CREATED_HERE = {"WebhookReceivers"}
"""Resources of which the fixture has no record, so that references to one lead to the one that is created."""


def collection(document: Mapping[str, Any]) -> Part:
    """The collection. Variables have the address and the credentials."""
    info = document["info"]
    folders = [
        {"name": tag["name"], "description": tag["description"], "item": requests}
        for tag in document["tags"]
        if (requests := [*_requests(document, _METHODS, tag["name"])])
    ]
    deletes = [*_requests(document, ["delete"])]
    last = {"name": "Delete", "item": deletes[::-1]}  # a subscription goes with its receiver
    return {
        "info": {
            "name": info["title"],
            "description": f"{info['summary']}. Made by `mockrevio openapi --postman`.",
            "version": info["version"],
            "schema": FORMAT,
        },
        "auth": {
            "type": "basic",
            "basic": [
                {"key": "username", "value": "{{username}}", "type": "string"},
                {"key": "password", "value": "{{password}}", "type": "string"},
            ],
        },
        "variable": [
            {"key": "baseUrl", "value": "http://127.0.0.1:7384/v1"},
            {"key": "username", "value": "tester@acme"},
            {"key": "password", "value": "secret"},
        ],
        "item": [*folders, last],
    }


def _requests(document: Mapping[str, Any], methods: Iterable[str], tag: str | None = None) -> Iterator[Part]:
    """The requests with these methods for the operations with a tag, or for all operations."""
    for method in methods:
        for path, item in document["paths"].items():
            if method in item and tag in (None, item[method]["tags"][0]):
                yield _request(document, method, path, item)


def _request(document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any]) -> Part:
    operation = item[method]
    request: Part = {
        "method": method.upper(),
        "header": [{"key": "Accept", "value": "application/json"}],
        "url": _url(path, operation["tags"][0], [*_query(document, operation)]),
        "description": operation["description"],
    }
    if "requestBody" in operation:
        media_type, example = _example(document, operation["requestBody"])
        request["header"].append({"key": "Content-Type", "value": media_type})
        if example is not None:
            request["body"] = {"mode": "raw", "raw": example, "options": {"raw": {"language": "json"}}}
    return {"name": operation["summary"], "event": [_test(method, item)], "request": request}


def _variable(tag: str, name: str) -> str:
    """The variable with the id of a record: resources may have ids of the same name."""
    return f"{tag}.{name}"


def _url(path: str, tag: str, query: list[Part]) -> Part:
    parts = [
        re.sub(r"\{(\w+)\}", lambda match: f"{{{{{_variable(tag, match[1])}}}}}", part)
        for part in path.strip("/").split("/")
    ]
    url: Part = {"raw": "/".join(["{{baseUrl}}", *parts]), "host": ["{{baseUrl}}"], "path": parts}
    return {**url, "query": query} if query else url


def _query(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Part]:
    """The parameters, all turned off, to choose from."""
    for each in operation.get("parameters", []):
        parameter = each
        if "$ref" in each:
            parameter = document["components"]["parameters"][each["$ref"].rpartition("/")[2]]
        if parameter["in"] == "query":
            yield {
                "key": parameter["name"],
                "value": "",
                "description": parameter["description"],
                "disabled": True,
            }


def _example(document: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[str, str | None]:
    """The media type of a body, and the text of its example, with variables for records created before."""
    [(media_type, content)] = body["content"].items()
    if "example" not in content:
        return media_type, None
    text = json.dumps(content["example"], indent=2)
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    for name, field in schema.get("properties", {}).items():
        if field.get("x-refers-to") in _CREATED_HERE:
            variable = _variable(field["x-refers-to"], name)
            text = re.sub(rf'"{name}": \d+', f'"{name}": {{{{{variable}}}}}', text)
    return media_type, text


def _test(method: str, item: Mapping[str, Any]) -> Part:
    """The script that checks a response, and keeps the id of a record for the requests after it."""
    operation = item[method]
    status = next(status for status in operation["responses"] if status < "300")
    lines = [
        f'pm.test("{status}", () => pm.response.to.have.status({status}));',
        'pm.test("ok", () => pm.expect(pm.response.json().ok).to.equal(true));',
    ]
    links = operation["responses"][status].get("links", {})
    if links and (method == "post" or "post" not in item):
        [(name, expression), *_] = next(iter(links.values()))["parameters"].items()
        place = expression.removeprefix("$response.body#/").replace("/", "?.")
        place = re.sub(r"\?\.(\d+)", r"?.[\1]", place)
        variable = _variable(operation["tags"][0], name)
        lines.append(f'pm.collectionVariables.set("{variable}", pm.response.json().{place});')
    return {"listen": "test", "script": {"type": "text/javascript", "exec": lines}}
