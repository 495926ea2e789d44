"""The operations of the admin API, declared once: the routes and the document read this table."""

from __future__ import annotations

from typing import NamedTuple


class AdminOperation(NamedTuple):
    """One operation: its path below `/__admin`, and the function in `routes/admin/` that responds.

    `filters` are the query parameters that it accepts besides `client`; `open_filters` means that it checks
    them itself, since there are more than these. `picks_world` is false if it does not apply to one world,
    so that it takes no `client`.
    """

    method: str
    path: str
    view: str
    has_body: bool = False
    filters: tuple[str, ...] = ()
    open_filters: bool = False
    picks_world: bool = True

    @property
    def endpoint(self) -> str:
        """The name of its route."""
        return self.view.replace(".", "_")


WINDOW = ("limit", "offset")
LOG_FORM = ("form", "text", "record", "behaviour")
KEY_LINK_FILTERS = ("search", "system", "type", "internal_id", "sort", *WINDOW, "labels")
RECORD_FILTERS = ("search", "sort", *WINDOW, "labels")
LOG_FILTERS = ("method", "path", "client", "status", "fault", "since", "until", "match")

OPERATIONS = (
    AdminOperation("GET", "/health", "lifecycle.health", picks_world=False),
    AdminOperation("GET", "/ready", "lifecycle.ready", picks_world=False),
    AdminOperation("GET", "/openapi.json", "openapi.document", picks_world=False),
    AdminOperation("GET", "/overview", "overview.overview", filters=("part",)),
    AdminOperation("GET", "/events", "events.stream"),
    AdminOperation("GET", "/metrics", "metrics.metrics", picks_world=False),
    AdminOperation("GET", "/check", "checks.check"),
    AdminOperation("POST", "/check", "checks.check_strictly", has_body=True),
    AdminOperation("POST", "/reset", "lifecycle.reset"),
    AdminOperation("GET", "/state", "lifecycle.state"),
    AdminOperation("PUT", "/state", "lifecycle.replace_state", has_body=True, filters=("dry_run",)),
    AdminOperation("GET", "/entities", "entities.counts"),
    AdminOperation("GET", "/resources", "resources.listing"),
    AdminOperation("GET", "/resources/{name}", "resources.get_one"),
    AdminOperation("GET", "/entities/{name}", "entities.listing", filters=RECORD_FILTERS, open_filters=True),
    AdminOperation("POST", "/entities/{name}", "entities.add", has_body=True),
    AdminOperation("DELETE", "/entities/{name}", "entities.clear"),
    AdminOperation("GET", "/entities/{name}/{entity_id}", "entities.get_one"),
    AdminOperation("PUT", "/entities/{name}/{entity_id}", "entities.put", has_body=True),
    AdminOperation("DELETE", "/entities/{name}/{entity_id}", "entities.remove"),
    AdminOperation("GET", "/entities/{name}/{entity_id}/references", "entities.references"),
    AdminOperation("GET", "/key_links", "key_links.listing", filters=KEY_LINK_FILTERS),
    AdminOperation("POST", "/key_links", "key_links.add", has_body=True),
    AdminOperation("GET", "/key_links/{link_id}", "key_links.get_one", filters=("labels",)),
    AdminOperation("PUT", "/key_links/{link_id}", "key_links.put", has_body=True),
    AdminOperation("DELETE", "/key_links/{link_id}", "key_links.remove"),
    AdminOperation("GET", "/faults", "faults.listing", filters=WINDOW),
    AdminOperation("POST", "/faults", "faults.arm", has_body=True),
    AdminOperation("DELETE", "/faults", "faults.clear"),
    AdminOperation("GET", "/faults/{fault_id}", "faults.get_one"),
    AdminOperation("PUT", "/faults/{fault_id}", "faults.replace", has_body=True),
    AdminOperation("DELETE", "/faults/{fault_id}", "faults.disarm"),
    AdminOperation(
        "GET", "/requests", "requests.listing", filters=(*LOG_FILTERS, *LOG_FORM, *WINDOW), open_filters=True
    ),
    AdminOperation("GET", "/requests/{request_id}", "requests.get_one"),
    AdminOperation("DELETE", "/requests", "requests.clear"),
    AdminOperation("POST", "/requests/count", "requests.count", has_body=True),
    AdminOperation("POST", "/requests/verify", "requests.verify", has_body=True),
    AdminOperation("GET", "/snapshots", "snapshots.listing", filters=("details",)),
    AdminOperation("PUT", "/snapshots/{name}", "snapshots.save"),
    AdminOperation("GET", "/snapshots/{name}", "snapshots.get_one"),
    AdminOperation("POST", "/snapshots/{name}/restore", "snapshots.restore"),
    AdminOperation("GET", "/snapshots/{name}/diff", "snapshots.diff", filters=("details", "limit")),
    AdminOperation("DELETE", "/snapshots/{name}", "snapshots.remove"),
    AdminOperation("GET", "/settings", "settings.read", filters=("details",)),
    AdminOperation("PATCH", "/settings", "settings.change", has_body=True, filters=("dry_run",)),
    AdminOperation("GET", "/clock", "clock.read"),
    AdminOperation("PUT", "/clock", "clock.change", has_body=True),
    AdminOperation("GET", "/worlds", "worlds.listing", picks_world=False),
    AdminOperation("DELETE", "/worlds", "worlds.remove"),
    AdminOperation("DELETE", "/worlds/{client}", "worlds.remove", picks_world=False),
    AdminOperation("GET", "/behaviours", "behaviours.listing"),
    AdminOperation(
        "GET", "/webhooks", "webhooks.listing", filters=("event_type", "receiver", "status", *WINDOW)
    ),
    AdminOperation("POST", "/webhooks/receivers", "webhooks.add_receiver", has_body=True),
    AdminOperation("POST", "/webhooks/verify", "webhooks.verify", has_body=True),
    AdminOperation("GET", "/webhooks/{delivery_id}", "webhooks.get_one"),
    AdminOperation("POST", "/webhooks/{delivery_id}/redeliver", "webhooks.redeliver"),
)
