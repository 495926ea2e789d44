"""A small test suite as users write them: `python -m tests.contract.example_suite URL CODE`.

It imports little, to start fast.
"""

from __future__ import annotations

import base64
import sys
from typing import Any

import requests

LINKS = "/v1/IntegrationKeyLink"
LINK: dict[str, Any] = {
    "integration_system_id": 4,
    "integration_entity_type_id": 2,
    "internal_id": 1015,
    "external_id": "0012D00000dAsFzQAK",
}


class Suite:
    """A client code and the server it talks to."""

    def __init__(self, url: str, code: str, login: str = "tester") -> None:
        self.code = code
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        user = base64.b64encode(f"{login}@{code}:secret".encode()).decode()  # requests would use Latin-1
        self._headers = {"Authorization": f"Basic {user}"}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to the API."""
        return self._session.request(method, self._url + path, headers=self._headers, timeout=30, **options)

    def link(self, **changes: Any) -> int:
        """Create a key link and return its id."""
        response = self.call("POST", LINKS, json={**LINK, **changes})
        assert response.status_code == 201, response.text
        return int(response.json()["id"])

    def admin(self, method: str, path: str, **options: Any) -> Any:
        """Send an admin API request for the world of this client code; it must succeed."""
        params = {"client": self.code}
        response = self._session.request(
            method, f"{self._url}/__admin/{path}", params=params, timeout=30, **options
        )
        assert response.ok, response.text
        return response.json()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def run_suite(suite: Suite) -> None:
    """What a typical suite does, twice, and what it must get each time."""
    for year in (2030, 2031):
        suite.admin("POST", "reset")
        suite.admin("PUT", "clock", json={"now": f"{year}-01-02T03:04:05"})
        names = [f"{suite.code}-{number}" for number in range(8)]
        assert [suite.link(external_id=name) for name in names] == list(range(1, 9))
        suite.admin("PUT", "snapshots/eight")
        rule = {
            "match": {"method": "POST"},
            "when": {"times": 2},
            "effect": {"status": 503, "body": suite.code},
        }
        fault = suite.admin("POST", "faults", json=rule)
        assert fault["id"] == 1
        responses = [suite.call("POST", LINKS, json={**LINK, "external_id": "late"}) for _ in range(3)]
        assert [response.status_code for response in responses] == [503, 503, 201]
        assert responses[2].json()["id"] == 9
        assert suite.admin("GET", "faults/1")["fired"] == 2
        records = suite.call("GET", LINKS).json()["records"]
        assert [record["external_id"] for record in records] == [*names, "late"]
        assert {record["created_date"][:4] for record in records} == {str(year)}
        assert [record["id"] for record in suite.admin("GET", "snapshots/eight/diff")["added"]] == [9]
        suite.admin("POST", "snapshots/eight/restore")
        assert suite.link(external_id="again") == 9
        suite.admin("POST", "requests/verify", json={"match": {"method": "POST"}, "count": 12})
        assert suite.admin("POST", "requests/count", json={})["count"] == 13
        logged = suite.admin("GET", "requests")["requests"]
        assert {entry["client"] for entry in logged} == {suite.code}


if __name__ == "__main__":
    run_suite(Suite(sys.argv[1], sys.argv[2]))
    print("ok")
