"""What kind of data each field holds: the one place that says what is personal.

A field that is not listed is personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto

from mockrevio.revio.resources import INTEGRATION_KEY_LINK


class Kind(Enum):
    """What a text is, which decides what replaces it."""

    EXTERNAL_ID = auto()
    """The id of a record in another system. Kept: a fixture is made to have it."""
    VOCABULARY = auto()
    """Words that describe no person: statuses, types, countries, product names. Kept, except for e-mail
    addresses and telephone numbers in them."""
    FIRST_NAME = auto()
    LAST_NAME = auto()
    INITIAL = auto()
    PERSON = auto()
    """A first and a last name, unless it reads as a company's."""
    COMPANY = auto()
    PARTY = auto()
    """A company, unless it reads as a person's first and last name."""
    JOB = auto()
    STREET = auto()
    UNIT = auto()
    """The second line of an address."""
    CITY = auto()
    POSTAL_CODE = auto()
    COORDINATE = auto()
    EMAIL = auto()
    PHONE = auto()
    LINE = auto()
    """A telephone number, or another identifier of a line or a device."""
    LOGIN = auto()
    CODE = auto()
    """A number or code that identifies somebody, or opens something: accounts, taxes, PINs, tokens."""
    BIRTH_DATE = auto()
    URL = auto()
    FILE_NAME = auto()
    FILE_CONTENT = auto()
    FREE_TEXT = auto()
    UNKNOWN = auto()
    """Personal, and replaced by something of the same form."""


KEPT = frozenset({Kind.EXTERNAL_ID, Kind.VOCABULARY})

_FIELDS: Mapping[Kind, str] = {
    Kind.FIRST_NAME: "first_name name_first",
    Kind.LAST_NAME: "last_name name_last",
    Kind.INITIAL: "middle_initial",
    Kind.PERSON: "contact_name",
    Kind.PARTY: "account_name",
    Kind.COMPANY: "bank_name company company_name",
    Kind.JOB: "position",
    Kind.STREET: "line_1",
    Kind.UNIT: "line_2",
    Kind.CITY: "city",
    Kind.POSTAL_CODE: "postal_code postal_codes",
    Kind.COORDINATE: "lat latitude lng lon longitude",
    Kind.EMAIL: "contact_email email group_email",
    Kind.PHONE: "contact_phone fax mobile phone",
    Kind.LINE: "identifier number number2",
    Kind.LOGIN: "login_name",
    Kind.CODE: (
        "account_number authorization_code circuit_number2 geocode hunt_group last_4 NPA NXX pon "
        "postal_code_extension provider_account_number reference_number registration_code routing_number "
        "security_pin tax_id tax_identification_number token"
    ),
    Kind.BIRTH_DATE: "date_of_birth",
    Kind.URL: "url",
    Kind.FILE_NAME: "file_name",
    Kind.FILE_CONTENT: "file_image",
    Kind.FREE_TEXT: (
        "body body_html comments description last_process_result long_description message name note notes "
        "resolution source subject title wholesale_description"
    ),
    Kind.UNKNOWN: "value",  # of a custom field
    Kind.VOCABULARY: (
        "account_type atype audit_type bill_type billing_method brand category class code_1 code_2 column "
        "country_code custom_status customer_class cycle_direction cycle_type description_on_bill "
        "entity_type_name event_type fee_description fee_type file_type format group_type inventory_type "
        "label language ledger_code line_type location lpic method operator order_type pic priority "
        "product_type_code products provider_code service_code state_or_province state_provinces status "
        "status_type system_name tax_exempt_types type usage_file_format"
    ),
}

_CATALOG = (
    "BillProfiles ContactTypes InventoryTypes NoteTypes PackageProducts Packages PaymentMethods "
    "ProcessPhases ProcessTasks Processes ProductGroups ProductTypes Products Providers ReportCategories "
    "Reports RequestStatuses RequestTemplates ServiceTypes TaskSteps TaskTypes TicketProcesses "
    "UsagePlanGroups"
)
"""Endpoints whose records describe what is sold or how a company works, not its customers."""

_CATALOG_TEXTS = "name description long_description wholesale_description identifier"

_EXCEPTIONS: Mapping[str, Mapping[str, Kind]] = {
    **{path.lower(): dict.fromkeys(_CATALOG_TEXTS.split(), Kind.VOCABULARY) for path in _CATALOG.split()},
    INTEGRATION_KEY_LINK.path.lower(): {"external_id": Kind.EXTERNAL_ID},
    "agents": {"name": Kind.PARTY},
    "contacts": {"name": Kind.PERSON, "title": Kind.JOB},
    "payments": {"source": Kind.VOCABULARY},
    "users": {"description": Kind.VOCABULARY},  # of a role
}


def snake_case(name: str) -> str:
    """The name of a field in the form that Rev.io's have."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


_BY_NAME = {snake_case(name): kind for kind, names in _FIELDS.items() for name in names.split()}

_BY_PART: tuple[tuple[str, Kind], ...] = (
    ("e?mail", Kind.EMAIL),
    ("phone|mobile|fax|cell", Kind.PHONE),
    ("url|uri|href|website|webhook|host", Kind.URL),
    ("birth|dob", Kind.BIRTH_DATE),
    ("latitude|longitude", Kind.COORDINATE),
    ("first_?name|given_?name", Kind.FIRST_NAME),
    ("last_?name|surname|family_?name", Kind.LAST_NAME),
    ("company|organi[sz]ation|employer", Kind.COMPANY),
    ("street", Kind.STREET),
    ("city|town", Kind.CITY),
    ("zip|postal|postcode", Kind.POSTAL_CODE),
    ("login|user_?name", Kind.LOGIN),
    ("token|secret|password|pin$|ssn|passport|licen[cs]e|account|number", Kind.CODE),
    ("(tax|national|government|citizen|resident|driver|social)", Kind.CODE),
    ("note|comment|memo|description|message|text|body|remark", Kind.FREE_TEXT),
    ("(status|type|country|currency|language|time_?zone)$", Kind.VOCABULARY),
)
"""For fields that mockrevio does not know: what their names contain."""


def declared_kind(path: str, name: str) -> Kind | None:
    """The kind that this module declares for a field of the resource at `path`; None if it declares none."""
    name = snake_case(name)
    return _EXCEPTIONS.get(path.lower(), {}).get(name) or _BY_NAME.get(name)


def kind_of(path: str, name: str) -> Kind:
    """The kind of a field of the resource at `path`, which need not be in the table of resources."""
    declared = declared_kind(path, name)
    if declared:
        return declared
    snake = snake_case(name)
    return next((kind for part, kind in _BY_PART if re.search(part, snake)), Kind.UNKNOWN)
