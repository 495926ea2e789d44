"""Strategies for what a client or a test may send, most of it odd, some of it refused."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mockrevio.revio.resources import BUILT_IN, ENTITIES
from tests.support import LINK

TYPE = "integration_entity_type_id"

DECLARED: dict[str, Any] = {
    "Widgets": {
        "id": "widget_id",
        "entity_type": "WIDGET",
        "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "fields": {
            "widget_id": "whole",
            "customer_id": "whole -> Customers",
            "zeal": "decimal",
            "dates": ["date"],
            "parts": [{"made_date": "date", "alpha": "flag"}],
            "created_date": "date",
            "updated_date": "date",
        },
    },
    "Pairs": {
        "id": "pair_id",
        "id_repeats": True,
        "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "fields": {"pair_id": "whole", "line_id": "whole", "when": "date", "created_by": "whole -> Users"},
    },
}
START: dict[str, Any] = {
    "resources": DECLARED,
    "integration_entity_types": [{TYPE: 90, "entity_type_name": "LEASE", "note": "mine"}],
    "entities": {"LEASE": [1, {"lease_id": 2, "own": [1]}]},
    "settings": {"links": "self", "blank_search": None},
    "faults": [{"match": {"method": "DELETE"}, "when": {"times": 1}, "effect": {"latency": "0s"}}],
}
"""The fixture, on top of `default`."""

ENDPOINTS = st.sampled_from(
    [
        *((resource.path, resource.entity_type or name) for name, resource in ENTITIES.items()),
        ("Widgets", "Widgets"),
        ("Pairs", "Pairs"),
        ("Leases", "LEASE"),
        ("WebhookReceivers", "WebhookReceivers"),
        ("WebhookSubscriptions", "WebhookSubscriptions"),
        ("Notes", "Notes"),
        ("ServiceInventory", "ServiceInventory"),
        ("Users", "Users"),
    ]
)
"""The path of an endpoint, and what the admin API calls it."""

_DATES = [
    "2026-1-5",
    "2026-01-05Z",
    "2026-01-05T23:59:59.9999+05:30",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00.000",
    "0001-01-02T01:00:00+02:00",
    "9999-12-31T23:59:59.999",
]
_SCALARS: list[Any] = [
    None,
    "",
    " ",
    "x",
    "é\u0000\U0001f600\u2028",
    "\ud800",
    "4",
    "4.50",
    "true",
    True,
    0,
    -1,
    4.0,
    0.1,
    1e300,
    10**17,
    10**30,
    1001,
    *_DATES,
]
VALUES = st.recursive(
    st.sampled_from(_SCALARS),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["due_date", "Balance", "field_id", "value", "made_date", "own"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)

FIELD_NAMES = st.sampled_from(
    sorted(
        {"my own", "own", "a/b"}
        | {name for resource in BUILT_IN for name in resource.fields}
        | {name for declaration in DECLARED.values() for name in declaration["fields"]}
    )
)
_LIKELY: dict[str, st.SearchStrategy[Any]] = {
    # What writes require, so that most of them pass.
    "customer_id": st.sampled_from([1015, 1016, 0, 5]),
    "url": st.sampled_from(["http://127.0.0.1:9/hook", "http://localhost/"]),
    "event_type": st.sampled_from(["CUSTOMER_CREATED", "customer_updated", "INVENTORY_ASSIGNED"]),
    "webhook_receiver_id": st.sampled_from([1, 2, 1001]),
    "status": st.sampled_from(["ACTIVE", "PENDING", "DISCONNECTED", ""]),
    "pair_id": st.sampled_from([7, 7, 8, 0, -3, None]),
    "dates": st.lists(st.sampled_from([*_DATES, "", None]), max_size=2),
    "note_text": st.just("x"),
    "body": st.just("x"),
    "service_id": st.sampled_from([1001, 1002]),
}
RECORDS = st.builds(
    lambda likely, others: {**likely, **others},
    st.fixed_dictionaries({}, optional=_LIKELY),
    st.dictionaries(FIELD_NAMES, VALUES, max_size=4),
)
LINK_VALUES = st.fixed_dictionaries(
    {
        "integration_system_id": st.sampled_from([4, 4, 5, 77]),
        TYPE: st.sampled_from([2, 2, 1, 90]),
        "internal_id": st.sampled_from([1015, 1015, 1016, 1, 2]),
        "external_id": st.sampled_from(["a", "a", " a ", 7, "\ud800", "x" * 255]),
    }
)
SETTINGS = st.dictionaries(
    st.sampled_from(["duplicates", "latency", "error_rate", "strict_login", "page_size_over_max", "quota"]),
    st.sampled_from([None, "allow", "reject", "0s", 0, 0.0, "0:503", True, "clamp", "9/1", ["a", "b"]]),
    max_size=3,
)
FAULTS = st.sampled_from(
    [
        {"match": {"path": "/v1/Nowhere"}, "effect": {"status": 503, "body": {"a": [1.0, None]}}},
        {
            "name": " x ",
            "match": {"body": {"zeal": "*"}, "client": "other"},
            "effect": {"latency": "1ms..2ms"},
        },
        {"id": 9, "matched": 3, "when": {"skip": 10, "times": 1}, "effect": {"connection": "reset"}},
        {"match": {"body": {"event_type": "CUSTOMER_*"}}, "effect": {"delivery": "late", "by": "1d"}},
    ]
)
TIMES = st.sampled_from(
    ["2026-01-05T09:30:00", "2030-12-31T23:59:59.999", "0001-01-02T00:00:00", "9999-12-31T23:59:59.999"]
)
_RECORD_IDS = st.sampled_from([1, 2, 1001, 2**31 - 1])
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "resources": st.just(DECLARED),
        "integration_systems": st.just([{"integration_system_id": 4, "system_name": "A", "own": {"b": 1}}]),
        "integration_entity_types": st.just(
            [
                {TYPE: 2, "entity_type_name": "CUSTOMER"},
                {TYPE: 3, "entity_type_name": "CUSTOMER", "own": None},
            ]
        ),
        "entities": st.fixed_dictionaries(
            {},
            optional={
                "CUSTOMER": st.lists(_RECORD_IDS, unique=True, max_size=3),
                "CONTACT": RECORDS.map(lambda fields: [{**fields, "contact_id": 1001}]),
            },
        ),
        "records": st.fixed_dictionaries(
            {},
            optional={
                "Pairs": st.lists(st.sampled_from([7, 8, {"pair_id": 7, "when": "2026-1-5"}]), max_size=3),
                "Notes": RECORDS.map(lambda fields: [{**fields, "note_id": 2}]),
                "WebhookReceivers": st.just([{"webhook_receiver_id": 1, "url": "x", "status": "ACTIVE"}]),
            },
        ),
        "key_links": st.lists(
            LINK_VALUES.map(lambda values: {**LINK, **values, "external_id": "a"}), max_size=3
        ),
        "deliveries": st.sampled_from(
            [
                [
                    {
                        "id": 3,
                        "webhook_receiver_id": 9,
                        "created_date": "2026-01-05T09:30:00.000",
                        "lost": False,
                    }
                ],
                [
                    {
                        "id": 2**31 - 1,
                        "webhook_receiver_id": 1,
                        "created_date": "2026-01-05T09:30:00.000",
                        "event_id": 3,
                        "event_type": "CUSTOMER_CREATED",
                        "object_id": None,
                        "attempts": 2,
                    }
                ],
            ]
        ),
        "next_ids": st.dictionaries(
            st.sampled_from(["CUSTOMER", "Notes", "key_links", "deliveries", "LEASE", "Users"]),
            st.sampled_from([1, 5000, 2**31]),
            max_size=2,
        ),
        "faults": st.lists(FAULTS, max_size=2),
        "settings": SETTINGS,
    },
)
