"""Strategies for what a client or a test may send, most of it odd, some of it refused."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from mockrevio.revio.fields import Field
from mockrevio.revio.resources import ENTITIES, WEBHOOK_RESOURCES, Resource, Resources
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


def _values_of(field: Field) -> st.SearchStrategy[Any]:
    """Values that a field of this kind accepts, in forms that nobody would think of first."""
    if field.kind == "object":
        members = {name: _values_of(member) for name, member in field.fields.items()}
        return st.fixed_dictionaries({}, optional={**members, "own": VALUES})
    if field.kind == "list":
        item = field._replace(kind=field.items or "object", items=None)
        return st.lists(_values_of(item), max_size=2)
    return st.sampled_from(_OF_KIND[field.kind])


_OF_KIND: dict[str, list[Any]] = {
    "whole": [1015, 0, -5, "4", 4.0, 2**31 - 1, None],
    "decimal": ["4.50", -0.0, 0.1, 1e17, 7, None],
    "text": ["x", "", " x", "\u00e9\u0000\U0001f600", 5, True, "x" * 255, None],
    "name": ["x", None],
    "flag": [True, "false", None],
    "date": [*_DATES, None],
}
_REQUIRED: dict[str, st.SearchStrategy[Any]] = {
    "url": st.sampled_from(["http://127.0.0.1:9/hook", "http://localhost/"]),
    "event_type": st.sampled_from(["CUSTOMER_CREATED", "customer_updated", "CONTACT_DELETED"]),
    "webhook_receiver_id": st.sampled_from([1, 1001]),
    "pair_id": st.sampled_from([7, 7, 8, 0, -3, None]),
}
"""Values of some fields that are more often of use than those of any field of their kind."""


def _records(resource: Resource) -> st.SearchStrategy[dict[str, Any]]:
    """Fields of records of a resource: those that a write requires, a few others, and unknown ones."""
    values = {name: _REQUIRED.get(name, _values_of(field)) for name, field in resource.fields.items()}
    required = [*resource.required, *(names[0] for names in resource.required_one_of)]
    if resource.id_repeats:
        required.append(resource.id_field)
    odd = st.tuples(st.sampled_from([*resource.fields, "my own", "id"]), VALUES)
    some = st.sampled_from(list(values)).flatmap(lambda name: st.tuples(st.just(name), values[name]))
    return st.builds(
        lambda needed, others: {**needed, **dict(others)},
        st.fixed_dictionaries({name: values[name].filter(bool) for name in required if name in values}),
        st.lists(st.one_of(some, some, some, odd), max_size=4),
    )


class Write(NamedTuple):
    """A write to an endpoint, or to the same records by the admin API."""

    method: str
    path: str
    record_id: int
    fields: dict[str, Any]
    by_admin: bool


_RESOURCES = Resources(DECLARED)
_WRITTEN = [
    *ENTITIES.values(),
    *(_RESOURCES.at_path(path) for path in ("widgets", "pairs", "notes", "users", "serviceinventory")),
    *WEBHOOK_RESOURCES * 3,
]
WRITES = st.sampled_from(_WRITTEN).flatmap(
    lambda resource: st.builds(
        Write,
        st.sampled_from(["POST", "POST", "POST", "PUT", "PATCH", "DELETE"]),
        st.just(resource.path),
        st.sampled_from([7, 8, 1, 1001, 1001, 1002, 1015, 1026, 1027]),
        _records(resource),
        st.sampled_from([False, False, True]),
    )
)

LINK_VALUES = st.fixed_dictionaries(
    {
        "integration_system_id": st.sampled_from([4, 4, 5, 77]),
        TYPE: st.sampled_from([2, 2, 1, 90]),
        "internal_id": st.sampled_from([1015, 1015, 1016, 1, 2]),
        "external_id": st.sampled_from(["a", "a", " a ", 7, "\ud800", "x" * 255]),
    }
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "duplicates": st.sampled_from(["allow", "allow", "reject", None]),
        "latency": st.sampled_from([None, "0s", "0s..0s"]),
        "error_rate": st.sampled_from([None, 0, "0:503"]),
        "strict_login": st.sampled_from([True, "false"]),
        "subscription_key": st.sampled_from([None, []]),
        "page_size_over_max": st.sampled_from(["clamp", 5]),
    },
)
FAULTS = st.sampled_from(
    [
        {"match": {"path": "/v1/Nowhere"}, "effect": {"status": 503, "body": {"a": [1.0, None]}}},
        {
            "name": " x ",
            "match": {"body": {"zeal": "*"}, "client": "other"},
            "effect": {"latency": "1ms..2ms"},
        },
        {
            "id": 9,
            "matched": 3,
            "match": {"path": "/v1/Nowhere"},
            "when": {"skip": 10, "times": 1},
            "effect": {"connection": "reset"},
        },
        {"match": {"body": {"event_type": "CUSTOMER_*"}}, "effect": {"delivery": "late", "by": "1d"}},
    ]
)
TIMES = st.sampled_from(
    ["2026-01-05T09:30:00", "2030-12-31T23:59:59.999", "0001-01-01T00:00:00", "9999-12-31T23:59:59.999"]
)
_IDS = st.sampled_from([1, 2, 1001, 2**31 - 1])
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
                "CUSTOMER": st.lists(_IDS, unique=True, max_size=3),
                "CONTACT": _records(ENTITIES["CONTACT"]).map(lambda fields: [{**fields, "contact_id": 1001}]),
            },
        ),
        "records": st.fixed_dictionaries(
            {},
            optional={
                "Pairs": st.lists(st.sampled_from([7, 8, {"pair_id": 7, "when": "2026-1-5"}]), max_size=3),
                "Widgets": _records(_RESOURCES.at_path("widgets")).map(
                    lambda fields: [{**fields, "widget_id": 2}]
                ),
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
