"""The contract: an OpenAPI document, its operations by path, and its schemas, compiled when first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mockrevio.revio.wire.query import PREFIX

Schema = Mapping[str, Any]


class Operation:
    """One method of one path, with its parameters and responses, in which references are resolved."""

    def __init__(self, contract: Contract, path: str, method: str) -> None:
        item = contract.paths[path]
        self._contract = contract
        self.name = f"{method} /v1{path}"
        self._declaration: Schema = item[method.lower()]
        self.parameters: list[Schema] = [
            contract.resolve(each)
            for each in [*item.get("parameters", []), *self._declaration.get("parameters", [])]
        ]

    @cached_property
    def query(self) -> Mapping[str, Schema]:
        """The parameters of the query by name in lowercase, without the prefix `search.`."""
        return {
            each["name"].lower().removeprefix(PREFIX): each
            for each in self.parameters
            if each["in"] == "query"
        }

    @cached_property
    def body(self) -> Schema | None:
        """The declaration of the request's body; None if there is none."""
        declared = self._declaration.get("requestBody")
        return None if declared is None else self._contract.resolve(declared)

    def response(self, status: int) -> Schema | None:
        """The declaration of a response; None if the status is not documented."""
        responses = self._declaration["responses"]
        found = responses.get(str(status)) or responses.get("default")
        return None if found is None else self._contract.resolve(found)


class Contract:
    """An OpenAPI document. Paths ignore case, and may end in a slash."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self.paths: Schema = document["paths"]
        self._by_size: dict[int, list[tuple[list[str], str]]] = {}
        for path in self.paths:
            parts = path.strip("/").lower().split("/")
            self._by_size.setdefault(len(parts), []).append((parts, path))
        for found in self._by_size.values():
            found.sort(key=lambda each: [part.startswith("{") for part in each[0]])  # literal ones first
        self._operations: dict[tuple[str, str], Operation] = {}
        # By the identity of schemas, which live as long as the document.
        self._validators: dict[int, Any] = {}
        self._properties: dict[int, Mapping[str, Schema]] = {}

    def path(self, steps: Sequence[str]) -> str | None:
        """The path that the steps below `/v1` name; None if there is none."""
        lowered = [step.lower() for step in steps]
        for parts, path in self._by_size.get(len(steps), []):
            if all(part in (step, "{") or part[0] == "{" for part, step in zip(parts, lowered, strict=True)):
                return path
        return None

    def methods(self, path: str) -> set[str]:
        """The methods of a path."""
        return {name.upper() for name in self.paths[path] if name != "parameters"}

    def operation(self, path: str, method: str) -> Operation:
        """An operation that exists."""
        key = path, method
        if key not in self._operations:
            self._operations[key] = Operation(self, path, method)
        return self._operations[key]

    def resolve(self, schema: Schema) -> Schema:
        """What a reference refers to; anything else is returned as it is."""
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def errors(self, schema: Schema, value: Any) -> Iterator[Any]:
        """The errors that jsonschema finds."""
        validator = self._validators.get(id(schema))
        if validator is None:
            from jsonschema import Draft202012Validator

            # With the components beside, so that references lead somewhere.
            whole = {"allOf": [schema], "components": self._document["components"]}
            validator = self._validators[id(schema)] = Draft202012Validator(whole)
        found: Iterator[Any] = validator.iter_errors(value)
        return found

    def variants(self, schema: Schema) -> Iterator[Schema]:
        """The schemas that a schema is composed of, itself included."""
        schema = self.resolve(schema)
        yield schema
        for name in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(name, ()):
                yield from self.variants(part)

    def properties(self, schema: Schema) -> Mapping[str, Schema]:
        """The properties of an object, from all schemas that it is composed of."""
        found = self._properties.get(id(schema))
        if found is None:
            found = self._properties[id(schema)] = {
                name: part
                for variant in self.variants(schema)
                for name, part in variant.get("properties", {}).items()
            }
        return found

    def items(self, schema: Schema) -> Schema:
        """The schema of a list's items."""
        return next((each["items"] for each in self.variants(schema) if "items" in each), {})
