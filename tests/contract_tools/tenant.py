"""A tenant that answers as a test says: other fields, other ids, missing permissions, a service that dies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract_tools.scripted import listening

Record = dict[str, Any]


@dataclass
class Tenant:
    """The collections by path, the ids by which they are read, and what is unusual.

    `statuses` are sent in place of a collection and its records. `before_page` is called with the path and
    the number of a page before it is read; if it raises ConnectionError, there is no response. `multi` says
    whether a parameter may be given several times.
    """

    tables: dict[str, list[Record]]
    ids: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    max_page_size: int = 500
    multi: bool = True
    before_page: Callable[[str, int], None] = lambda _path, _number: None
    calls: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, target: str) -> tuple[int, Any]:
        """Status and body of the response to a GET."""
        self.calls.append(target)
        parts = urlsplit(target)
        path, _, record_id = parts.path.removeprefix("/v1/").partition("/")
        if path in self.statuses:
            return self.statuses[path], [{"ok": False, "error": "x", "message": f"No {path} for you."}]
        if path not in self.tables:
            return 404, [{"ok": False, "error": "not_found", "message": "No such path."}]
        id_field = self.ids.get(path, "")
        query = parse_qs(parts.query)
        if record_id:
            found = [record for record in self.tables[path] if str(record.get(id_field)) == record_id]
            return (200, {"ok": True, **found[0]}) if found else (404, [{"message": "Not found."}])
        number = int(query["page"][0])
        self.before_page(path, number)
        records = self.tables[path]
        if id_field in query:
            wanted = query[id_field] if self.multi else query[id_field][-1:]
            records = [record for record in records if str(record.get(id_field)) in wanted]
        size = min(int(query["page_size"][0]), self.max_page_size)
        page = records[(number - 1) * size : number * size]
        more = number * size < len(records)
        return 200, {"ok": True, "has_more": more, "record_count": len(page), "records": page}


CATALOG: dict[str, list[Record]] = {
    "IntegrationSystem": [
        {"integration_system_id": 71, "system_name": "SALESFORCE"},
        {"integration_system_id": 4, "system_name": "ACME_ERP"},
    ],
    "IntegrationEntityType": [
        {"integration_entity_type_id": 9, "entity_type_name": "CUSTOMER"},
        {"integration_entity_type_id": 2, "entity_type_name": "AGENT"},
    ],
}


@contextmanager
def serving_tenant(tables: dict[str, list[Record]], **unusual: Any) -> Iterator[Tenant]:
    """Serve a tenant with these records, and the systems and entity types above unless it has its own."""
    tenant = Tenant({**CATALOG, **tables}, **unusual)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            try:
                status, body = tenant.answer(self.path)
            except ConnectionError:  # it has died
                self.close_connection = True
                return
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with listening(Handler) as tenant.url:
        yield tenant
