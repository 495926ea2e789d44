"""Looks up in a document what a request and its response must look like, and compares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import requests
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
"""The keys of a path item that are operations."""

_URI = "urn:document"


class Contract:
    """A document, and what it says about one exchange."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        resource = DRAFT202012.create_resource(dict(document))
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._patterns = [
            (re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)), path) for path in document["paths"]
        ]
        self._patterns.sort(key=lambda pair: "{" in pair[1])
        self._validator = cache(self._compile)

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Every operation with its method and path."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def path_of(self, path: str) -> str | None:
        """The path of the document that a request is for."""
        return next((found for pattern, found in self._patterns if pattern.fullmatch(path)), None)

    def resolve(self, part: Any) -> Any:
        """What a reference refers to; anything else itself."""
        while isinstance(part, Mapping) and "$ref" in part:
            target: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            part = target
        return part

    def _compile(self, schema: str) -> Draft202012Validator:
        absolute = schema.replace('"$ref": "#/', f'"$ref": "{_URI}#/')
        return Draft202012Validator(json.loads(absolute), registry=self._registry)

    def mistakes(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        """How a value differs from a schema of the document."""
        errors = self._validator(json.dumps(schema)).iter_errors(value)
        return [f"{error.json_path}: {error.message[:300]}" for error in errors]

    def check(self, response: requests.Response, prefix: str = "/v1") -> None:
        """Assert that a response is as the document says, with its headers."""
        method, path = response.request.method or "", response.request.path_url.partition("?")[0]
        found = self.path_of(path.removeprefix(prefix))
        assert found is not None, f"{method} {path} is not in the document"
        operation = self.document["paths"][found].get(method.lower())
        assert operation is not None, f"{method} {path} is not in the document"
        place = f"{method} {path}: {response.status_code} {response.text[:300]}"
        expected = self.resolve(operation["responses"].get(str(response.status_code)))
        assert expected is not None, f"{place}: this status is not in the document"
        self._check_headers(response, expected, place)
        content = expected.get("content")
        if content is None:
            assert not response.content, place
            return
        media_type = response.headers["Content-Type"].partition(";")[0]
        assert media_type in content, f"{place}: {media_type}"
        if media_type == "application/json":
            mistakes = self.mistakes(content[media_type]["schema"], response.json())
            assert not mistakes, f"{place}\n" + "\n".join(mistakes)

    def _check_headers(self, response: requests.Response, expected: Mapping[str, Any], place: str) -> None:
        headers = expected.get("headers", {})
        documented = {name.lower(): self.resolve(header) for name, header in headers.items()}
        for name, header in documented.items():
            text = response.headers.get(name)
            assert text is not None or not header.get("required"), f"{place}: {name} is missing"
            if text is not None:
                kind = header["schema"]["type"]
                mistakes = self.mistakes(header["schema"], int(text) if kind == "integer" else text)
                assert not mistakes, f"{place}: {name}: {mistakes}"
        common = {"content-type", "content-length", "server", "date", "connection", "x-powered-by"}
        common |= {"x-content-type-options"}
        assert {name.lower() for name in response.headers} <= common | documented.keys(), place
