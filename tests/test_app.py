"""The app without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.app import create_app
from mockrevio.routes.mock_app import routed_path
from mockrevio.settings import Settings
from tests.support import AUTH, LINK


def test_the_app_works_with_flasks_test_client() -> None:
    app = create_app(Settings(ephemeral=True))
    response = app.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    assert (response.status, response.json) == ("201 Created", {"ok": True, "id": 1})
    app.close()


def test_two_apps_share_nothing() -> None:
    first, second = create_app(Settings(ephemeral=True)), create_app(Settings(ephemeral=True))
    first.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    assert second.test_client().get("/v1/IntegrationKeyLink", auth=AUTH).get_json()["record_count"] == 0
    first.close()
    second.close()


def test_the_app_responds_with_503_before_open_and_after_close() -> None:
    app = create_app(Settings(ephemeral=True), load=False)
    client = app.test_client()
    assert client.get("/v1/SystemStatus", auth=AUTH).status == "503 Service Unavailable"
    assert client.get("/__admin/ready").status_code == 503
    assert client.get("/__admin/health").status_code == 200
    app.open()
    assert client.get("/v1/SystemStatus", auth=AUTH).status_code == 200
    app.close()
    assert client.get("/v1/SystemStatus", auth=AUTH).status_code == 503


def test_closing_twice_is_harmless_and_keeps_the_data(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    app = create_app(settings)
    app.test_client().post("/v1/IntegrationKeyLink", json=LINK, auth=AUTH)
    app.close()
    app.close()
    reopened = create_app(settings)
    assert reopened.test_client().get("/v1/IntegrationKeyLink/1", auth=AUTH).status_code == 200
    reopened.close()


def test_warnings_go_to_the_callback_or_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_app(Settings(data=tmp_path)).close()
    changed = Settings(data=tmp_path, fixture=("empty",))
    warnings: list[str] = []
    create_app(changed, warn=warnings.append).close()
    assert len(warnings) == 1
    assert capsys.readouterr().err == ""
    create_app(changed).close()
    assert capsys.readouterr().err == f"mockrevio: warning: {warnings[0]}\n"


@pytest.mark.parametrize(
    ("path", "lowercased"),
    [
        ("/V1/Customers", "/v1/customers"),
        ("/v1/Customers/", "/v1/customers"),
        ("/v1/", "/v1"),
        ("/v1X/Y", "/v1X/Y"),
        ("/__admin/entities/CUSTOMER", "/__admin/entities/CUSTOMER"),
        ("/V1/\u00dc\u0130", "/v1/\u00dc\u0130"),
        ("/", "/"),
    ],
)
def test_only_api_paths_are_lowercased(path: str, lowercased: str) -> None:
    assert routed_path(path) == lowercased


def test_every_response_has_a_standard_reason_phrase() -> None:
    app = create_app(Settings(ephemeral=True))
    client = app.test_client()
    statuses = [
        client.get(path, auth=AUTH).status for path in ("/v1/SystemStatus", "/v1/x", "/__admin/x", "/")
    ]
    assert statuses == ["200 OK", "404 Not Found", "404 Not Found", "200 OK"]
    app.close()
