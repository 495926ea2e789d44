"""The nightly sync job of a Salesforce connector: it links accounts in Salesforce to customers of Rev.io."""

from __future__ import annotations

from typing import Any

from mockrevio.demo.stage import SYNC, Stage, salesforce_ids
from mockrevio.demo.steps import Answer, Caption, Scene

KEPT_LINKS = 30
"""Key links of the story that are kept; older ones are deleted."""

LINKS = "IntegrationKeyLink"


def read_catalog(stage: Stage) -> Scene[None]:
    """Log in, and find the ids of Salesforce and of the type of customers."""
    yield Caption("sync", "Salesforce connector starts its nightly sync and reads systems and entity types")
    yield from stage.request(SYNC, "GET", "SystemStatus")
    yield from stage.pause(0.5)
    systems = yield from stage.request(SYNC, "GET", "IntegrationSystem", system_name="SALESFORCE")
    for system in systems.listed():
        stage.system_id = system["integration_system_id"]
    yield from stage.pause(0.5)
    types = yield from stage.request(SYNC, "GET", "IntegrationEntityType", page_size=50)
    for each in types.listed():
        if each["entity_type_name"] == "CUSTOMER":
            stage.customer_type_id = each["integration_entity_type_id"]
    yield from stage.pause(0.5)


def read_records(stage: Stage) -> Scene[None]:
    """Page through what is to be linked."""
    yield Caption("sync", "Salesforce connector pages through customers and services")
    customers = yield from stage.pages(SYNC, "Customers", 25)
    stage.customers = [customer["customer_id"] for customer in customers] or stage.customers
    yield from stage.pages(SYNC, "Services", 50, {"sort": "-service_id"})
    yield from stage.pause(0.5)


def link_customers(stage: Stage) -> Scene[None]:
    """Create the links that are missing. Some jobs come twice, some are about deleted customers."""
    yield Caption("sync", "Salesforce connector looks up links by external id and creates the missing ones")
    for number, customer in enumerate(stage.some_customers(14)):
        yield from link(stage, customer)
        if number % 5 == 1:
            yield from stage.pause(0.2)
            yield from ask_to_link(stage, customer)  # a duplicate
        elif number % 5 == 3:
            yield from stage.pause(0.2)
            yield from stage.request(SYNC, "GET", f"Customers/{stage.unknown_customer()}")
        yield from stage.pause(0.25)


def correct_links(stage: Stage) -> Scene[None]:
    """Replace some links, and delete the oldest."""
    yield Caption("sync", "Salesforce connector corrects links of merged accounts and deletes old ones")
    links = yield from own_links(stage)
    for each in stage.random.sample(links, min(3, len(links))):
        first, second = salesforce_ids(each["internal_id"])
        external_id = first if each["external_id"] == second else second
        yield from stage.request(
            SYNC, "PUT", _path(each), _link(stage, each["internal_id"]) | {"external_id": external_id}
        )
        yield from stage.pause(0.4)
    for each in links[:-KEPT_LINKS]:
        yield from stage.request(SYNC, "DELETE", _path(each))
        yield from stage.pause(0.15)


def link(stage: Stage, customer: int) -> Scene[bool]:
    """Link a customer unless it is linked already. False if that is to be tried again later."""
    found = yield from find_link(stage, customer)
    if not found.ok:
        return False
    if found.listed():
        return True
    yield from stage.pause(0.1)
    answer = yield from ask_to_link(stage, customer)
    if answer.status is None:  # was it created?
        answer = yield from find_link(stage, customer)
        return bool(answer.listed())
    return answer.status < 500


def find_link(stage: Stage, customer: int) -> Scene[Answer]:
    """Look up a customer's link by its external id."""
    external_id = next(salesforce_ids(customer))
    return stage.request(SYNC, "GET", LINKS, integration_system_id=stage.system_id, external_id=external_id)


def ask_to_link(stage: Stage, customer: int) -> Scene[Answer]:
    """Create the link of a customer, whether there is one or not."""
    return stage.request(SYNC, "POST", LINKS, _link(stage, customer))


def own_links(stage: Stage) -> Scene[list[dict[str, Any]]]:
    """The links that the story has made, oldest first."""
    links = yield from stage.pages(
        SYNC, LINKS, 500, {"integration_system_id": stage.system_id, "sort": "integration_key_link_id"}
    )
    return [each for each in links if each["external_id"] in salesforce_ids(each["internal_id"])]


def _link(stage: Stage, customer: int) -> dict[str, Any]:
    return {
        "integration_system_id": stage.system_id,
        "integration_entity_type_id": stage.customer_type_id,
        "internal_id": customer,
        "external_id": next(salesforce_ids(customer)),
    }


def _path(each: dict[str, Any]) -> str:
    return f"{LINKS}/{each['integration_key_link_id']}"
