"""The files of the console, and the headers they are sent with. `tests/console/` has what people see."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.control.faults.effects import CONNECTION_FAULTS
from mockrevio.control.faults.presets import PRESETS
from tests.support import Client, serving

TOKEN = "sesame"  # noqa: S105 (opens nothing)
STATIC = Path(__file__).parents[2] / "mockrevio" / "routes" / "console" / "static"


def test_the_page_runs_nothing_from_elsewhere(client: Client) -> None:
    response = client.get("/__admin/")

    assert response.headers["Content-Type"].startswith("text/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in response.text  # nothing is fetched from elsewhere


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("app.js", "text/javascript"),
        ("views/log.js", "text/javascript"),
        ("styles/tokens.css", "text/css"),
        ("reference/reference.js", "text/javascript"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/inter.woff2", "font/woff2"),
    ],
)
def test_the_files_of_the_page_have_their_content_type(client: Client, name: str, content_type: str) -> None:
    response = client.get(f"/__admin/static/{name}")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(content_type)


def test_the_page_needs_no_token_but_all_data_does() -> None:
    with serving(admin_token=TOKEN) as client:
        assert client.get("/__admin/", auth=("a@b", "c")).status_code == 200
        assert client.get("/__admin/static/lib/api.js").status_code == 200
        assert client.get("/__admin/static/options.json").status_code == 200
        assert client.get("/__admin/settings").status_code == 401
        assert client.get("/__admin/events").status_code == 401
        assert client.get("/__admin/", headers={"Host": "evil.example"}).status_code == 403


def test_the_forms_offer_the_values_that_the_server_accepts(client: Client) -> None:
    options = client.get("/__admin/static/options.json").json()

    assert options["settings"].keys() == client.get("/__admin/settings").json().keys()
    assert options["settings"]["duplicates"]["choices"] == ["reject", "allow"]
    effects = {label: effect for group in options["effects"].values() for label, effect in group.items()}
    assert len(effects) == len(PRESETS) + len(CONNECTION_FAULTS) + 2
    for effect in effects.values():
        assert client.post("/__admin/faults", json={"effect": effect}).status_code == 201, effect


def test_the_files_of_the_page_are_small() -> None:
    for path in (path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts):
        assert path.stat().st_size < 20_000, path.name
