"""The admin side speaks JSON and refuses as `{"error": code, "message": sentence}`."""

from __future__ import annotations

import re

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head
from tests.support import Client

_RULES = [
    rule
    for rule in create_app(Settings(ephemeral=True), load=False).url_map.iter_rules()
    if rule.endpoint.startswith("admin.")
]
_EXAMPLES = {"name": "CUSTOMER", "entity_id": "1001", "fault_id": "1", "link_id": "1", "client": "acme"}


def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _EXAMPLES.get(found[1], "1"), rule)


ADMIN_PATHS = sorted({_path(rule.rule) for rule in _RULES})
"""Every path of the admin side, with an example where it names something."""

ADMIN_CALLS = sorted(
    (method, _path(rule.rule)) for rule in _RULES for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
)
"""Every call of the admin side."""

WRONG_BODIES = [
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


@pytest.mark.parametrize(("method", "path"), ADMIN_CALLS)
def test_no_body_whatever_it_is_breaks_a_call_and_every_refusal_has_the_one_shape(
    client: Client, method: str, path: str
) -> None:
    for body in WRONG_BODIES:
        answer = client.request(method, path, data=body)
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert_refused(answer, answer.status_code, answer.json()["error"])


BODILESS = [
    (method, path)
    for method, path in ADMIN_CALLS
    if method == "DELETE"
    or path.endswith(("/reset", "/restore"))
    or (method, path[:19]) == ("PUT", "/__admin/snapshots")
]


@pytest.mark.parametrize(("method", "path"), BODILESS)
def test_a_call_that_takes_no_body_says_so_where_it_would_be_passed_over(
    client: Client, method: str, path: str
) -> None:
    for body in (b'{"client": "acme"}', b"[]", b"x"):
        assert "takes none" in assert_refused(client.request(method, path, data=body), 400, "invalid")
    for body in (b"", b"{}", b" null\n"):
        assert "takes none" not in client.request(method, path, data=body).text


@pytest.mark.parametrize(("method", "path"), ADMIN_CALLS)
def test_an_unknown_query_parameter_is_refused_by_name_with_the_known_ones(
    client: Client, method: str, path: str
) -> None:
    answer = client.request(method, f"{path}?colour=red")
    message = assert_refused(answer, 400, "invalid")
    assert message.startswith("query: colour: unknown; there ")


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_options_and_head_are_answered_as_http_has_it(client: Client, path: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.content) == (200, b"")
    methods = {method for method, each in ADMIN_CALLS if each == path}
    assert set(answer.headers["Allow"].split(", ")) >= methods | {"OPTIONS"}
    headed = client.head(path)
    assert headed.content == b""
    if "GET" in methods:
        assert headed.status_code == client.get(path).status_code
    else:
        assert headed.status_code == 405


@pytest.mark.parametrize(
    ("method", "path"), [*ADMIN_CALLS, ("GET", "/__admin/"), ("GET", "/__admin/static/x")]
)
def test_every_call_is_guarded(client: Client, method: str, path: str) -> None:
    for headers, code in (
        ({"Host": "evil.example"}, "foreign_host"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
    ):
        assert_refused(client.request(method, path, headers=headers), 403, code)


def assert_refused(answer: requests.Response, status: int, code: str) -> str:
    """The one shape of a refusal; its sentence."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert {"error", "message"} <= set(body) <= {"error", "message", "mistakes"}
    assert body["error"] == code
    assert isinstance(body["message"], str)
    assert "X-Mock-Request-Id" not in answer.headers
    message: str = body["message"]
    return message


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_a_method_that_a_path_does_not_have_is_405_and_says_what_it_has(client: Client, path: str) -> None:
    answer = client.request("BREW", path)
    message = assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] in message
    assert "not BREW" in message


@pytest.mark.parametrize("path", ["/__admin/nonsense", "/__admin/HEALTH", "/__admin/health/", "/__adminx"])
def test_a_path_that_is_no_call_is_404_and_says_where_calls_are_listed(client: Client, path: str) -> None:
    assert path in assert_refused(client.get(path), 404, "not_found")


@pytest.mark.parametrize("data", [b"", b"{", b"nonsense", b"\xff", b'{"a": 1,}'])
@pytest.mark.parametrize(("method", "path"), [("PUT", "/__admin/state"), ("POST", "/__admin/entities/BILL")])
def test_a_malformed_body_is_400_with_its_place(client: Client, method: str, path: str, data: bytes) -> None:
    answer = client.request(method, path, data=data)
    assert_refused(answer, 400, "invalid")
    assert answer.json()["mistakes"][0]["place"].startswith("body")


def test_a_body_that_breaks_off_is_400(client: Client) -> None:
    with Raw(client.url) as raw:
        raw.send(head("PUT", "/__admin/state", "Content-Length: 50") + b"{}")
        raw.socket.shutdown(1)
        answer = raw.read()
    assert (answer.status, answer.json()["error"]) == (400, "malformed_body")


def test_a_body_nested_without_measure_is_400(client: Client) -> None:
    deep = "[" * 900 + "]" * 900
    answer = client.put("/__admin/entities/AGENT/7001", data=f'{{"x": {deep}}}')
    assert "levels deep" in assert_refused(answer, 400, "invalid")


def test_while_the_fixture_is_loading_health_answers_and_ready_does_not() -> None:
    client = create_app(Settings(ephemeral=True), load=False).test_client()
    assert client.get("/__admin/health").status_code == 200
    for method, path in (
        ("GET", "/__admin/ready"),
        ("POST", "/__admin/reset"),
        ("GET", "/__admin/state"),
        ("GET", "/__admin/entities"),
    ):
        answer = client.open(path, method=method)
        assert answer.status_code == 503
        assert answer.get_json()["error"] == "not_ready"


def test_a_fault_of_the_mock_s_own_is_a_500_in_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings(ephemeral=True))

    def breaks() -> str:
        raise ZeroDivisionError("broken on purpose")

    app.add_url_rule("/__admin/broken", view_func=breaks)
    answer = app.test_client().get("/__admin/broken")
    assert (answer.status_code, answer.get_json()["error"]) == (500, "server_error")
    assert "ZeroDivisionError" in answer.get_json()["message"]
    assert "broken on purpose" in capsys.readouterr().err
    app.close()


def test_the_admin_side_asks_for_no_basic_authentication(client: Client) -> None:
    assert requests.get(client.url + "/__admin/state", timeout=30).status_code == 200
