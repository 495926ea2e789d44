"""What the scenes of a story share: the clients, how they call, and what they know of Rev.io's records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from mockrevio.demo.steps import Answer, Call, Client, Pause, Scene, ask

SYNC = Client("sync", "SalesforceConnector/4.2.1 (nightly sync)")
CRM = Client("netsuite", "NetSuite/2026.1 SuiteScript/2.1")
PORTAL = Client("portal", "billing-portal/3.9.0 okhttp/4.12.0")
MONITOR = Client("monitor", "uptime-monitor/1.8")
PRESENTER = Client("", "mockrevio demo")
"""Calls the admin API."""

TRIES = 4
"""How often a client sends a request before it gives up."""

MAX_PAGES = 8
"""How many pages a client reads of one collection: a world may have very many records."""

_RETRIED = (429, 500, 502, 503, 504)
_UNKNOWN = 900_000
"""The ids of customers that do not exist start here."""


@dataclass
class Stage:
    """The state of a story. `pace` is how much faster than usual it is played."""

    random: Random
    pace: float = 1.0
    customers: list[int] = field(default_factory=list)
    system_id: int = 4
    customer_type_id: int = 2
    backlog: list[int] = field(default_factory=list)
    """The customers whose links the outage has prevented."""

    def pause(self, seconds: float) -> Scene[None]:
        """Pause for about these seconds."""
        yield Pause(seconds * self.random.uniform(0.6, 1.4))

    def request(
        self, client: Client, method: str, path: str, body: object = None, /, **query: object
    ) -> Scene[Answer]:
        """Call Rev.io's API as a good client does: retry with an exponential back-off, as late as asked for.

        A POST whose answer was lost is not repeated: the client must find out first whether it has happened.
        """
        call = Call(client, method, _target(f"/v1/{path}", query), body)
        answer = yield from ask(call)
        for retry in range(TRIES - 1):
            lost = answer.status is None and method != "POST"
            if not lost and answer.status not in _RETRIED:
                break
            back_off = 0.5 * 2**retry * self.random.uniform(0.8, 1.2)
            yield Pause(max(back_off, min(answer.retry_after, 30)))
            answer = yield from ask(call)
        return answer

    def pages(
        self, client: Client, path: str, size: int, query: Mapping[str, object] | None = None
    ) -> Scene[list[Any]]:
        """The records of a collection, page by page, as far as the client gets."""
        records: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            answer = yield from self.request(
                client, "GET", path, **{**(query or {}), "page": page, "page_size": size}
            )
            records += answer.listed()
            if not answer.ok or not answer.body.get("has_more"):
                break
            yield from self.pause(0.3)
        return records

    def some_customers(self, number: int) -> list[int]:
        """Different customers at random. If there are none, ids that do not exist."""
        if not self.customers:
            return [self.unknown_customer() for _ in range(number)]
        return self.random.sample(self.customers, min(number, len(self.customers)))

    def unknown_customer(self) -> int:
        """The id of a customer that does not exist."""
        return _UNKNOWN + self.random.randrange(10_000)


def admin(method: str, path: str, body: object = None) -> Scene[Answer]:
    """Call the admin API, which no fault concerns."""
    return ask(Call(PRESENTER, method, f"/__admin/{path}", body))


def salesforce_ids(customer_id: int) -> Iterator[str]:
    """The two external ids that the connector gives a customer.

    They follow from the customer, so that a link of the story is known by them, and their number is limited.
    """
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number, code = customer_id * 15_485_863, ""
    for _ in range(5):
        number, digit = divmod(number, len(alphabet))
        code += alphabet[digit]
    return (f"0012D00000{code}{suffix}" for suffix in ("QAW", "QAX"))


def _target(path: str, query: Mapping[str, object]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
