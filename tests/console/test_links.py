"""Key links in the console: find them, look at one, create, change and delete them."""

from __future__ import annotations

from typing import Any

from selenium.webdriver.common.keys import Keys

from tests.console.common import Console
from tests.programs import needs
from tests.support import LINK

pytestmark = needs("chromium", "chromedriver")

SALESFORCE, CUSTOMER = 4, 2


def listed(page: Console, **query: Any) -> Any:
    """What the admin API lists: a page of key links with their labels."""
    parameters = {"offset": 0, "limit": 50, "labels": "true", **query}
    return page.client.get("/__admin/key_links", params=parameters).json()


def name_of(page: Console, customer: int) -> str:
    """What people call a customer."""
    return str(page.client.get(f"/__admin/entities/CUSTOMER/{customer}/references").json()["label"])


def part(first: int, last: int, count: int) -> str:
    """What is written below a listing: which part of it is shown."""
    return f"{first}\N{EN DASH}{last} of {count}"


def wait_for_words(page: Console, words: str, css: str) -> None:
    """Wait until an element shows these words, on one line or several."""
    page.wait(lambda: words in " ".join(page.text(css).split()), f"{words!r} in {css}")


def rows(page: Console) -> list[str]:
    """The rows of the list, each on one line."""
    script = "return [...document.querySelectorAll('main tbody tr')].map((row) => row.innerText)"
    return [" ".join(text.split()) for text in page.driver.execute_script(script)]


def test_both_sides_of_a_link_are_shown_by_name(page: Console) -> None:
    link = page.client.link(external_id="0012D00000dAsFzQAL")
    page.open("links", search="0012D00000dAsFzQAL")
    page.wait_for(part(1, 1, 1))
    [row] = rows(page)
    assert f"{link} SALESFORCE 0012D00000dAsFzQAL" in row
    assert f"{name_of(page, 1015)} Customer 1015" in row


def test_links_are_found_by_words_system_and_type(page: Console) -> None:
    page.open("links")
    page.wait_for(f"of {listed(page)['count']}")
    page.choose("System", "SALESFORCE")
    page.choose("Type", "CUSTOMER")
    expected = listed(page, system="SALESFORCE", type="CUSTOMER")
    page.wait_for(f"of {expected['count']}\n")
    assert all("SALESFORCE" in row and "Customer" in row for row in rows(page))

    customer, name = expected["key_links"][0]["internal_id"], expected["labels"][0]["record"]
    page.fill("Search key links", f"{name.lower()} {customer}")
    page.wait_for(part(1, 1, 1))
    page.wait(lambda: name in rows(page)[0], "the row")
    assert "system=4" in page.driver.current_url
    assert "search=" in page.driver.current_url

    page.fill("Search key links", "no such thing")
    page.wait_for("No key link matches")
    page.click("Clear the search")
    page.wait_for(f"of {listed(page)['count']}")


def test_links_are_sorted_by_a_column_and_paged(page: Console) -> None:
    page.open("links")
    count = listed(page)["count"]
    page.wait_for(part(1, 50, count))
    page.click("Created")
    page.wait(lambda: "sort=created_date" in page.driver.current_url, "the sort")
    page.click("Created")
    newest = listed(page, sort="-created_date")["key_links"][0]
    page.wait(lambda: rows(page)[0].startswith(f"{newest['integration_key_link_id']} "), "the newest first")
    page.click("Next")
    page.wait_for(part(51, 100, count))
    field = page.field("Page of 6")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("6", Keys.ENTER)
    page.wait_for(part(251, count, count))
    oldest = listed(page)["key_links"][0]
    page.wait(lambda: rows(page)[-1].startswith(f"{oldest['integration_key_link_id']} "), "the rows")


def test_a_link_that_a_client_creates_appears_by_itself(page: Console) -> None:
    page.open("links", search="by-a-client")
    page.wait_for("No key link matches")
    page.client.link(external_id="by-a-client")
    page.wait_for(part(1, 1, 1))


