"""Snapshots and the whole state in the console: saving, comparing, going back, files, and undo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.console.common import Console
from tests.programs import needs

pytestmark = needs("chromium", "chromedriver")

FIXTURE = {
    "schema": 1,
    "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
    "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
    "entities": {"CUSTOMER": [{"customer_id": 7}, {"customer_id": 8}]},
}
FAULT = {"match": {"method": "POST"}, "effect": {"status": 503}}


def links(page: Console) -> int:
    """How many key links there are."""
    count: int = page.client.get("/__admin/key_links?limit=0").json()["count"]
    return count


def snapshots(page: Console) -> list[str]:
    """The names of all snapshots."""
    names: list[str] = page.client.get("/__admin/snapshots").json()["snapshots"]
    return names


def set_status(page: Console, customer: int, status: str) -> None:
    """Change one field of a customer, through Rev.io's API."""
    patch = [{"op": "replace", "path": "status", "value": status}]
    assert page.client.patch(f"/v1/Customers/{customer}", json=patch).status_code == 200


def upload(page: Console, path: Path, document: object) -> None:
    """Choose a file in the dialog."""
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    page.click("Upload a state")
    page.field("Fixture file").send_keys(str(path))


def test_a_state_is_saved_compared_field_by_field_and_restored_with_an_undo(page: Console) -> None:
    page.open("snapshots")
    page.wait_for("No snapshots yet")
    page.fill("Name", "before")
    page.click("Save")
    page.wait_for("Saved before.")
    page.wait_for("just now", "main")
    before = page.client.get("/v1/Customers/1015").json()["status"]

    created = page.client.link(external_id="made-since")
    set_status(page, 1015, "DIVERGED")
    page.client.patch("/__admin/settings", json={"latency": "1ms"})
    page.client.post("/__admin/faults", json=FAULT)
    page.follow("Compare before with now")

    page.wait_for("made-since", "main")
    page.wait_for("POST: status 503", "main")
    customer = page.wait(
        lambda: page.elements("[aria-label='Customer 1015, changed'] tbody tr"), "the fields"
    )
    assert ["status", before, "DIVERGED"] in [row.text.split() for row in customer]
    assert "latency" in page.text("[aria-label='Settings that differ']")

    page.click("Restore")
    page.click("Cancel")
    assert page.client.get(f"/v1/IntegrationKeyLink/{created}").status_code == 200
    page.click("Restore")
    page.wait_for("Restore before?")
    page.driver.switch_to.active_element.submit()
    page.wait_for("Restored before.")
    page.wait_for("Nothing has changed", "main")
    assert page.client.get(f"/v1/IntegrationKeyLink/{created}").status_code == 404
    assert page.client.get("/__admin/faults").json()["count"] == 0

    page.click("Undo")
    page.wait_for("Undone")
    page.wait_for("made-since", "main")
    assert page.client.get("/v1/Customers/1015").json()["status"] == "DIVERGED"
    assert page.client.get("/__admin/settings").json()["latency"] == "1ms"


def test_a_name_is_checked_as_the_server_checks_it(page: Console) -> None:
    page.open("snapshots")
    for name in (".hidden", "con", "nul.txt", "Upper", "a b"):
        page.fill("Name", name)
        page.wait_for("This name is not allowed", "main")
        assert not page.button("Save").is_enabled()
        assert page.client.put(f"/__admin/snapshots/{name}").status_code == 400
    page.fill("Name", "good.name_1")
    page.wait_until_gone("This name is not allowed", "main")
    page.press("\n")

    page.wait_for("Saved good.name_1.")
    assert snapshots(page) == ["good.name_1"]


def test_replacing_and_deleting_a_snapshot_asks_first(page: Console) -> None:
    page.client.put("/__admin/snapshots/kept")
    page.client.link()
    state = page.client.get("/__admin/snapshots/kept").json()
    page.open("snapshots")
    page.wait_for("kept", "main")
    page.fill("Name", "kept")
    page.click("Replace")
    page.wait_for("Replace kept?")
    page.click("Cancel")
    assert page.client.get("/__admin/snapshots/kept").json() == state
    page.click("Delete kept")
    page.wait_for("Delete kept?")
    page.click("Delete")

    page.wait_for("No snapshots yet")
    assert snapshots(page) == []


