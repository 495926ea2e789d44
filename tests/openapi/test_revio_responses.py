"""What the mock answers is what the document of Rev.io's API says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mockrevio.app import create_app
from mockrevio.revio.resources import BUILT_IN, Resource
from mockrevio.settings import Settings
from tests.openapi.common import Contract
from tests.support import LINK, Client, serving

PATHS = [resource.path for resource in BUILT_IN]


def _resource(path: str) -> Resource:
    return BUILT_IN.at_path(path)


@pytest.mark.parametrize(
    ("fixture", "settings"),
    [
        ("default", {}),
        ("demo", {"links": "self", "unset_dates": "sentinel", "server_headers": "iis"}),
        ("empty", {}),
    ],
    ids=["default", "demo", "empty"],
)
def test_every_record_and_every_page_is_as_its_schema_says(
    contract: Contract, fixture: str, settings: dict[str, Any]
) -> None:
    with serving(fixture=(fixture,), **settings) as client:
        records = 0
        for resource in BUILT_IN:
            for page in range(1, 100):
                response = client.get(f"/v1/{resource.path}", params={"page": page, "page_size": 500})
                contract.check(response)
                records += len(response.json()["records"])
                if not response.json()["has_more"]:
                    break
            for record in response.json()["records"][:2]:
                contract.check(client.get(f"/v1/{resource.path}/{record[resource.id_field]}"))
        assert records > {"default": 500, "demo": 4500, "empty": 20}[fixture]


@pytest.mark.parametrize("path", PATHS)
def test_every_write_of_the_document_gets_the_response_of_the_document(
    contract: Contract, client: Client, path: str
) -> None:
    resource = _resource(path)
    example = contract.document["paths"][f"/{path}"].get("post", {}).get("requestBody")
    record_id = client.get(f"/v1/{path}").json()["records"][:1]
    if example is not None:
        body = contract.resolve(example)["content"]["application/json"]["example"]
        if "webhook_receiver_id" in body:
            created = client.post("/v1/WebhookReceivers", json={"url": "http://127.0.0.1:9/"})
            body = {**body, "webhook_receiver_id": created.json()["id"]}
        response = client.post(f"/v1/{path}", json=body)
        assert response.status_code == 201, response.text
        contract.check(response)
        for media_type in ("text/json", "application/x-www-form-urlencoded"):
            contract.check(client.post(f"/v1/{path}", data="{}", headers={"Content-Type": media_type}))
        contract.check(client.post(f"/v1/{path}", data="<a/>", headers={"Content-Type": "text/xml"}))
        one = f"/v1/{path}/{response.json()['id']}"
    elif record_id:
        one = f"/v1/{path}/{record_id[0][resource.id_field]}"
    else:
        return
    record = client.get(one)
    contract.check(record)
    operations = contract.document["paths"][f"/{path}/{{{resource.id_field}}}"]
    if "put" in operations:
        contract.check(client.put(one, json={"ok": [], **record.json()}))
        contract.check(client.put(one, data="x", headers={"Content-Type": "text/plain"}))
        contract.check(client.get(one))
    if "patch" in operations:
        contract.check(client.patch(one, json=[{"op": "replace", "path": "created_by", "value": 1}]))
        contract.check(client.patch(one, json={}))
    if "delete" in operations:
        contract.check(client.delete(one))
        contract.check(client.delete(one))
        contract.check(client.get(one))


def _bad_requests(client: Client) -> Iterator[Any]:
    """Responses of many kinds that are no success."""
    link = "/v1/IntegrationKeyLink"
    yield client.get("/v1/SystemStatus")
    yield client.get("/v1/SystemStatus", auth=("nobody", "x"))
    yield client.get("/v1/Customers", params={"customer_id": "x", "page": "0"})
    yield client.post(link, json={"internal_id": "x"})
    yield client.post(link, json={**LINK, "internal_id": 42})
    yield client.post(link, data="{")
    yield client.post(link, data=b"[" * 100)
    yield client.post(link, data=b" " * (1024 * 1024 + 1))
    yield client.post(link, data=b"{}", headers={"Content-Encoding": "br"})
    yield client.post(link, json=LINK)
    yield client.post(link, json=LINK)
    yield client.post("/v1/Notes", json={"customer_id": 0})
    yield client.delete("/v1/ServiceProduct", json={"service_product_id": 7})
    yield client.delete("/v1/ServiceProduct", json={"service_product_id": 1001})
    for body in ({"inventory_item_id": 1001, "service_id": 1001}, {"inventory_item_id": 1001}):
        yield client.patch("/v1/InventoryItem/assignService", json=body)
    yield client.put("/v1/Tasks/1/action", json={"action": "COMPLETE"})
    yield client.put("/v1/Tasks/7777/action", json={"action": "COMPLETE"})
    yield client.put("/v1/Tasks/1/action", json={"action": "x"})
    yield client.post("/v1/WebhookReceivers", json={"url": "ftp://x"})
    yield client.post("/v1/WebhookReceivers/1/activate")
    yield client.get("/v1/Customers", headers={"X-Mock-Fault": "status=503"})
    yield client.get("/v1/Customers", headers={"X-Mock-Fault": "status=500"})
    yield client.get("/v1/Customers", headers={"X-Mock-Fault": "status=nope"})
    for preset in ("rate_limited", "quota_exceeded", "missing_key", "unauthorized", "forbidden"):
        yield client.get("/v1/Customers", headers={"X-Mock-Fault": f"preset={preset}"})


@pytest.mark.parametrize("shape", ["array", "object"])
def test_errors_are_as_the_document_says(contract: Contract, shape: str) -> None:
    with serving(error_shape=shape) as client:
        statuses = set()
        for response in _bad_requests(client):
            contract.check(response)
            statuses.add(response.status_code)
    assert statuses == {200, 201, 400, 401, 403, 404, 413, 415, 429, 500, 503}


def test_what_the_gateway_answers_is_as_the_document_says(contract: Contract) -> None:
    settings = {"subscription_key": ["sesame"], "rate_limit": "3/60", "quota": "2/86400"}
    with serving() as client:
        assert client.patch("/__admin/settings", json=settings).ok
        key = {"Ocp-Apim-Subscription-Key": "sesame"}
        responses = [
            client.get("/v1/Customers"),
            client.get("/v1/Customers?subscription-key=x"),
            *(client.get("/v1/Customers", headers=key) for _ in range(4)),
        ]
        client.patch("/__admin/settings", json={"quota": None})
        responses += [client.get("/v1/Customers", headers=key) for _ in range(4)]
    for response in responses:
        contract.check(response)
    assert {response.status_code for response in responses} == {200, 401, 403, 429}


def test_every_route_of_the_api_is_in_the_document(contract: Contract) -> None:
    """The table of resources has two, for any endpoint."""
    app = create_app(Settings(ephemeral=True), load=False)
    rules = {
        rule.rule.removeprefix("/v1") for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/")
    }
    routes = {re.sub(r"<[^>]*>", "{}", rule) for rule in rules - {"/<path>", "/<path>/<record_id>"}}
    documented = {re.sub(r"\{[^}]*\}", "{}", path).lower() for path in contract.document["paths"]}
    assert routes <= documented
    assert documented >= {f"/{resource.path}".lower() for resource in BUILT_IN}
    app.close()


def test_other_methods_get_a_405(contract: Contract, client: Client) -> None:
    """OPTIONS is supported everywhere, and HEAD where GET is: the description says so."""
    for path, item in contract.document["paths"].items():
        address = "/v1" + path.replace("{", "").replace("}", "")
        response = client.options(address)
        allowed = set(response.headers["Allow"].split(", "))
        documented = {method.upper() for method in item if method != "parameters"}
        assert allowed == documented | {"OPTIONS"} | ({"HEAD"} if "GET" in documented else set()), path
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - documented:
            refused = client.request(method, address)
            assert refused.status_code == 405, (method, path)
            schema = contract.document["components"]["responses"]["MethodNotAllowed"]["content"]
            assert not contract.mistakes(schema["application/json"]["schema"], refused.json())