def test_a_link_shows_its_record_the_other_links_and_the_calls(page: Console) -> None:
    link = page.client.link(external_id="0012D00000dAsFzQAM")
    other = page.client.link(external_id="66473", integration_system_id=6)
    page.open("links", str(link))
    page.wait_for("0012D00000dAsFzQAM")
    page.wait_for(name_of(page, 1015), ".link-hero")
    page.wait_for("account_number")  # of the record
    wait_for_words(page, "QUICKBOOKS 66473", "main")
    wait_for_words(page, "POST /v1/IntegrationKeyLink 201", "main")
    page.client.get(f"/v1/IntegrationKeyLink/{link}")
    wait_for_words(page, f"GET /v1/IntegrationKeyLink/{link} 200", "main")
    page.follow(f"Key link {other}")
    page.wait_for(f"Key link {other}", "h1")
    page.follow("Open the record")
    page.wait_for(name_of(page, 1015), "h1")


def test_a_link_is_created_with_a_record_found_by_its_name(page: Console) -> None:
    name = name_of(page, 1015)
    page.open("links", "new")
    page.choose("System", "SALESFORCE")
    page.choose("Type", "CUSTOMER")
    page.fill("External id", "0012D00000new")
    page.fill("Record", name)
    page.wait_for("1015", "[role=listbox]")
    page.press(Keys.ENTER)
    page.wait_for(name, ".link-hero")
    page.click("Create the link")
    page.wait_for("is created")
    [link] = listed(page, search="0012D00000new")["key_links"]
    assert link | {"integration_system_id": SALESFORCE, "integration_entity_type_id": CUSTOMER} == link
    assert (link["internal_id"], link["external_id"]) == (1015, "0012D00000new")
    page.wait_for(f"Key link {link['integration_key_link_id']}", "h1")


def test_the_rules_of_the_api_are_put_at_their_fields(page: Console) -> None:
    page.client.link()
    page.open("links", "new", system="4", type="2", internal_id="9")
    page.wait_for("There is no CUSTOMER 9.")
    page.click("Create the link")
    page.wait_for("external_id is required.", ".field-error")
    page.wait(lambda: page.focused() == page.field("External id").get_attribute("id"), "the focus")
    page.fill("External id", LINK["external_id"])
    page.click("Create the link")
    page.wait_for("CUSTOMER 9 does not exist.", ".field-error")
    page.fill("Record", "1015")
    page.click("Create the link")
    page.wait_for("already exists", "[role=alert]")
    page.forgive("status of 400")
    assert page.field("External id").get_attribute("value") == LINK["external_id"]


def test_a_link_is_changed_and_changed_back(page: Console) -> None:
    link = page.client.link()
    page.open("links", str(link))
    page.follow("Edit")
    page.wait_for(f"Edit key link {link}", "h1")
    page.fill("External id", "0012D00000changed")
    page.click("Save")
    page.wait_for("is saved")
    page.wait_for("0012D00000changed", ".link-hero")
    assert page.client.get(f"/__admin/key_links/{link}").json()["external_id"] == "0012D00000changed"
    page.click("Undo")
    page.wait_for(LINK["external_id"], ".link-hero")
    assert page.client.get(f"/__admin/key_links/{link}").json()["external_id"] == LINK["external_id"]


def test_a_link_is_deleted_after_a_question_and_comes_back(page: Console) -> None:
    link = page.client.link()
    page.open("links", str(link))
    page.click("Delete")
    page.wait_for(f"Delete key link {link}?", "dialog")
    page.press(Keys.ESCAPE)
    page.wait_until_gone(f"Delete key link {link}?")
    page.wait(lambda: page.focused() == "Delete", "the focus")
    assert page.client.get(f"/__admin/key_links/{link}").status_code == 200

    page.click("Delete")
    page.click("Delete the link")
    page.wait_for(f"Key link {link} is deleted.")
    page.wait_for("Key links", "h1")
    assert page.client.get(f"/__admin/key_links/{link}").status_code == 404
    page.click("Undo")
    page.wait_for("Created again")
    [again] = listed(page, search=LINK["external_id"], internal_id=1015)["key_links"]
    assert {name: again[name] for name in LINK} == LINK


def test_a_link_whose_record_is_gone_says_so_and_helps(page: Console) -> None:
    link = page.client.link()
    page.client.delete("/__admin/entities/CUSTOMER/1015")
    page.open("links", str(link))
    page.wait_for("CUSTOMER 1015 does not exist.")
    page.follow("Create customer 1015")
    page.wait_for("New customer", "h1")
    page.click("Create the customer")
    page.wait_for("CUSTOMER 1015 is created.")
    assert page.client.get("/__admin/entities/CUSTOMER/1015").status_code == 200
