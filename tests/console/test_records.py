"""Records in the console: every resource, its records and their references, and changing them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from tests.console.common import Console
from tests.console.test_links import part, rows, wait_for_words
from tests.programs import needs

pytestmark = needs("chromium", "chromedriver")


def record_of(page: Console, path: str) -> dict[str, Any]:
    """A record as the admin API returns it."""
    response = page.client.get(f"/__admin/entities/{path}")
    assert response.status_code == 200, response.text
    return dict(response.json())


def listed(page: Console, name: str, **query: Any) -> Any:
    """What the admin API lists of a resource."""
    parameters = {"offset": 0, "limit": 50, "labels": "true", **query}
    return page.client.get(f"/__admin/entities/{name}", params=parameters).json()


def references(page: Console, path: str) -> Any:
    """What a record refers to, and what refers to it."""
    return page.client.get(f"/__admin/entities/{path}/references").json()


def test_all_resources_are_listed_those_first_that_can_have_key_links(page: Console) -> None:
    page.open("records")
    page.wait_for("Customers")
    text = page.text("main")
    assert text.index("Can have key links") < text.index("Customers") < text.index("All others")
    assert text.index("All others") < text.index("Bill profiles")
    page.fill("Search resources", "bill")
    page.wait_until_gone("Customers", "main")
    assert {"Bills", "Bill profiles"} <= set(page.text("main").splitlines())
    page.follow("Bill profiles")
    page.wait_for("Bill profiles", "h1")
    page.wait_for(f"of {listed(page, 'BillProfiles')['count']}")


def test_records_are_found_sorted_and_opened(page: Console) -> None:
    everything = listed(page, "CUSTOMER")
    page.open("records", "CUSTOMER")
    page.wait_for(part(1, 50, everything["count"]))
    page.click("Account number")
    page.click("Account number")
    last = listed(page, "CUSTOMER", sort="-account_number")
    page.wait(lambda: rows(page)[0].startswith(f"{last['entities'][0]['customer_id']} "), "the last first")
    name, email = everything["labels"][14], everything["entities"][14]["email"]
    page.fill("Search customers", email)
    page.wait_for(part(1, 1, 1))
    page.follow(name)
    page.wait_for(name, "h1")
    page.wait_for(email, "main")
    page.driver.back()
    page.wait_for(part(1, 1, 1))
    assert page.field("Search customers").get_attribute("value") == email


def test_a_record_shows_its_references_both_ways(page: Console) -> None:
    known = references(page, "CUSTOMER/1015")
    page.open("records", "CUSTOMER", "1015")
    page.wait_for(known["label"], "h1")
    bills = next(each for each in known["referred_to_by"] if each["name"] == "BILL")
    wait_for_words(page, f"{bills['count']} bills", ".relations")
    page.wait_for(bills["records"][0]["label"], "main")
    agent = next(each for each in known["refers_to"] if each["name"] == "AGENT")
    wait_for_words(page, f"{agent['label']} AGENT {agent['id']}", "main")

    page.follow("bills")
    page.wait_for(f"customer_id is 1015, {known['label']}", ".toolbar")
    page.wait_for(f"of {bills['count']}")
    page.click(f"Remove the filter: customer_id is 1015, {known['label']}")
    page.wait_for(f"of {listed(page, 'BILL')['count']}")


def test_a_record_shows_the_calls_that_touched_it_as_they_happen(page: Console) -> None:
    page.open("records", "CUSTOMER", "1015")
    page.wait_for("None in the log")
    page.client.get("/v1/Customers/1015", params={"unusual": "1"})
    page.wait_for("/v1/Customers/1015?unusual=1")
    call = page.client.get("/__admin/requests").json()["requests"][0]["id"]
    page.follow("unusual")
    page.wait(lambda: f"#/log/{call}" in page.driver.current_url, "the call in the log")
    page.forgive("views/log.js")  # unless that view is there


def test_a_record_is_readable_and_there_as_json(page: Console) -> None:
    record = record_of(page, "CUSTOMER/1015")
    page.open("records", "CUSTOMER", "1015")
    page.wait_for(record["billing_address"]["line_1"], ".address")
    page.wait_for("The same: service_address, listing_address")
    assert record["activated_date"][:10] in page.text("main")
    assert "T00:00:00" not in page.text("main")
    page.click("JSON")
    page.wait_for('"line_1"', "main pre")
    assert json.loads(page.text("main pre")) == record


def test_a_record_is_created_with_references_found_by_name(page: Console) -> None:
    name = references(page, "CUSTOMER/1015")["label"]
    page.open("records", "SERVICE", "new")
    page.fill("customer_id", name)
    page.wait_for("1015", "[role=listbox]")
    page.press(Keys.ENTER)
    page.wait_for(name, ".fields")
    page.fill("number", "5125550123")
    page.fill("activated_date", "2026-02-03")
    page.fill("provider_id", "many")
    page.fill("fields", '[{"label": "Floor", "value": "3"}]')
    page.click("Create the service")
    page.wait_for("must be a whole number", ".field-error")
    page.forgive("status of 400")
    page.wait(lambda: page.focused() == page.field("provider_id").get_attribute("id"), "the focus")
    page.fill("provider_id", "")
    page.click("Create the service")
    page.wait_for("is created")
    [added] = listed(page, "SERVICE", search="5125550123")["entities"]
    assert (added["customer_id"], added["fields"][0]["value"]) == (1015, "3")
    assert added["activated_date"].startswith("2026-02-03")
    assert "provider_id" not in added or added["provider_id"] is None
    page.click("Undo")
    page.wait_for("Services", "h1")
    page.wait(lambda: listed(page, "SERVICE", search="5125550123")["count"] == 0, "the service to be gone")


def test_a_record_is_changed_in_the_form_and_changed_back(page: Console) -> None:
    before = record_of(page, "CUSTOMER/1015")
    page.open("records", "CUSTOMER", "1015")
    page.follow("Edit")
    page.wait_for("Edit CUSTOMER 1015", "h1")
    page.fill("status", "SUSPENDED")
    page.choose("suspended", "yes")
    page.client.patch(
        "/v1/Customers/1015", json=[{"op": "replace", "path": "/email", "value": "a@b.example"}]
    )
    assert page.field("status").get_attribute("value") == "SUSPENDED"
    page.click("Save")
    page.wait_for("is saved")
    after = record_of(page, "CUSTOMER/1015")
    assert (after["status"], after["suspended"], after["email"]) == ("SUSPENDED", True, "a@b.example")
    assert before["finance"].items() <= after["finance"].items()
    page.click("Undo")
    page.wait(lambda: record_of(page, "CUSTOMER/1015")["status"] == before["status"], "the old status")


def test_a_record_is_changed_as_json(page: Console) -> None:
    page.open("records", "CUSTOMER", "1015", "edit")
    page.fill("status", "PROSPECT")
    page.click("JSON")
    area = page.field("The whole record")
    typed = json.loads(str(area.get_attribute("value")))
    assert typed["status"] == "PROSPECT"
    page.fill("The whole record", "{nothing")
    page.click("Form")
    page.wait_for("This is not JSON")
    page.fill("The whole record", json.dumps(typed | {"email": 7}))
    page.click("Save")
    page.wait_for("email: must be text, not 7", "[role=alert]")
    page.forgive("status of 400")
    page.fill("The whole record", json.dumps(typed | {"email": "json@b.example"}))
    page.click("Save")
    page.wait_for("is saved")
    after = record_of(page, "CUSTOMER/1015")
    assert (after["status"], after["email"]) == ("PROSPECT", "json@b.example")


def test_a_record_is_deleted_after_a_question_and_comes_back(page: Console) -> None:
    before = record_of(page, "CUSTOMER/1015")
    page.open("records", "CUSTOMER", "1015")
    page.click("Delete")
    page.click("Cancel")
    assert record_of(page, "CUSTOMER/1015") == before
    page.click("Delete")
    page.click("Delete the customer")
    page.wait_for("CUSTOMER 1015 is deleted.")
    page.wait_for("Customers", "h1")
    assert page.client.get("/__admin/entities/CUSTOMER/1015").status_code == 404
    page.click("Undo")
    page.wait_for("CUSTOMER 1015 is back.")
    assert record_of(page, "CUSTOMER/1015") == before


def test_more_records_are_made_up(page: Console) -> None:
    count = listed(page, "PRODUCT")["count"]
    page.open("records", "PRODUCT")
    page.click("50 more")
    assert page.field("How many").get_attribute("value") == "50"
    page.fill("How many", "none")
    page.click("Add them")
    page.wait_for("count must be a whole number", "dialog")
    page.forgive("status of 400")
    page.fill("How many", "7")
    page.press(Keys.ENTER)
    page.wait_for("7 records added to products.")
    page.wait_for(f"of {count + 7}")
    assert listed(page, "PRODUCT")["count"] == count + 7


@pytest.mark.parametrize(("view", "message"), [
    ("records/CUSTOMER/9", "CUSTOMER 9 does not exist"),
    ("records/Nothing", "There is no resource Nothing"),
])  # fmt: skip
def test_what_does_not_exist_is_named(page: Console, view: str, message: str) -> None:
    page.open(*view.split("/"))
    page.wait(lambda: message.lower() in page.text("main").lower(), message)
    page.forgive("status of 404")