def test_many_changes_are_shown_in_parts(page: Console) -> None:
    page.client.put("/__admin/snapshots/small")
    assert page.client.post("/__admin/entities/CONTACT", json={"count": 90}).status_code == 201
    page.open("snapshots", "small")
    page.wait_for("90 added", "main")
    page.wait_for("20 of 90 are shown", "main")
    assert len(page.elements(".change-list li")) == 20
    page.click("Show more")

    page.wait(lambda: len(page.elements(".change-list li")) == 90, "all changes")


def test_changes_appear_while_the_comparison_is_open(page: Console) -> None:
    page.client.put("/__admin/snapshots/live")
    page.open("snapshots", "live")
    page.wait_for("Nothing has changed")
    page.client.link(external_id="seen-live")

    page.wait_for("seen-live", "main")


def test_the_state_and_a_snapshot_are_downloaded_as_fixtures(page: Console, tmp_path: Path) -> None:
    allow = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", allow)
    page.client.put("/__admin/snapshots/saved")
    page.client.link()
    page.open("snapshots")
    page.click("Download the state")
    page.click("Download saved")

    for name, path in (("state", "state"), ("saved", "snapshots/saved")):
        file = tmp_path / f"mockrevio-{name}.json"
        page.wait(file.exists, f"the file {file.name}")
        assert json.loads(file.read_text("utf-8")) == page.client.get(f"/__admin/{path}").json()


def test_a_file_with_mistakes_is_refused_with_their_places(page: Console, tmp_path: Path) -> None:
    before = page.client.get("/__admin/state").json()
    page.open("snapshots")
    bad: dict[str, Any] = {**FIXTURE, "key_links": [{"integration_system_id": "x"}]}
    upload(page, tmp_path / "bad.json", bad)
    page.wait_for("Nothing was changed", "dialog")
    assert "key_links[0].external_id" in page.text("dialog")
    assert not page.button("Replace the state").is_enabled()
    page.forgive("status of 400")

    page.click("Cancel")
    upload(page, tmp_path / "broken.json", "{")
    page.wait_for("broken.json is not JSON", "dialog")
    assert page.client.get("/__admin/state").json() == before


def test_a_file_becomes_the_state_and_that_can_be_undone(page: Console, tmp_path: Path) -> None:
    before = page.client.get("/__admin/state").json()
    page.open("snapshots")
    upload(page, tmp_path / "two.json", FIXTURE)
    page.wait_for("two.json", "dialog")
    page.wait_for("You can undo it", "dialog")
    assert "Customer\n2" in page.text("dialog .contents")
    assert page.client.get("/__admin/state").json() == before
    page.click("Replace the state")
    page.wait_for("The state is that of two.json.")
    assert page.client.get("/__admin/entities").json()["counts"]["CUSTOMER"] == 2

    page.click("Undo")
    page.wait_for("Undone")
    assert page.client.get("/__admin/state").json() == before


def test_the_world_is_reset_from_any_view_and_that_can_be_undone(page: Console) -> None:
    page.client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"})
    page.client.link(external_id="lost")
    count = links(page)
    page.open("rules")
    page.wait_for("How sure we are")
    page.click("Reset to the fixture")
    page.wait_for(f"The {count} key links", "dialog")
    page.press("\ue00c")  # Escape
    page.wait_until_gone("Reset to the fixture?")
    assert links(page) == count
    page.click("Reset to the fixture")
    page.click("Reset")
    page.wait_for("Reset to the fixture.")
    assert links(page) == count - 1
    assert page.client.get("/__admin/clock").json()["frozen"] is False

    page.click("Undo")
    page.wait_for("Undone")
    assert links(page) == count
    assert page.client.get("/__admin/clock").json()["now"] == "2030-01-02T03:04:05.000"
