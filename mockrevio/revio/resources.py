"""The fields of every Rev.io record that mockrevio serves.

One `Resource` per endpoint: the single source for search, sort, bodies, fixtures and the existence
check. Labels as in docs/fidelity.md: D documented, C observed in real clients, A assumed.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.revio.fields import (
    KIND_DESCRIPTIONS,
    MAX_INTEGER,
    MAX_TEXT_LENGTH,
    Field,
    Kind,
    Record,
    Resource,
    parse_integer,
)

__all__ = [
    "ENTITIES",
    "INTEGRATION_ENTITY_TYPE",
    "INTEGRATION_KEY_LINK",
    "INTEGRATION_SYSTEM",
    "KIND_DESCRIPTIONS",
    "MAX_INTEGER",
    "MAX_TEXT_LENGTH",
    "Field",
    "Kind",
    "Record",
    "Resource",
    "parse_integer",
    "resource_of_entity_type",
]


def _parse_fields(*texts: str) -> dict[str, Field]:
    """Parse fields from `name`, `name kind` or `name whole TYPE`; the default kind is text."""
    fields = {}
    for text in texts:
        name, kind, refers_to, *_ = [*text.split(), "", ""]
        fields[name] = Field(name, kind or "text", refers_to or None)  # type: ignore[arg-type]
    return fields


INTEGRATION_SYSTEM = Resource(
    "IntegrationSystem",
    "integration_systems",
    _parse_fields("integration_system_id whole", "system_name name"),
    evidence="documented",
)
INTEGRATION_ENTITY_TYPE = Resource(
    "IntegrationEntityType",
    "integration_entity_types",
    _parse_fields("integration_entity_type_id whole", "entity_type_name name"),
    evidence="documented",
)
INTEGRATION_KEY_LINK = Resource(
    "IntegrationKeyLink",
    "key_links",
    _parse_fields(
        "integration_key_link_id whole",  # A
        "integration_system_id whole",  # D, as are the next three
        "integration_entity_type_id whole",
        "internal_id whole",
        "external_id",
        "created_date date",  # A
        "created_by",  # A
    ),
)

ENTITIES: Mapping[str, Resource] = {
    # In the order of the entity type ids (A): AGENT is 1, CUSTOMER is 2 (D).
    resource.table: resource
    for resource in (
        Resource(
            "Agents",
            "AGENT",
            _parse_fields("agent_id whole", "parent_agent_id whole AGENT", "name", "status"),
            evidence="observed",
        ),
        Resource(
            "Customers",
            "CUSTOMER",
            _parse_fields(
                "customer_id whole",
                "parent_customer_id whole CUSTOMER",
                "status",
                "activated_date date",
                "close_date date",
                "agent_id whole AGENT",
                "billing_address object",
                "service_address object",
                "listing_address object",
                "finance object",
            ),
            evidence="documented",
        ),
        Resource(
            "Bills",
            "BILL",
            _parse_fields(
                "bill_id whole",
                "customer_id whole CUSTOMER",
                "bill_number",
                "cycle_date date",
                "due_date date",
                "amount_due decimal",
                "created_date date",
            ),
            evidence="path observed, fields assumed",
        ),
        Resource(
            "Contacts",
            "CONTACT",
            _parse_fields(
                "contact_id whole", "customer_id whole CUSTOMER", "first_name", "last_name", "email", "phone"
            ),
            evidence="path observed, fields assumed",
        ),
        Resource(
            "ServiceProduct",
            "SERVICE_PRODUCT",
            _parse_fields(
                "service_product_id whole",
                "customer_id whole CUSTOMER",
                "product_id whole PRODUCT",
                "package_id whole",
                "service_id whole SERVICE",
                "description",
                "code_1",
                "code_2",
                "rate decimal",
                "billed_through_date date",
                "canceled_date date",
                "status",
                "status_date date",
                "activated_date date",
                "cost decimal",
                "quantity decimal",
                "created_date date",
            ),
            evidence="observed",
        ),
        Resource(
            "Credits",
            "CREDIT",
            _parse_fields(
                "credit_id whole",
                "customer_id whole CUSTOMER",
                "bill_id whole BILL",
                "description",
                "amount decimal",
                "created_date date",
            ),
        ),
        Resource(
            "Charges",
            "CHARGE",
            _parse_fields(
                "charge_id whole",
                "customer_id whole CUSTOMER",
                "bill_id whole BILL",
                "product_id whole PRODUCT",
                "description",
                "quantity decimal",
                "rate decimal",
                "created_date date",
            ),
            evidence="observed",
        ),
        Resource(
            "Services",
            "SERVICE",
            _parse_fields(
                "service_id whole",
                "number",
                "service_type_id whole",
                "customer_id whole CUSTOMER",
                "provider_id whole",
                "activated_date date",
                "disconnected_date date",
                "description",
                "fields list",
            ),
            evidence="observed",
        ),
        Resource(
            "Payments",
            "PAYMENT",
            _parse_fields(
                "payment_id whole",
                "customer_id whole CUSTOMER",
                "amount decimal",
                "reference_number",
                "created_date date",
            ),
            evidence="observed",
        ),
        Resource(
            "Products",
            "PRODUCT",
            _parse_fields(
                "product_id whole",
                "product_type_id whole",
                "description",
                "code_1",
                "code_2",
                "rate decimal",
                "cost decimal",
                "buy_rate decimal",
                "created_date date",
                "created_by",
                "active flag",
                "creates_order flag",
                "provider_id whole",
                "bills_in_arrears flag",
                "prorates flag",
                "customer_class",
                "long_description",
                "ledger_code",
                "free_months whole",
                "automatic_expiration_months whole",
                "order_completion_billing flag",
                "tax_class_id whole",
            ),
            evidence="path observed, fields documented",
        ),
        Resource(
            "Addresses",
            "ADDRESS",
            _parse_fields(
                "address_id whole",
                "customer_id whole CUSTOMER",
                "first_name",
                "middle_initial",
                "last_name",
                "company_name",
                "line_1",
                "line_2",
                "city",
                "state_or_province",
                "postal_code",
                "postal_code_extension",
                "country_code",
            ),
            evidence="documented",
        ),
        Resource(
            "InventoryItem",
            "INVENTORY_ITEM",
            _parse_fields(
                "inventory_item_id whole",
                "inventory_type_id whole",
                "identifier",
                "customer_id whole CUSTOMER",
                "created_date date",
                "created_by",
                "status",
                "inventory_item_unavailable_reason_id whole",
            ),
            evidence="observed",
        ),
    )
}


def resource_of_entity_type(type_name: str) -> Resource:
    """The resource of an entity type; a type that only a fixture defines has just an id."""
    resource = ENTITIES.get(type_name)
    return resource or Resource(type_name, type_name, _parse_fields(f"{type_name.lower()}_id whole"))
