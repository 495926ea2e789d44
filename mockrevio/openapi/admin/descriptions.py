"""What each operation of the admin API does, takes and returns."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.openapi.admin.description import COUNTED, NOTHING, Description, listing_of
from mockrevio.openapi.admin.parts import COUNT, FLAG, OK, TEXT, list_of, object_of
from mockrevio.openapi.admin.record_descriptions import RECORD_DESCRIPTIONS
from mockrevio.openapi.fields import ref

_ONE_OR_MANY_RULES = {"anyOf": [ref("FaultRule"), listing_of("faults", ref("FaultRule"))]}
_ONE_CUSTOMER = {
    "schema": 1,
    "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
    "integration_entity_types": [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}],
    "entities": {"CUSTOMER": [{"customer_id": 1015, "status": "ACTIVE"}]},
}
_SNAPSHOTS = object_of(
    {
        "count": COUNT,
        "snapshots": list_of(TEXT),
        "details": list_of(object_of({"name": TEXT, "saved_at": ref("Date"), "size": COUNT})),
    },
    optional=("details",),
)
_SNAPSHOT = object_of({"ok": OK, "snapshot": TEXT})
_COUNT = object_of(
    {"count": COUNT, "in_progress": COUNT, "evicted": COUNT}, optional=("in_progress", "evicted")
)
_VERIFIED = object_of(
    {"ok": OK, "count": COUNT, "in_progress": COUNT, "evicted": COUNT}, optional=("in_progress", "evicted")
)
_RESET = object_of(
    {
        "ok": OK,
        "fixture": object_of({"names": list_of(TEXT), "changed": FLAG}),
        "reliance": ref("Reliance"),
    }
)
_REQUESTS = object_of(
    {
        "count": COUNT,
        "evicted": COUNT,
        "omitted": COUNT,
        "requests": list_of({"anyOf": [ref("LoggedCall"), ref("LoggedCallSummary")]}),
    },
    optional=("omitted",),
)
_WORLD = object_of({"client": TEXT, "loaded": FLAG, "key_links": {"type": ["integer", "null"]}})
_BEHAVIOURS = object_of(
    {
        "evidence": {"type": "object", "additionalProperties": TEXT},
        "count": COUNT,
        "behaviours": list_of(ref("Behaviour")),
    }
)

TAGS: Mapping[str, str] = {
    "Server": "Whether it runs, and what a test should fail for.",
    "State": "The whole world: reset, read and replace it.",
    "Records": "Rev.io's records and key links.",
    "Faults": "Rules that make requests slow, fail or break.",
    "Request log": "What was called: list, count and verify.",
    "Snapshots": "Named states of the world.",
    "Settings": "The settings that can change while the server runs.",
    "Clock": "The mock's time.",
    "Worlds": "The worlds of client codes, with `--isolate-clients`.",
    "Behaviours": "Rev.io's rules, and the evidence for each.",
    "Webhooks": "Deliveries of notifications, and receivers.",
}

DESCRIPTIONS: Mapping[str, Description] = {
    "lifecycle.health": Description(
        "getHealth", "Server", "Whether the server runs", ref("Status"),
        "Responds to everyone, with details to those that pass the guards.",
    ),
    "lifecycle.ready": Description(
        "getReadiness", "Server", "Whether the fixture is loaded", ref("Status"),
        "As health, but 503 until then.",
        errors=("503",),
    ),
    "openapi.document": Description(
        "getDocument", "Server", "This document", {"type": "object"}, "Needs no admin token.",
    ),
    "overview.overview": Description(
        "getOverview", "Server", "The world in short",
        {"anyOf": [ref("Overview"), ref("ActiveOverview"), ref("CatalogOverview")]},
        "Where it runs, what is in it, what is switched on, and how many calls there were in each second.",
    ),
    "events.stream": Description(
        "streamEvents", "Server", "Calls and changes, as they happen",
        {"type": "string", "description": "Events `hello`, `calls`, `changed`, `rates`; the data are JSON."},
        "Server-sent events, until the client leaves, the world is deleted or the server stops.",
        content_type="text/event-stream",
    ),
    "metrics.metrics": Description(
        "getMetrics", "Server", "Metrics for Prometheus", {"type": "string"},
        "Of the whole process. As OpenMetrics, if the Accept header prefers that.",
        content_type="text/plain",
    ),
    "checks.check": Description(
        "check", "Server", "What a test should fail for", ref("Check"),
        "Fault rules that never fired, and requests on which mockrevio itself failed.",
    ),
    "checks.check_strictly": Description(
        "checkStrictly", "Server", "The same, and unexpected errors and assumed rules", ref("CheckResult"),
        body=ref("CheckRequest"), examples={"everything": {"strict": "all", "last": 20}},
    ),
    "lifecycle.reset": Description(
        "reset", "State", "Reset the world to its fixture", _RESET,
        "Resets data, ids, faults, settings, request log, clock and random source. Edited fixtures are read "
        "again.",
    ),
    "lifecycle.state": Description(
        "getState", "State", "The world as one document", ref("State"), "It can be used as a fixture.",
    ),
    "lifecycle.replace_state": Description(
        "replaceState", "State", "Replace the world", NOTHING,
        "The body has the form of a fixture. With `dry_run`, it is only checked.",
        ref("State"), {"one customer": _ONE_CUSTOMER},
    ),
    **RECORD_DESCRIPTIONS,
    "faults.listing": Description(
        "listFaults", "Faults", "All fault rules", listing_of("faults", ref("FaultRule")),
        "In the order of their evaluation. `count` is the number of all.",
    ),
    "faults.arm": Description(
        "addFaults", "Faults", "Arm a rule, or a list of rules", _ONE_OR_MANY_RULES, "All or none are armed.",
        {"anyOf": [ref("Fault"), list_of(ref("Fault"))]},
        {
            "fails twice": {"match": {"method": "POST"}, "when": {"times": 2}, "effect": {"status": 503}},
            "several": [{"effect": {"preset": "rate_limited"}, "optional": True}],
        },
        "201",
    ),
    "faults.clear": Description("deleteFaults", "Faults", "Disarm all rules", COUNTED),
    "faults.get_one": Description("getFault", "Faults", "One rule", ref("FaultRule")),
    "faults.replace": Description(
        "replaceFault", "Faults", "Replace a rule", ref("FaultRule"),
        "It keeps its id and place; its counts start at zero.", ref("Fault"),
        {"a delay": {"effect": {"latency": "1ms"}}},
    ),
    "faults.disarm": Description("deleteFault", "Faults", "Disarm a rule", ref("FaultRule"), "Returns it."),
    "requests.listing": Description(
        "listRequests", "Request log", "The calls, oldest first", _REQUESTS,
        "`limit` alone returns the latest ones. `evicted` counts those that the log has dropped. With "
        "`form=summary`, they are `LoggedCallSummary`.",
    ),
    "requests.get_one": Description("getRequest", "Request log", "One call", ref("LoggedCall")),
    "requests.clear": Description("clearRequests", "Request log", "Clear the log", COUNTED),
    "requests.count": Description(
        "countRequests", "Request log", "Count matching calls", _COUNT, "A 409 if the log cannot tell.",
        object_of({"match": ref("CallMatch")}, optional=("match",)),
        {"posts": {"match": {"method": "POST"}}}, errors=("409",),
    ),
    "requests.verify": Description(
        "verifyRequests", "Request log", "Check the number of matching calls", _VERIFIED,
        "Waits up to `timeout`. A 409 has the nearest misses.", ref("RequestVerification"),
        {"none": {"match": {"method": "TRACE"}, "count": 0}}, errors=("409",),
    ),
    "snapshots.listing": Description(
        "listSnapshots", "Snapshots", "The names of all snapshots", _SNAPSHOTS,
        "`details` adds when each was saved, in real time, and its size in bytes.",
    ),
    "snapshots.save": Description(
        "saveSnapshot", "Snapshots", "Save the world", _SNAPSHOT, "Replaces a snapshot of this name.",
        errors=("507",),
    ),
    "snapshots.get_one": Description("getSnapshot", "Snapshots", "A snapshot as a document", ref("State")),
    "snapshots.restore": Description("restoreSnapshot", "Snapshots", "Restore the world", _SNAPSHOT),
    "snapshots.diff": Description(
        "diffSnapshot", "Snapshots", "What has changed since", ref("Diff"),
        "Records, and settings. `details` adds `counts` by table, and `faults`. At most `limit` records of "
        "each table and kind are listed.",
    ),
    "snapshots.remove": Description("deleteSnapshot", "Snapshots", "Delete a snapshot", NOTHING),
    "settings.read": Description(
        "getSettings", "Settings", "All settings of the world",
        {"anyOf": [ref("Settings"), listing_of("settings", ref("Setting"))]},
        "With `details`, all settings of the server, each with its description. No secret is shown.",
    ),
    "settings.change": Description(
        "changeSettings", "Settings", "Change settings", ref("Settings"),
        "All or none. X-Mock-Explain names settings that then have no effect. `dry_run` changes nothing.",
        ref("SettingsChange"),
        {"slow": {"latency": "1ms..2ms"}, "default": {"latency": None}},
    ),
    "clock.read": Description("getClock", "Clock", "The time of the world", ref("Clock")),
    "clock.change": Description(
        "changeClock", "Clock", "Freeze, set, advance or release the clock", ref("Clock"),
        body=ref("ClockChange"),
        examples={
            "freeze": {"now": "2030-01-02T03:04:05"},
            "advance": {"advance": "90s"},
            "release": {"frozen": False},
        },
    ),
    "worlds.listing": Description(
        "listWorlds", "Worlds", "The isolated worlds",
        object_of({"isolated": FLAG, "count": COUNT, "worlds": list_of(_WORLD)}),
    ),
    "worlds.remove": Description(
        "deleteWorld", "Worlds", "Delete the world of a client code", NOTHING,
        "With its files. The next request of the client code creates a new one.",
    ),
    "behaviours.listing": Description(
        "listBehaviours", "Behaviours", "Every rule with its evidence", _BEHAVIOURS,
        "And how many responses it decided.",
    ),
    "webhooks.listing": Description(
        "listDeliveries", "Webhooks", "The deliveries, oldest first",
        listing_of("deliveries", ref("Delivery"), "evicted"), "`count` is the number of all that match.",
    ),
    "webhooks.get_one": Description("getDelivery", "Webhooks", "One delivery", ref("Delivery")),
    "webhooks.add_receiver": Description(
        "addReceiver", "Webhooks", "Add an active receiver",
        object_of({"ok": OK, "webhook_receiver_id": COUNT}), "Without the confirmation.",
        object_of({"url": TEXT, "event_types": list_of(TEXT)}, optional=("event_types",)),
        {"payments": {"url": "http://127.0.0.1:9/hooks", "event_types": ["PAYMENT_CREATED"]}},
        "201", ("409",),
    ),
    "webhooks.verify": Description(
        "verifyDeliveries", "Webhooks", "Check the number of delivered notifications",
        object_of({"ok": OK, "count": COUNT}), "Waits up to `timeout`.", ref("DeliveryVerification"),
        {"none": {"match": {"event_type": "PAYMENT_*"}, "count": 0}}, errors=("409",),
    ),
    "webhooks.redeliver": Description(
        "redeliver", "Webhooks", "Send a notification again", ref("Delivery"),
        "201 with a new delivery, or 200 if it was pending and is sent at once.",
        status="201", also={"200": ref("Delivery")},
    ),
}  # fmt: skip
"""By the name of the function that responds."""
