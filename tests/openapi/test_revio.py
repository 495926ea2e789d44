"""The document of Rev.io's API: valid, complete, and with examples that are true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openapi_spec_validator import validate

from mockrevio.openapi.encoding import encode
from mockrevio.openapi.revio import revio_document
from mockrevio.revio.behaviours import EVIDENCE
from mockrevio.revio.format_rules import RULES
from mockrevio.revio.resources import BUILT_IN, Resources
from mockrevio.revio.search import exact_fields, search_fields
from tests.openapi.common import Contract
from tests.support import LINK, serving

WIDGETS = {
    "Widgets": {
        "id": "widget_id",
        "entity_type": "WIDGET",
        "methods": ["GET", "POST"],
        "fields": {"widget_id": "whole", "color": "text", "customer_id": "whole -> Customers"},
    }
}


def walk(part: Any, path: str = "#") -> Iterator[tuple[str, Any]]:
    """Every object in a document with its place."""
    if isinstance(part, Mapping):
        yield path, part
        for name, inner in part.items():
            yield from walk(inner, f"{path}/{name}")
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from walk(inner, f"{path}/{index}")


def test_it_is_valid(contract: Contract) -> None:
    validate(contract.document)


def test_a_world_with_more_resources_has_them_in_its_document() -> None:
    """A declared resource may have the name that another one's records have."""
    customer = {"Customer": {"id": "customer_id", "fields": {"customer_id": "whole", "when": "date"}}}
    document = json.loads(encode(revio_document(Resources({**WIDGETS, **customer}))))
    schemas = document["components"]["schemas"]
    assert {part["$ref"] for _, part in walk(document) if "$ref" in part} == _components(document)
    assert set(document["paths"]["/Widgets"]) == {"get", "post"}
    assert schemas["WidgetInput"]["properties"].keys() == {"color", "customer_id"}
    assert "WIDGET_CREATED" in schemas["Notification"]["properties"]["event_type"]["enum"]
    assert schemas["Customer2"]["required"] == ["customer_id", "when"]


def test_operation_ids_are_unique_and_every_component_is_used(contract: Contract) -> None:
    ids = [operation["operationId"] for _, _, operation in contract.operations()]
    assert len(ids) == len(set(ids)) > 180
    used = {part["$ref"] for _, part in walk(contract.document) if "$ref" in part}
    assert used == _components(contract.document)


def _components(document: Mapping[str, Any]) -> set[str]:
    return {
        f"#/components/{kind}/{name}"
        for kind, components in document["components"].items()
        for name in components
        if kind != "securitySchemes"
    }


def test_every_operation_parameter_and_response_has_its_evidence(contract: Contract) -> None:
    for method, path, operation in contract.operations():
        parameters = [contract.resolve(each) for each in operation.get("parameters", [])]
        for part in (operation, *parameters, *map(contract.resolve, operation["responses"].values())):
            assert part["x-evidence"]["label"] in EVIDENCE, (method, path, part)
    for name, schema in contract.document["components"]["schemas"].items():
        shared = ("Input", "Page", "Response")
        assert "x-evidence" in schema or not name.endswith(shared), name


def test_what_the_evidence_says_comes_from_the_table(contract: Contract) -> None:
    for place, part in walk(contract.document):
        found = part.get("x-evidence", {})
        if "rule" in found and "x-evidence-rules" not in place:
            rule = RULES[found["rule"]]
            assert found["label"] == rule.evidence, place
    assert contract.document["x-evidence-rules"].keys() == RULES.keys()


def test_every_name_that_a_search_accepts_is_there(contract: Contract) -> None:
    for resource in BUILT_IN:
        parameters = [
            contract.resolve(each)
            for each in contract.document["paths"][f"/{resource.path}"]["get"]["parameters"]
        ]
        names = {each["name"] for each in parameters}
        assert len(names) == len(parameters)
        assert {f"search.{each['x-also-as']}" for each in parameters} >= names - {"page", "page_size", "sort"}
        members = {name for each in parameters for name in each.get("x-members", [])}
        accepted = {name.removeprefix("search.").lower() for name in names | members}
        assert accepted >= search_fields(resource).keys(), resource
        [sort] = [each for each in parameters if each["name"] == "sort"]
        places = {
            exact_fields(resource)[name.lstrip("-").lower()].paths for name in sort["schema"]["examples"]
        }
        assert places == {field.paths for field in exact_fields(resource).values() if field.indexed}


