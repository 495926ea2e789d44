"""The word lists that generated records are built from.

All values are invented (A) except the id 4 of SALESFORCE (D). In patterns, `#` is a
digit, `%` a digit from 1 to 9, `^` a hexadecimal digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class System(NamedTuple):
    """An integration system: its share of key links, the entity types it links and the pattern of its ids."""

    id: int
    name: str
    weight: int
    types: Sequence[str]
    external_id: str


GUID = "^^^^^^^^-^^^^-4^^^-a^^^-^^^^^^^^^^^^"

SALESFORCE_PREFIXES: Mapping[str, str] = {
    # The first three characters of a Salesforce id identify the object; a0 is for custom objects.
    "AGENT": "005",
    "CUSTOMER": "001",
    "BILL": "a0B",
    "CONTACT": "003",
    "SERVICE_PRODUCT": "802",
    "CREDIT": "a0C",
    "CHARGE": "a0D",
    "SERVICE": "810",
    "PAYMENT": "a0P",
    "PRODUCT": "01t",
    "ADDRESS": "131",
    "INVENTORY_ITEM": "02i",
}

_SALES = ("CUSTOMER", "CONTACT", "PRODUCT", "SERVICE")
_BOOKS = ("CUSTOMER", "BILL", "PAYMENT", "CREDIT", "PRODUCT")
_TICKETS = ("CUSTOMER", "CONTACT", "SERVICE", "INVENTORY_ITEM")

SYSTEMS: Sequence[System] = (
    System(1, "HUBSPOT", 6, _SALES, "%##########"),
    System(2, "MICROSOFT_DYNAMICS", 1, _SALES, GUID),
    System(3, "ZOHO_CRM", 1, _SALES, "%##################"),
    System(
        4, "SALESFORCE", 40, tuple(SALESFORCE_PREFIXES), ""
    ),  # has its own id format: see FakeData.external_id
    System(5, "NETSUITE", 1, _BOOKS, "%#####"),
    System(6, "QUICKBOOKS", 25, _BOOKS, "%####"),
    System(7, "XERO", 1, _BOOKS, GUID),
    System(8, "SAGE_INTACCT", 1, _BOOKS, "RV-%####"),
    System(9, "ZENDESK", 12, _TICKETS, "%############"),
    System(10, "SERVICENOW", 1, _TICKETS, "^" * 32),
    System(11, "CONNECTWISE", 4, _TICKETS, "%####"),
    System(12, "AUTOTASK", 1, _TICKETS, "%#######"),
    System(13, "JIRA", 1, _TICKETS, "TEL-%####"),
    System(14, "FRESHDESK", 1, _TICKETS, "%##########"),
)

TYPE_WEIGHTS: Mapping[str, int] = {
    # How often a key link points at a record of this type; 1 if not listed.
    "CUSTOMER": 10,
    "CONTACT": 6,
    "BILL": 4,
    "PAYMENT": 3,
    "PRODUCT": 3,
    "SERVICE": 3,
}

_AREA_CODES = (
    "AL205 AK907 AZ602 AR501 CA415 CO303 CT203 DE302 DC202 FL305 GA404 HI808 ID208 IL312 IN317 IA515 KS316 "
    "KY502 LA504 ME207 MD410 MA617 MI313 MN612 MS601 MO314 MT406 NE402 NV702 NH603 NJ201 NM505 NY212 NC704 "
    "ND701 OH216 OK405 OR503 PA215 RI401 SC803 SD605 TN615 TX214 UT801 VT802 VA804 WA206 WV304 WI414 WY307"
)
AREA_CODES: Mapping[str, str] = {pair[:2]: pair[2:] for pair in _AREA_CODES.split()}
"""A telephone area code for each state."""


class Product(NamedTuple):
    """A product: `kind` is its product type, `unit` the unit of its rate."""

    description: str
    code_1: str
    code_2: str
    kind: int
    rate: float
    cost: float
    unit: str


VOICE, INTERNET, USAGE, MOBILE, EQUIPMENT, ONE_TIME, SUPPORT = range(1, 8)

LEDGER_CODES: Mapping[int, str] = {
    VOICE: "4010-VOICE",
    INTERNET: "4020-DATA",
    USAGE: "4030-USAGE",
    MOBILE: "4040-MOBILE",
    EQUIPMENT: "4050-EQUIP",
    ONE_TIME: "4060-NRC",
    SUPPORT: "4070-SUPPORT",
}

QUANTITIES: Mapping[int, tuple[int, int]] = {VOICE: (1, 25), USAGE: (50, 4000), EQUIPMENT: (1, 10)}
"""The smallest and the largest quantity of a product per sale; 1 if not listed."""

PRODUCTS: Sequence[Product] = (
    Product("Hosted PBX Seat", "HPBX", "SEAT-STD", VOICE, 24.95, 11.2, "per seat and month"),
    Product("Hosted PBX Seat, Executive", "HPBX", "SEAT-EXEC", VOICE, 34.95, 14.6, "per seat and month"),
    Product("SIP Trunk Channel", "SIP", "CHAN", VOICE, 21.5, 8.75, "per channel and month"),
    Product("Fiber 500/500", "FIBER", "500-500", INTERNET, 389.0, 241.0, "per circuit and month"),
    Product("DID Number", "DID", "LOCAL", VOICE, 1.5, 0.35, "per number and month"),
    Product("E911", "E911", "REG", VOICE, 1.95, 0.62, "per number and month"),
    Product("Toll-Free Minutes", "TF", "MIN", USAGE, 0.039, 0.0175, "per minute"),
    Product("Fiber 1000/1000", "FIBER", "1G-1G", INTERNET, 629.0, 402.0, "per circuit and month"),
    Product("IP Desk Phone Rental", "PHONE", "DESK", EQUIPMENT, 7.5, 3.1, "per phone and month"),
    Product("Mobile Line, 5 GB", "MOB", "5GB", MOBILE, 35.0, 19.4, "per line and month"),
    Product("Number Port-In", "PORT", "IN", ONE_TIME, 15.0, 4.0, "per number"),
    Product("Long Distance Minutes", "LD", "MIN", USAGE, 0.025, 0.0092, "per minute"),
    Product("Installation", "INST", "STD", ONE_TIME, 150.0, 85.0, "per visit"),
    Product("Call Recording", "HPBX", "REC", VOICE, 9.95, 3.25, "per seat and month"),
    Product("Broadband 300/30", "CABLE", "300-30", INTERNET, 119.0, 78.5, "per circuit and month"),
    Product("Static IP Block /29", "IP", "BLK-29", INTERNET, 25.0, 9.0, "per block and month"),
    Product("Managed Router", "CPE", "RTR", EQUIPMENT, 29.0, 12.75, "per router and month"),
    Product("Priority Support", "SUP", "PRIO", SUPPORT, 79.0, 30.0, "per site and month"),
    Product("Virtual Fax", "FAX", "VIRT", VOICE, 12.95, 4.8, "per number and month"),
    Product("Auto Attendant", "HPBX", "AA", VOICE, 14.95, 2.6, "per attendant and month"),
    Product("Toll-Free Number", "TF", "NUM", VOICE, 3.5, 0.95, "per number and month"),
    Product("International Minutes", "INTL", "MIN", USAGE, 0.145, 0.081, "per minute"),
    Product("Mobile Line, Unlimited", "MOB", "UNL", MOBILE, 55.0, 34.2, "per line and month"),
    Product("Conference Bridge", "CONF", "BRIDGE", VOICE, 19.95, 6.4, "per bridge and month"),
    Product("LTE Backup", "LTE", "BKUP", INTERNET, 59.0, 31.0, "per site and month"),
    Product("SMS Messages", "SMS", "MSG", USAGE, 0.012, 0.0061, "per message"),
    Product("SD-WAN Edge", "SDWAN", "EDGE", INTERNET, 145.0, 88.0, "per site and month"),
    Product("Analog Adapter Rental", "PHONE", "ATA", EQUIPMENT, 4.5, 1.9, "per adapter and month"),
    Product("POTS Replacement Line", "POTS", "REPL", VOICE, 49.0, 27.5, "per line and month"),
    Product("Contact Center Agent", "CC", "AGENT", VOICE, 89.0, 46.0, "per agent and month"),
    Product("Voicemail to Text", "HPBX", "VM2T", VOICE, 4.95, 1.1, "per mailbox and month"),
    Product("Dark Fiber Pair", "FIBER", "DARK", INTERNET, 1150.0, 760.0, "per pair and month"),
    Product("Fixed Wireless 100/100", "FWA", "100-100", INTERNET, 219.0, 137.0, "per circuit and month"),
    Product("On-Site Technician", "TECH", "HOUR", ONE_TIME, 125.0, 70.0, "per hour"),
    Product("Caller ID Name Storage", "CNAM", "STORE", VOICE, 1.25, 0.28, "per number and month"),
    Product("Directory Listing", "LIST", "WHITE", SUPPORT, 2.95, 0.8, "per listing and month"),
    Product("SIM Card", "MOB", "SIM", ONE_TIME, 10.0, 3.6, "per card"),
    Product("IoT Line, 500 MB", "IOT", "500MB", MOBILE, 8.5, 4.15, "per line and month"),
    Product("Managed Switch, 24 Ports", "CPE", "SW24", EQUIPMENT, 39.0, 17.2, "per switch and month"),
    Product("Paper Invoice", "DOC", "PAPER", SUPPORT, 3.0, 1.35, "per bill"),
    Product("Expedited Order", "ORD", "RUSH", ONE_TIME, 250.0, 110.0, "per order"),
    Product("Call Center Reporting", "CC", "RPT", SUPPORT, 45.0, 18.0, "per site and month"),
)


class ServiceKind(NamedTuple):
    """What is sold with a service type, and its custom fields (id, label, pattern).

    `number` is the pattern of its number; empty means a telephone number.
    """

    id: int
    number: str
    products: Sequence[int]
    fields: Sequence[tuple[int, str, str]]


SERVICE_KINDS: Sequence[ServiceKind] = (
    ServiceKind(
        1, "", (VOICE, USAGE, EQUIPMENT), ((11, "Extension", "%##"), (12, "Location", "Floor %, desk ##"))
    ),
    ServiceKind(2, "", (VOICE, USAGE), ((21, "Trunk group", "TG-%###"), (22, "Channels", "%#"))),
    ServiceKind(
        3,
        "CKT-%######",
        (INTERNET, EQUIPMENT, SUPPORT),
        ((31, "IP block", "2001:db8:^^^^::/48"), (32, "Handoff port", "ge-0/0/%")),
    ),
    ServiceKind(4, "", (MOBILE, ONE_TIME), ((41, "Device", "Handset %#"),)),
)
"""By service type, in the order of their ids."""

ITEM_IDENTIFIERS: Mapping[int, str] = {
    # By inventory type. None belongs to a real device: MAC addresses start with 02, which no manufacturer
    # owns, and SIM card numbers with 8901999, a carrier that does not exist.
    1: "02:^^:^^:^^:^^:^^",
    2: "RTR%#########",
    3: "8901999############",
    4: "02:^^:^^:^^:^^:^^",
}
SIM_CARD, TELEPHONE_NUMBER = 3, 5

CUSTOM_FIELDS: Mapping[str, Sequence[tuple[int, str, str]]] = {
    # Of records of these tables: id, label, pattern.
    "AGENT": ((51, "Region", "Region %"),),
    "CUSTOMER": ((61, "Purchase order", "PO-%#####"), (62, "Account tier", "Tier %")),
    "CONTACT": ((71, "Extension", "%##"),),
    "SERVICE_PRODUCT": ((81, "Quote line", "Q-%####-#"),),
    "PRODUCT": ((91, "Vendor part", "VP-%####"),),
    "INVENTORY_ITEM": ((101, "Shelf", "%-##"),),
    "InventoryTypes": ((111, "Vendor", "Vendor %"),),
    "Orders": ((121, "Ticket at provider", "PT-%#####"), (122, "Install window", "%:00")),
    "RequestServices": ((131, "Install notes", "Floor %, room ##"),),
    "Tasks": ((141, "Estimate in hours", "%"),),
}
OTHER_FIELDS: Sequence[tuple[int, str, str]] = ((1, "Reference", "R-%####"),)

COPIED_FROM_PRODUCT = ("product_id", "description", "code_1", "code_2", "rate", "cost")
"""Fields that a service product copies from its product."""

PAYMENT_METHODS = ("ACH", "CHK", "CC", "WIRE")
CARD_BRANDS = ("VISA", "MASTERCARD", "AMEX")
MAIL_HOSTS = ("example.com", "example.org", "example.net")
OTHER_SYNC_LOGIN = "integration.sync"
"""The login of the integrations with systems that have none of their own."""
ORDER_TYPES = ("NEW", "CHANGE", "DISCONNECT", "PORT")
REMARKS = (
    "Called the customer; left a message.",
    "Customer confirmed by email.",
    "Waiting for a signed form.",
    "Gate code needed for the building.",
    "Prefers calls in the afternoon.",
    "Checked with the provider; no issue on their side.",
)
