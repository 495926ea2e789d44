"""Every error of the API has the same shape, whatever the route and the cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.revio.resources import BUILT_IN
from mockrevio.revio.wire.envelopes import STATUS_BY_CODE
from mockrevio.settings import Settings, parse_credential
from tests.support import LINK, Client, running, serving

LINKS = "/v1/IntegrationKeyLink"


def _paths(rule: str) -> list[str]:
    """The paths that a rule matches, with an example of an id."""
    rule = rule.replace("<record_id>", "1")
    return [rule.replace("<path>", resource.path.lower()) for resource in BUILT_IN]


ROUTES = sorted(
    {
        path
        for rule in create_app(Settings(ephemeral=True), load=False).url_map.iter_rules()
        if rule.rule.startswith("/v1")
        for path in _paths(rule.rule)
    }
)
"""Every path of the API, including ones added later."""

ACTIONS = {
    "/v1/inventoryitem/assignservice": "PATCH",
    "/v1/tasks/1/action": "PUT",
    "/v1/webhookreceivers/1/activate": "POST",
}
"""The paths that are no records, and the method that each supports."""

RECORD_ROUTES = [path for path in ROUTES if path not in ACTIONS]

SendRequest = Callable[[Client], requests.Response]
FAILURES: dict[str, SendRequest] = {
    "required": lambda c: c.post(LINKS, json={**LINK, "external_id": None}),
    "invalid": lambda c: c.post(LINKS, json={**LINK, "internal_id": "x"}),
    "invalid system": lambda c: c.post(LINKS, json={**LINK, "integration_system_id": 999}),
    "invalid type": lambda c: c.post(LINKS, json={**LINK, "integration_entity_type_id": 999}),
    "invalid page": lambda c: c.get(LINKS, params={"page": "0"}),
    "invalid page_size": lambda c: c.get(LINKS, params={"page_size": "x"}),
    "invalid search": lambda c: c.get(LINKS, params={"internal_id": "x"}),
    "entity_not_found": lambda c: c.post(LINKS, json={**LINK, "internal_id": 999_999}),
    "duplicate": lambda c: (c.post(LINKS, json=LINK), c.post(LINKS, json=LINK))[1],
    "malformed_body": lambda c: c.post(LINKS, data=b"{", headers={"Content-Type": "application/json"}),
    "malformed_body empty": lambda c: c.post(LINKS),
    "malformed_body list": lambda c: c.post(LINKS, json=[1]),
    "malformed_body nan": lambda c: c.post(LINKS, data=b'{"internal_id": NaN}'),
    "malformed_body deep": lambda c: c.post(LINKS, data=b"[" * 200_000),
    "malformed_body charset": lambda c: c.post(
        LINKS, data=b"{\xff", headers={"Content-Type": "application/json"}
    ),
    "unauthorized": lambda c: c.get(LINKS, auth=("nobody", "x")),
    "forbidden": lambda c: c.delete(LINKS + "/1", auth=("reader@acme", "x")),
    "not_found": lambda c: c.get(LINKS + "/1"),
    "not_found id": lambda c: c.get(LINKS + "/abc"),
    "not_found put": lambda c: c.put(LINKS + "/77", json=LINK),
    "not_found path": lambda c: c.get("/v1/IntegrationKeyLinks"),
    "not_found far path": lambda c: c.get("/elsewhere"),
    "method_not_allowed": lambda c: c.patch(LINKS + "/1", json={}),
    "too_large": lambda c: c.post(LINKS, data=b" " * (1024 * 1024 + 1)),
    "unsupported_media_type": lambda c: c.post(
        LINKS, data=b"<x/>", headers={"Content-Type": "application/xml"}
    ),
    "unsupported_media_type charset": lambda c: c.post(
        LINKS, data=b"{}", headers={"Content-Type": "application/json; charset=klingon"}
    ),
}
CREDENTIALS = ("tester@acme:secret", "reader@acme:x:GET")


def assert_error(response: requests.Response, code: str, shape: str = "array") -> None:
    """The shape of errors: C an array of objects (or only the first), A their keys, with an explanation."""
    assert response.status_code == STATUS_BY_CODE[code] or (code, response.status_code) == (
        "server_error",
        503,
    )
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Mock-Explain"]
    assert len(response.headers["X-Mock-Request-Id"]) == 8
    assert ("WWW-Authenticate" in response.headers) == (response.status_code == 401)
    assert ("Allow" in response.headers) == (response.status_code == 405)
    body = response.json()
    elements = body if shape == "array" else [body]
    assert isinstance(elements, list)
    assert elements
    for element in elements:
        assert set(element) - {"field"} == {"ok", "error", "message"}
        assert element["ok"] is False
        assert element["error"] in STATUS_BY_CODE
        assert all(isinstance(text, str) and text for name, text in element.items() if name != "ok")
        assert "Traceback" not in element["message"]
    assert elements[0]["error"] == code


@pytest.fixture(scope="module", params=["array", "object"])
def shaped(request: pytest.FixtureRequest) -> Iterator[tuple[Client, str]]:
    """A server for each of the two shapes that clients have to handle (C)."""
    credentials = tuple(parse_credential(text) for text in CREDENTIALS)
    with serving(error_shape=request.param, credentials=credentials) as client:
        yield client, request.param


@pytest.mark.parametrize("failure", FAILURES)
def test_every_kind_of_failure_has_the_same_shape(shaped: tuple[Client, str], failure: str) -> None:
    client, shape = shaped
    client.post("/__admin/reset")
    assert_error(FAILURES[failure](client), failure.split(maxsplit=1)[0], shape)


def test_every_error_code_is_among_the_tested_failures() -> None:
    assert {failure.split()[0] for failure in FAILURES} | {"server_error"} == set(STATUS_BY_CODE)


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_rejects_missing_credentials_in_the_same_shape(
    shaped: tuple[Client, str], path: str
) -> None:
    client, shape = shaped
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        response = requests.request(method, client.url + path, timeout=30)
        assert_error(response, "unauthorized", shape)


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_rejects_unknown_methods_in_the_same_shape(shaped: tuple[Client, str], path: str) -> None:
    client, shape = shaped
    response = client.request("BREW", path)
    assert_error(response, "method_not_allowed", shape)
    assert ACTIONS.get(path, "GET") in response.headers["Allow"].split(", ")


@pytest.mark.parametrize("path", [path for path in ROUTES if path.endswith("/1")])
def test_every_missing_record_is_reported_in_the_same_shape(shaped: tuple[Client, str], path: str) -> None:
    client, shape = shaped
    response = client.get(path.removesuffix("1") + "999999")
    assert_error(response, "not_found", shape)


def test_several_problems_are_several_elements_or_only_the_first(shaped: tuple[Client, str]) -> None:
    client, shape = shaped
    response = client.post(LINKS, json={})
    assert_error(response, "required", shape)
    fields = ["integration_system_id", "integration_entity_type_id", "internal_id", "external_id"]
    if shape == "array":
        assert [problem["field"] for problem in response.json()] == fields
    else:
        assert response.json()["field"] == fields[0]


@pytest.mark.parametrize("shape", ["array", "object"])
def test_every_route_returns_503_in_the_same_shape_while_the_fixture_loads(shape: str) -> None:
    settings = Settings(ephemeral=True, error_shape=shape)  # type: ignore[arg-type]
    with running(create_app(settings, load=False)) as client:
        for path in ROUTES:
            response = client.get(path)
            assert response.status_code == 503
            assert_error(response, "server_error", shape)


def test_an_internal_error_is_a_500_in_the_same_shape(
    capfd: pytest.CaptureFixture[str],
) -> None:
    app = create_app(Settings(ephemeral=True))

    def breaks() -> str:
        raise ZeroDivisionError("broken on purpose")

    app.add_url_rule("/v1/broken", view_func=breaks)
    with running(app) as client:
        response = client.get("/v1/Broken")
    app.close()
    assert response.status_code == 500
    assert_error(response, "server_error")
    assert "ZeroDivisionError" in response.headers["X-Mock-Explain"]
    assert "broken on purpose" in capfd.readouterr().err
