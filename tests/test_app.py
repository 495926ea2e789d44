"""The app by itself: made, opened and closed by whoever holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.app import CaseInsensitivePaths, create_app
from mockrevio.settings import Settings
from tests.support import AUTH, LINK


def test_an_app_answers_through_flask_s_own_test_client() -> None:
    app = create_app(Settings(ephemeral=True))
    answer = app.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    assert (answer.status, answer.json) == ("201 Created", {"ok": True, "id": 1})
    app.close()


def test_two_apps_share_nothing() -> None:
    first, second = create_app(Settings(ephemeral=True)), create_app(Settings(ephemeral=True))
    first.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    assert second.test_client().get("/v1/IntegrationKeyLink", auth=AUTH).get_json()["record_count"] == 0
    first.close()
    second.close()


def test_an_app_that_is_not_loaded_answers_503_until_it_is_opened_and_again_once_closed() -> None:
    app = create_app(Settings(ephemeral=True), load=False)
    client = app.test_client()
    assert client.get("/v1/SystemStatus", auth=AUTH).status == "503 Service Unavailable"
    assert client.get("/__admin/ready").status_code == 503
    assert client.get("/__admin/health").status_code == 200
    app.open()
    assert client.get("/v1/SystemStatus", auth=AUTH).status_code == 200
    app.close()
    assert client.get("/v1/SystemStatus", auth=AUTH).status_code == 503


def test_closing_twice_is_harmless_and_the_data_is_kept(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    app = create_app(settings)
    app.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    app.close()
    app.close()
    again = create_app(settings)
    assert again.test_client().get("/v1/IntegrationKeyLink/1", auth=AUTH).status_code == 200
    again.close()


def test_warnings_go_to_whoever_asked_for_them_or_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_app(Settings(data=tmp_path)).close()
    other = Settings(data=tmp_path, fixture=("empty",))
    told: list[str] = []
    create_app(other, warn=told.append).close()
    assert len(told) == 1
    assert capsys.readouterr().err == ""
    create_app(other).close()
    assert capsys.readouterr().err == f"mockrevio: {told[0]}\n"


@pytest.mark.parametrize(
    ("path", "folded"),
    [
        ("/V1/Customers", "/v1/customers"),
        ("/v1/Customers/", "/v1/customers"),
        ("/v1/", "/v1"),
        ("/v1X/Y", "/v1X/Y"),
        ("/__admin/entities/CUSTOMER", "/__admin/entities/CUSTOMER"),
        ("/v1/\xc3\x9c", "/v1/\xc3\x9c"),
        ("", ""),
    ],
)
def test_paths_of_the_api_are_folded_and_no_others(path: str, folded: str) -> None:
    environ = {"PATH_INFO": path}
    CaseInsensitivePaths(lambda *_: [])(environ, None)
    assert environ["PATH_INFO"] == folded


def test_every_answer_has_a_reason_phrase_as_real_servers_write_it() -> None:
    app = create_app(Settings(ephemeral=True))
    client = app.test_client()
    answers = [
        client.get(path, auth=AUTH).status for path in ("/v1/SystemStatus", "/v1/x", "/__admin/x", "/")
    ]
    assert answers == ["200 OK", "404 Not Found", "404 Not Found", "200 OK"]
    app.close()
