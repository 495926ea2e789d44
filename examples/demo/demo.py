"""A live demo: four integrations, a recurring outage, and the console to watch them in.

    python demo.py            runs until Ctrl-C, with a 20-second outage every minute
    python demo.py --fast     runs one round in a few seconds, then exits

It needs only mockrevio.
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
    """Seconds between two records, before the outage, during it, and after it."""

    interval: float
    before: float
    outage: float
    after: float


NORMAL = Pace(interval=1.5, before=20, outage=20, after=20)
FAST = Pace(interval=0.1, before=1, outage=1, after=1)


@dataclass
class Integration:
    """A third-party program that links its own records to Rev.io's."""

    login: str
    system_id: int
    entity_type_id: int
    collection: str
    external_ids: itertools.count[int]

    def run(self, url: str, pace: Pace, stop: threading.Event) -> None:
        """Link one record after another until `stop` is set."""
        record_ids = itertools.cycle(range(1001, 1020))
        while not stop.wait(pace.interval):
            record_id = next(record_ids)
            link = {
                "integration_system_id": self.system_id,
                "integration_entity_type_id": self.entity_type_id,
                "internal_id": record_id,
                "external_id": f"{self.login}-{next(self.external_ids)}",
            }
            self._request("GET", f"{url}/{self.collection}/{record_id}")
            status = self._request("POST", f"{url}/IntegrationKeyLink", link)
            outcomes = {201: "linked", 400: "was refused", 503: "found Rev.io down"}
            outcome = outcomes.get(status, f"got {status}")
            print(f"  {self.login:<16} {self.collection}/{record_id}: {outcome}", flush=True)

    def _request(self, method: str, url: str, body: dict[str, Any] | None = None) -> int:
        parts = urlsplit(url)
        credentials = base64.b64encode(f"{self.login}@demo:secret".encode()).decode()
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
            connection.request(method, parts.path, json.dumps(body) if body else None, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def integrations() -> list[Integration]:
    """Return four integrations with different logins, so that the console can tell them apart."""
    return [
        Integration("salesforce.sync", 4, 2, "Customers", itertools.count(1)),
        Integration("hubspot.sync", 1, 4, "Contacts", itertools.count(1)),
        Integration("quickbooks.sync", 6, 3, "Bills", itertools.count(1)),
        Integration("servicenow.sync", 10, 8, "Services", itertools.count(1)),
    ]


def play_round(revio: MockRevio, pace: Pace) -> None:
    """Play one round: normal operation, an outage, recovery."""
    snapshot = revio.snapshot("before-the-outage")
    revio.faults.add(
        {"preset": "unavailable"},
        when={"after": f"{pace.before}s", "for": f"{pace.outage}s"},
        name="Rev.io is down",
    )
    print(f"In {pace.before:g} seconds, Rev.io goes down for {pace.outage:g} seconds.", flush=True)
    time.sleep(pace.before + pace.outage + pace.after)
    added = len(revio.changes_since(snapshot)["added"])
    failed = sum(rule["fired"] for rule in revio.faults)  # 0 if the rule was disarmed in the console
    print(f"The outage met {failed} calls; {added} links were created before and after it.", flush=True)
    revio.faults.clear()


def main() -> None:
    """Start the mock and the integrations, and print what to watch."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fast", action="store_true", help="run one short round, then exit")
    parser.add_argument(
        "--port", type=int, default=7384, help="port of the mock; 0 picks a free one (default: 7384)"
    )
    options = parser.parse_args()
    pace = FAST if options.fast else NORMAL
    stop = threading.Event()
    with MockRevio(fixture="demo", port=options.port, latency="20ms..120ms") as revio:
        print(f"The console: {revio.base_url}/__admin/")
        print("  Requests: calls from four integrations; the outage shows up as a block of 503s.")
        print("  Faults: 'Rev.io is down' and how often it fired. Remove it to end the outage early.")
        print("  Data: the key links. Snapshots: 'before-the-outage' and what has changed since.")
        workers = [
            threading.Thread(target=integration.run, args=(revio.url, pace, stop))
            for integration in integrations()
        ]
        for worker in workers:
            worker.start()
        try:
            play_round(revio, pace)
            while not options.fast:
                play_round(revio, pace)
        except KeyboardInterrupt:
            print("Stopped.")
        finally:
            stop.set()
            for worker in workers:
                worker.join()


if __name__ == "__main__":
    main()