@pytest.mark.parametrize("place", ["schemas", "requestBody", "responses"])
def test_examples_are_as_their_schemas_say(contract: Contract, place: str) -> None:
    count = 0
    if place == "schemas":
        for name, schema in contract.document["components"]["schemas"].items():
            for example in schema.get("examples", []):
                count += 1
                assert not contract.mistakes({"$ref": f"#/components/schemas/{name}"}, example), name
    for _, path, operation in contract.operations():
        part = operation.get(place, {})
        for described in part.values() if place == "responses" else [part] if part else []:
            for media_type in contract.resolve(described).get("content", {}).values():
                examples = [each["value"] for each in media_type.get("examples", {}).values()]
                for example in [*examples, *([media_type["example"]] if "example" in media_type else [])]:
                    count += 1
                    assert not contract.mistakes(media_type["schema"], example), (path, example)
    assert count > 20


def test_the_examples_of_records_are_those_of_the_default_fixture(contract: Contract, client: Any) -> None:
    """Apart from key links and webhooks, of which it has none."""
    for resource in BUILT_IN:
        content = contract.document["paths"][f"/{resource.path}"]["get"]["responses"]["200"]["content"]
        [record] = content["application/json"]["example"]["records"]
        response = client.get(f"/v1/{resource.path}/{record[resource.id_field]}")
        if resource.path in ("IntegrationKeyLink", "WebhookReceivers", "WebhookSubscriptions"):
            assert response.status_code == 404
        else:
            assert response.json() == {"ok": True, **record}


def test_the_examples_of_errors_are_what_the_mock_answers(contract: Contract, client: Any) -> None:
    """In every detail, but those of the gateway, which come from the same functions."""
    link = "/v1/IntegrationKeyLink"
    both = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": "x"}
    client.post(link, json=LINK)
    answers = {
        "BadRequest": [
            client.post(link, json=both),
            client.post(link, json={**LINK, "internal_id": 42}),
            client.post(link, json=LINK),
            client.post(link, data="{x"),
        ],
        "Unauthorized": [client.get("/v1/SystemStatus", auth=("x", "y"))],
        "NotFound": [client.get("/v1/Customers/42")],
        "MethodNotAllowed": [client.patch("/v1/Customers")],
        "TooLarge": [client.post(link, data=b" " * (1024 * 1024 + 1))],
        "UnsupportedMediaType": [client.post(link, data="<a/>", headers={"Content-Type": "application/xml"})],
    }
    for name, responses in answers.items():
        content = contract.document["components"]["responses"][name]["content"]["application/json"]
        examples = [each["value"] for each in content["examples"].values()]
        assert [response.json() for response in responses] == examples[: len(responses)], name


def test_it_is_served_without_credentials_for_the_world(client: Any, contract: Contract) -> None:
    client.auth = None
    response = client.get("/openapi.json")
    assert (response.status_code, response.headers["Content-Type"]) == (
        200,
        "application/json; charset=utf-8",
    )
    served = response.json()
    assert served["servers"][0] == {"url": "/v1", "description": "this mock"}
    assert {**served, "servers": 0} == {**contract.document, "servers": 0}
    assert client.get("/openapi.json").content == response.content
    client.put("/__admin/state", json={"schema": 1, "resources": WIDGETS})
    assert "/Widgets" in client.get("/openapi.json").json()["paths"]


def test_the_served_document_has_the_statuses_that_are_configured() -> None:
    settings = ("link.duplicate=409", "body.invalid=422")
    with serving(error_status=settings) as client:
        served = Contract(client.get("/openapi.json").json())
        client.link()
        duplicate = client.post("/v1/IntegrationKeyLink", json=LINK)
        served.check(duplicate)
    assert duplicate.status_code == 409


def test_a_page_under_a_name_that_may_be_rebound_does_not_get_it(client: Any) -> None:
    headers = {"Host": "rebound.example", "User-Agent": "Mozilla/5.0"}
    assert client.get("/openapi.json", headers=headers).status_code == 403
    assert client.get("/openapi.json", headers={"Host": "rebound.example"}).status_code == 200
