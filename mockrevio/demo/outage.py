"""An outage of Rev.io, which fault rules make: the clients back off, an answer is lost, and all recover."""

from __future__ import annotations

from typing import Any

from mockrevio.demo.billing import visit
from mockrevio.demo.stage import Stage, admin
from mockrevio.demo.steps import Caption, Scene, together
from mockrevio.demo.sync import ask_to_link, find_link, link, own_links

SLOW, DOWN, LOST = "demo: slow answers", "demo: outage", "demo: answer lost"
"""The names of the story's rules."""


def outage(stage: Stage) -> Scene[None]:
    """503s and slow answers, while the clients work on."""
    yield Caption(
        "outage", f"Rev.io goes down: 503s and slow answers (fault rule {DOWN!r}); clients back off"
    )
    yield from admin("POST", "faults", _outage_rules(stage.pace))
    customers = stage.some_customers(14)
    yield from together(
        _keep_linking(stage, customers[::2]),
        _keep_linking(stage, customers[1::2]),
        _keep_visiting(stage, 5),
    )
    yield from disarm()


def _outage_rules(pace: float) -> list[dict[str, Any]]:
    """The answers are as slow as the pace makes them."""
    return [
        {
            "name": SLOW,
            "match": {"path": "/v1/*"},
            "when": {"probability": 0.15},
            "effect": {"latency": f"{600 / pace:.0f}ms..{1500 / pace:.0f}ms"},
        },
        {
            "name": DOWN,
            "match": {"path": "/v1/*"},
            "when": {"probability": 0.7},
            "effect": {"preset": "unavailable"},
        },
    ]


def _keep_linking(stage: Stage, customers: list[int]) -> Scene[None]:
    for customer in customers:
        if not (yield from link(stage, customer)):
            stage.backlog.append(customer)
        yield from stage.pause(0.8)


def _keep_visiting(stage: Stage, visits: int) -> Scene[None]:
    for customer in stage.some_customers(visits):
        yield from visit(stage, customer)
        yield from stage.pause(1)


def lose_answer(stage: Stage) -> Scene[None]:
    """A write happens, its answer is lost, and the client finds out before it writes again."""
    linked = {each["internal_id"] for each in (yield from own_links(stage))}
    free = [customer for customer in stage.customers if customer not in linked]
    if not free:
        return
    yield Caption("outage", "the connection breaks after a write: the connector gets no answer to its POST")
    rule = {
        "name": LOST,
        "match": {"method": "POST", "path": "/v1/IntegrationKeyLink"},
        "when": {"times": 1},
        "phase": "after_commit",
        "effect": {"connection": "reset"},
    }
    yield from admin("POST", "faults", rule)
    customer = stage.random.choice(free)
    answer = yield from ask_to_link(stage, customer)
    yield from stage.pause(2)
    found = yield from find_link(stage, customer)
    if answer.status is None and found.listed():
        link_id = found.listed()[0]["integration_key_link_id"]
        yield Caption("outage", f"the connector searches and finds link {link_id}: no second POST is needed")
    yield from stage.pause(1)
    yield from disarm()


def recover(stage: Stage) -> Scene[None]:
    """The backlog is worked off, faster than usual."""
    yield Caption("recovery", f"Rev.io is back; {len(stage.backlog)} customers of the backlog are linked")
    backlog, stage.backlog = stage.backlog, []
    yield from together(_catch_up(stage, backlog), _keep_visiting(stage, 3))


def _catch_up(stage: Stage, customers: list[int]) -> Scene[None]:
    for customer in customers:
        yield from link(stage, customer)
        yield from stage.pause(0.1)


def disarm() -> Scene[None]:
    """Remove the story's rules, also those that a restored snapshot has brought back."""
    rules = yield from admin("GET", "faults")
    for rule in rules.listed("faults"):
        if rule.get("name") in (SLOW, DOWN, LOST):
            yield from admin("DELETE", f"faults/{rule['id']}")
