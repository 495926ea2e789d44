"""The part of the state machine that is about the request log."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.torture.state_machine import LOG_SIZE, AppMachine


class LogMachine(AppMachine):
    """Fills, clears and asks the request log of the app, and compares it with all calls that there were."""

    @rule(count=st.integers(1, 2 * LOG_SIZE))
    def overflow_the_log(self, count: int) -> None:
        for _ in range(count):
            self.request("GET", "/v1/SystemStatus")

    @rule()
    def clear_the_log(self) -> None:
        self.admin("DELETE", "requests")
        self.calls.clear()

    @rule(
        method=st.sampled_from(["GET", "POST", "DELETE", "*"]),
        status=st.sampled_from(["200", "4xx", "any"]),
        minimum=st.integers(0, 12),
        more=st.none() | st.integers(0, 2),
    )
    def verify_calls(self, method: str, status: str, minimum: int, more: int | None) -> None:
        maximum = None if more is None else minimum + more
        count = {"min": minimum} if maximum is None else {"min": minimum, "max": maximum}
        body = {"match": {"method": method, "status": status}, "count": count}
        response = self.request("POST", "/__admin/requests/verify", body)
        matching = self.calls.count(method, status)
        right = minimum <= matching and (maximum is None or matching <= maximum)
        assert response.json is not None
        if response.json.get("error") == "not_provable":
            assert self.calls.evicted
        else:
            assert response.status_code == (200 if right else 409)

    @invariant()
    def the_log_has_the_latest_calls(self) -> None:
        listed = self.admin("GET", "requests?limit=0")
        assert (listed["count"], listed["evicted"]) == (len(self.calls.kept), self.calls.evicted)
