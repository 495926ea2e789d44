"""What all admin routes share: JSON, and errors as `{"error": code, "message": text}`."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.openapi.admin.operations import OPERATIONS
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head
from tests.routes.common import assert_error
from tests.support import Client, serving

_RULES = [
    rule
    for rule in create_app(Settings(ephemeral=True), load=False).url_map.iter_rules()
    if rule.endpoint.startswith("admin.")
]
_EXAMPLES = {"name": "CUSTOMER", "entity_id": "1001", "fault_id": "1", "link_id": "1", "client": "acme"}


def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: _EXAMPLES.get(match[1], "1"), rule)


ADMIN_PATHS = sorted({_path(rule.rule) for rule in _RULES})
"""Every path of the admin API, with example names and ids."""

ADMIN_ROUTES = sorted(
    (method, _path(rule.rule)) for rule in _RULES for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
)
"""Every method and path of the admin API."""

GUARDED_ROUTES = [
    (method, path) for method, path in ADMIN_ROUTES if path not in ("/__admin/health", "/__admin/ready")
]
"""Those that not everybody may call."""

GET_PATHS = [
    _path(f"/__admin{each.path}".replace("{", "<").replace("}", ">"))
    for each in OPERATIONS
    if each.method == "GET" and each.picks_world
]
"""Those that read a world."""

INVALID_BODIES = [
    b"",
    b"{",
    b"\xff",
    b"null",
    b"true",
    b"7",
    b"1e999",
    b'"text"',
    b"[]",
    b"[null]",
    b"[[1]]",
    b'{"nonsense": 1}',
    b'{"count": null}',
    b'{"match": 7, "effect": [], "now": {}, "entities": 1, "id": [], "latency": {}, "timeout": true}',
    b'{"key_links": {"x": 1}, "faults": {}, "settings": [], "schema": "1"}',
    b'{"frozen": 1, "advance": -1, "count": {"min": "x"}, "match": {"body": []}}',
    b"[" * 2000 + b"]" * 2000,
    b'{"\\ud800": "\\ud800"}',
]


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_an_invalid_body_never_causes_a_500(client: Client, method: str, path: str) -> None:
    for body in INVALID_BODIES:
        with client.request(method, path, data=body, stream=True) as response:  # events never end
            assert response.status_code < 500, (body, response.text)
            if response.status_code >= 400:
                assert_error(response, response.status_code, response.json()["error"])


ROUTES_WITHOUT_BODY = [
    (method, path)
    for method, path in ADMIN_ROUTES
    if method == "DELETE"
    or path.endswith(("/reset", "/restore"))
    or (method, path[:19]) == ("PUT", "/__admin/snapshots")
]


@pytest.mark.parametrize(("method", "path"), ROUTES_WITHOUT_BODY)
def test_routes_without_a_body_reject_one(client: Client, method: str, path: str) -> None:
    for body in (b'{"client": "acme"}', b"[]", b"x"):
        assert "must be empty" in assert_error(client.request(method, path, data=body), 400, "invalid")
    for body in (b"", b"{}", b" null\n"):
        assert "must be empty" not in client.request(method, path, data=body).text


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_an_unknown_query_parameter_is_rejected_with_the_known_ones(
    client: Client, method: str, path: str
) -> None:
    response = client.request(method, f"{path}?colour=red")
    message = assert_error(response, 400, "invalid")
    assert message.startswith("query: colour: unknown; expected ")


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_options_and_head_follow_http(client: Client, path: str) -> None:
    response = client.options(path)
    assert (response.status_code, response.content) == (200, b"")
    methods = {method for method, route in ADMIN_ROUTES if route == path}
    assert set(response.headers["Allow"].split(", ")) >= methods | {"OPTIONS"}
    head_response = client.head(path)
    assert head_response.content == b""
    if "GET" in methods:
        with client.get(path, stream=True) as response:  # events never end
            assert head_response.status_code == response.status_code
    else:
        assert head_response.status_code == 405


@pytest.mark.parametrize(
    ("method", "path"), [*GUARDED_ROUTES, ("GET", "/__admin/"), ("GET", "/__admin/static/x")]
)
def test_every_route_is_guarded(client: Client, method: str, path: str) -> None:
    for headers, code in (
        ({"Host": "evil.example"}, "foreign_host"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
    ):
        assert_error(client.request(method, path, headers=headers), 403, code)


def test_no_get_changes_anything(tmp_path: Path) -> None:
    with serving(data=tmp_path) as client:
        client.link()
        client.put("/__admin/snapshots/1").raise_for_status()
        client.post("/__admin/faults", json={"effect": {"status": 503}}).raise_for_status()
        before = _everything(client, tmp_path)
        for path in [*ADMIN_PATHS, "/__admin", "/__admin/", "/__admin/static/options.json"]:
            client.get(path, stream=True).close()  # events never end
            client.head(path)
            client.options(path)
        assert _everything(client, tmp_path) == before


def _everything(client: Client, folder: Path) -> list[Any]:
    paths = (
        "state",
        "requests",
        "faults",
        "snapshots",
        "clock",
        "settings",
        "worlds",
        "webhooks",
        "behaviours",
    )
    answers: list[Any] = [client.get(f"/__admin/{path}").json() for path in paths]
    del answers[paths.index("clock")]["now"]
    return [*answers, {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}]


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_an_unsupported_method_is_405_and_lists_the_supported_ones(client: Client, path: str) -> None:
    response = client.request("BREW", path)
    message = assert_error(response, 405, "method_not_allowed")
    assert response.headers["Allow"] in message
    assert "not BREW" in message


@pytest.mark.parametrize("path", ["/__admin/nonsense", "/__admin/HEALTH", "/__admin/health/", "/__adminx"])
def test_an_unknown_path_is_404(client: Client, path: str) -> None:
    assert path in assert_error(client.get(path), 404, "not_found")


@pytest.mark.parametrize("data", [b"", b"{", b"nonsense", b"\xff", b'{"a": 1,}'])
@pytest.mark.parametrize(("method", "path"), [("PUT", "/__admin/state"), ("POST", "/__admin/entities/BILL")])
def test_a_malformed_body_is_400_with_its_place(client: Client, method: str, path: str, data: bytes) -> None:
    response = client.request(method, path, data=data)
    assert_error(response, 400, "invalid")
    assert response.json()["mistakes"][0]["place"].startswith("body")


def test_an_incomplete_body_changes_nothing(client: Client) -> None:
    before = client.get("/__admin/state").json()
    with Raw(client.url) as raw:
        raw.send(head("PUT", "/__admin/state", "Content-Length: 50") + b"{}")
        raw.socket.shutdown(1)
        assert raw.is_closed()
    assert client.get("/__admin/state").json() == before


def test_a_deeply_nested_body_is_400(client: Client) -> None:
    deep = "[" * 900 + "]" * 900
    response = client.put("/__admin/entities/AGENT/7001", data=f'{{"x": {deep}}}')
    assert "levels deep" in assert_error(response, 400, "invalid")


def test_while_the_fixture_is_loading_only_health_is_200() -> None:
    client = create_app(Settings(ephemeral=True), load=False).test_client()
    assert client.get("/__admin/health").status_code == 200
    for method, path in (
        ("GET", "/__admin/ready"),
        ("POST", "/__admin/reset"),
        ("GET", "/__admin/state"),
        ("GET", "/__admin/entities"),
    ):
        response = client.open(path, method=method)
        assert response.status_code == 503
        assert response.get_json()["error"] == "not_ready"


def test_an_internal_error_is_a_500_in_the_same_format(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings(ephemeral=True))

    def fail() -> str:
        raise ZeroDivisionError("broken on purpose")

    app.add_url_rule("/__admin/broken", view_func=fail)
    response = app.test_client().get("/__admin/broken")
    assert (response.status_code, response.get_json()["error"]) == (500, "server_error")
    assert "ZeroDivisionError" in response.get_json()["message"]
    assert "broken on purpose" in capsys.readouterr().err
    app.close()


def test_the_admin_api_needs_no_basic_authentication(client: Client) -> None:
    assert requests.get(client.url + "/__admin/state", timeout=30).status_code == 200


def test_every_admin_route_has_its_function() -> None:
    """They are imported when they are first called."""
    for operation in OPERATIONS:
        module, _, function = operation.view.partition(".")
        found = import_module(f"mockrevio.routes.admin.{module}")
        assert callable(getattr(found, function)), operation.view


@pytest.mark.parametrize(
    "body", ['{"entities": {"CUSTOMER": [], "CUSTOMER": []}}', '{"a": {"x": 1, "x": 1}}']
)
def test_a_name_that_is_twice_in_an_object_is_refused(client: Client, body: str) -> None:
    response = client.put("/__admin/state", data=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert "appears twice in one object" in response.json()["message"]
