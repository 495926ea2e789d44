"""The document of the admin API: valid, complete, and what the routes answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from openapi_spec_validator import validate

from mockrevio.app import create_app
from mockrevio.openapi.admin.descriptions import DESCRIPTIONS
from mockrevio.openapi.admin.document import admin_document
from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.openapi.encoding import encode
from mockrevio.seeding.generator import GENERATED
from mockrevio.settings import Settings
from tests.events import Events
from tests.openapi.common import Contract
from tests.openapi.test_revio import walk
from tests.support import AUTH, Client, serving

ADMIN = "/__admin"


@pytest.fixture(scope="module")
def admin() -> Contract:
    return Contract(json.loads(encode(admin_document())))


def test_it_is_valid(admin: Contract) -> None:
    validate(admin.document)
    used = {part["$ref"] for _, part in walk(admin.document) if "$ref" in part}
    components = admin.document["components"]
    there = {f"#/components/schemas/{name}" for name in components["schemas"]}
    assert there <= used
    ids = [operation["operationId"] for _, _, operation in admin.operations()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def test_it_has_every_route_and_no_other(admin: Contract) -> None:
    app = create_app(Settings(ephemeral=True))
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(ADMIN)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    app.close()
    assert routes == {(method, path) for method, path, _ in admin.operations()}
    assert DESCRIPTIONS.keys() == {operation.view for operation in OPERATIONS}


def _successes(client: Client, admin: Contract) -> Iterator[requests.Response]:
    """A response of each operation to each example in the document."""
    client.get("/v1/Custmers")
    client.link(external_id="another")
    client.post(f"{ADMIN}/faults", json={"effect": {"status": 503}, "when": {"skip": 99}})
    client.put(f"{ADMIN}/snapshots/before")
    values = {"entity_id": "1001", "fault_id": "1", "link_id": "1"}
    order = ("patch", "put", "post", "get", "delete")
    for method in order:
        # One record before all of them.
        for path, item in sorted(admin.document["paths"].items(), reverse=True):
            if method not in item or path.startswith("/worlds/") or (method, path) == ("delete", "/worlds"):
                continue
            if path == "/events":  # which go on for ever
                continue
            address = path.replace(
                "{name}", "CUSTOMER" if path.startswith(("/entities", "/resources")) else "before"
            )
            if "{delivery_id}" in path:
                subscribe = {"url": "http://127.0.0.1:9/", "event_types": ["CUSTOMER_CREATED"]}
                assert client.post(f"{ADMIN}/webhooks/receivers", json=subscribe).ok
                assert client.post(f"{ADMIN}/entities/CUSTOMER", json={"status": "ACTIVE"}).ok
                values["delivery_id"] = str(client.get(f"{ADMIN}/webhooks").json()["deliveries"][0]["id"])
            if "{request_id}" in path:
                values["request_id"] = client.get("/v1/Customers").headers["X-Mock-Request-Id"]
            for name, value in values.items():
                address = address.replace(f"{{{name}}}", value)
            body = item[method].get("requestBody")
            examples: list[Any] = [None]
            if body is not None:
                examples = [
                    each["value"] for each in body["content"]["application/json"]["examples"].values()
                ]
                assert examples, path
            for example in examples:
                if example is not None:
                    schema = body["content"]["application/json"]["schema"]
                    assert not admin.mistakes(schema, example), (path, example)
                yield client.request(method.upper(), f"{ADMIN}{address}", json=example)
                if (method, path) == ("put", "/state"):
                    assert client.post(f"{ADMIN}/snapshots/before/restore").ok


def test_every_operation_answers_as_it_says(admin: Contract) -> None:
    """Even with what the document has as examples of bodies."""
    with serving() as client:
        seen = set()
        for response in _successes(client, admin):
            assert response.ok, f"{response.request.method} {response.url}: {response.text}"
            admin.check(response, ADMIN)
            seen.add((response.request.method, admin.path_of(response.request.path_url.removeprefix(ADMIN))))
    everything = {(method, path) for method, path, _ in admin.operations()}
    ours = {("GET", "/events"), ("DELETE", "/worlds"), ("DELETE", "/worlds/{client}")}
    assert everything - seen == ours


def test_events_are_what_it_says(admin: Contract, client: Client) -> None:
    with Events(client) as events:
        described = admin.document["paths"]["/events"]["get"]["responses"]["200"]["content"]
        assert [*described] == [events.response.headers["Content-Type"].partition(";")[0]]
        rates = events.hello.data["rates"]
        assert not admin.mistakes(admin.document["components"]["schemas"]["CallRates"], rates)


def _rejections(client: Client) -> Iterator[requests.Response]:
    yield client.get(f"{ADMIN}/state?x=1")
    yield client.get(f"{ADMIN}/state?client=acme")
    yield client.get(f"{ADMIN}/entities/Nobodies")
    yield client.get(f"{ADMIN}/entities/CUSTOMER/9")
    yield client.post(f"{ADMIN}/entities/CUSTOMER", json={"id": 1001})
    yield client.post(f"{ADMIN}/entities/CUSTOMER", json={"count": 0})
    yield client.post(f"{ADMIN}/key_links", json={})
    yield client.put(f"{ADMIN}/key_links/1", json={})
    yield client.get(f"{ADMIN}/key_links?sort=x")
    yield client.get(f"{ADMIN}/requests/ffffffff")
    yield client.get(f"{ADMIN}/resources/Nobodies")
    yield client.post(f"{ADMIN}/faults", json=[{"effect": {}}, {"x": 1}])
    yield client.put(f"{ADMIN}/state", data="{")
    yield client.put(f"{ADMIN}/state", data="{}", headers={"Content-Encoding": "br"})
    yield client.put(f"{ADMIN}/clock", json={})
    yield client.post(f"{ADMIN}/requests/verify", json={"match": {"method": "PUT"}})
    yield client.post(f"{ADMIN}/requests/verify", json={"match": {"method": "GET"}, "count": 0})
    yield client.post(f"{ADMIN}/webhooks/verify", json={})
    yield client.get(f"{ADMIN}/snapshots/nope")
    yield client.delete(f"{ADMIN}/worlds/acme")
    yield client.get(f"{ADMIN}/clock", headers={"Host": "evil.example"})
    yield client.get(f"{ADMIN}/requests", params={"status": "x"})


QUERIES = (
    "key_links?labels=true&search=another&sort=-created_date&offset=0&limit=5",
    "key_links/1?labels=true",
    "entities/CUSTOMER?labels=true&field.status=ACTIVE&search=1001",
    "entities/SERVICE?field.customer_id=1001",
    "entities/BILL/1001/references",
    "requests?form=summary",
    "requests?text=another&record=CUSTOMER/1015",
    *(f"resources/{resource.entity_type or resource.path}" for resource in GENERATED.values()),
)


@pytest.mark.parametrize("query", QUERIES)
def test_so_do_listings_with_parameters(admin: Contract, client: Client, query: str) -> None:
    client.link(external_id="another")
    response = client.get(f"{ADMIN}/{query}")
    assert response.ok, response.text
    admin.check(response, ADMIN)


def test_a_dry_run_answers_as_the_change_does(admin: Contract, client: Client) -> None:
    response = client.patch(f"{ADMIN}/settings?dry_run=true", json={"latency": "1s"})
    admin.check(response, ADMIN)
    assert response.json()["latency"] == "1s"


def test_so_do_the_errors(admin: Contract, client: Client) -> None:
    client.get("/v1/Customers")
    statuses = set()
    for response in _rejections(client):
        admin.check(response, ADMIN)
        statuses.add(response.status_code)
    assert statuses == {400, 403, 404, 409, 415}


def test_isolated_worlds_are_as_it_says(admin: Contract) -> None:
    with serving(isolate_clients=True) as client:
        responses = [
            client.get("/v1/Customers"),
            client.get(f"{ADMIN}/worlds"),
            client.get(f"{ADMIN}/clock?client=acme"),
            client.get(f"{ADMIN}/clock?client=nobody"),
            client.delete(f"{ADMIN}/worlds?client=acme"),
            client.delete(f"{ADMIN}/worlds/acme"),
        ]
    for response in responses[1:]:
        admin.check(response, ADMIN)
    assert [response.status_code for response in responses] == [200, 200, 200, 404, 200, 404]


def test_it_is_served_to_those_without_the_token_too(admin: Contract) -> None:
    """It contains no data, and the page that shows it cannot send the token when it loads."""
    with serving(admin_token=AUTH[1]) as client:
        response = client.get(f"{ADMIN}/openapi.json")
        assert client.get(f"{ADMIN}/clock", auth=None).status_code == 401
        admin.check(client.get(f"{ADMIN}/clock"), ADMIN)
        foreign = client.get(f"{ADMIN}/openapi.json", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    served: dict[str, Any] = response.json()
    assert served["servers"] == [{"url": "/__admin", "description": "this mock"}]
    assert {**served, "servers": 0} == {**admin.document, "servers": 0}
