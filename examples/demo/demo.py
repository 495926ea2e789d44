"""A show for an audience: integrations at work, an outage, and what the console has to say about it.

    python demo.py            runs until Ctrl-C, with an outage of 20 seconds every minute
    python demo.py --fast     the same in a few seconds, then ends

It needs mockrevio and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import itertools
import json
import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockrevio import MockRevio


class Pace(NamedTuple):
    """Seconds: between two calls, before the outage, of the outage, after it."""

    between: float
    before: float
    outage: float
    after: float


SLOW = Pace(between=1.5, before=20, outage=20, after=20)
FAST = Pace(between=0.1, before=1, outage=1, after=1)


@dataclass
class Integration:
    """Somebody else's program that links records of its own to Rev.io's."""

    login: str
    system_id: int
    type_id: int
    collection: str
    external_ids: itertools.count[int]

    def work(self, url: str, pace: Pace, stop: threading.Event) -> None:
        """Link one record after another, until told to stop."""
        ids = itertools.cycle(range(1001, 1020))
        while not stop.wait(pace.between):
            record = next(ids)
            link = {
                "integration_system_id": self.system_id,
                "integration_entity_type_id": self.type_id,
                "internal_id": record,
                "external_id": f"{self.login}-{next(self.external_ids)}",
            }
            self._call("GET", f"{url}/{self.collection}/{record}")
            status = self._call("POST", f"{url}/IntegrationKeyLink", link)
            said = {201: "linked", 400: "was refused", 503: "found Rev.io down"}.get(status, f"got {status}")
            print(f"  {self.login:<16} {said} {self.collection} {record}", flush=True)

    def _call(self, method: str, url: str, body: dict[str, Any] | None = None) -> int:
        parts = urlsplit(url)
        user = base64.b64encode(f"{self.login}@demo:secret".encode()).decode()
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            headers = {"Authorization": f"Basic {user}", "Content-Type": "application/json"}
            connection.request(method, parts.path, json.dumps(body) if body else None, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def integrations() -> list[Integration]:
    """Four of them, each with a login of its own so that the console tells them apart."""
    return [
        Integration("salesforce.sync", 4, 2, "Customers", itertools.count(1)),
        Integration("hubspot.sync", 1, 4, "Contacts", itertools.count(1)),
        Integration("quickbooks.sync", 6, 3, "Bills", itertools.count(1)),
        Integration("servicenow.sync", 10, 8, "Services", itertools.count(1)),
    ]


def show(revio: MockRevio, pace: Pace) -> None:
    """One round: work, an outage, recovery."""
    before = revio.snapshot("before-the-outage")
    revio.faults.add(
        {"preset": "unavailable"},
        when={"after": f"{pace.before}s", "for": f"{pace.outage}s"},
        name="Rev.io is down",
    )
    print(f"In {pace.before:g} seconds Rev.io goes down, for {pace.outage:g} seconds.", flush=True)
    time.sleep(pace.before + pace.outage + pace.after)
    added = len(revio.changes_since(before)["added"])
    met = sum(rule["fired"] for rule in revio.faults)  # none if somebody has disarmed it
    print(f"The outage met {met} calls; {added} links were created around it.", flush=True)
    revio.faults.clear()


def main() -> None:
    """Start the mock and the integrations, and tell what to look at."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fast", action="store_true", help="one short round, then end")
    parser.add_argument("--port", type=int, default=7384, help="0 picks a free one (7384)")
    options = parser.parse_args()
    pace = FAST if options.fast else SLOW
    stop = threading.Event()
    with MockRevio(fixture="demo", port=options.port, latency="20ms..120ms") as revio:
        print(f"The console: {revio.base_url}/__admin/")
        print("  Requests: four integrations at work; the outage shows as a block of 503s.")
        print("  Faults: 'Rev.io is down', with how many calls it met. Disarm it to end the outage early.")
        print("  Data: the key links as they appear. Snapshots: 'before-the-outage', and what changed since.")
        workers = [
            threading.Thread(target=each.work, args=(revio.url, pace, stop)) for each in integrations()
        ]
        for worker in workers:
            worker.start()
        try:
            show(revio, pace)
            while not options.fast:
                show(revio, pace)
        except KeyboardInterrupt:
            print("Ended.")
        finally:
            stop.set()
            for worker in workers:
                worker.join()


if __name__ == "__main__":
    main()
