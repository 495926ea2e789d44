"""The admin side speaks JSON and refuses as `{"error": code, "message": sentence}`."""

from __future__ import annotations

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head
from tests.support import Client

ADMIN_PATHS = sorted(
    {
        rule.rule.replace("<name>", "CUSTOMER").replace("<entity_id>", "1001")
        for rule in create_app(Settings(ephemeral=True), load=False).url_map.iter_rules()
        if rule.rule.startswith("/__admin")
        and "<" not in rule.rule.replace("<name>", "").replace("<entity_id>", "")
    }
)
"""Every admin call whose path needs no more than a type and an id."""


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
