"""The story: its scenes in order, again and again, and what a reset of the world does to it."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.demo.billing import tidy, update_customers, watch
from mockrevio.demo.outage import disarm, lose_answer, outage, recover
from mockrevio.demo.receiver import PATH
from mockrevio.demo.stage import Stage, admin
from mockrevio.demo.steps import Caption, Pause, Scene
from mockrevio.demo.sync import correct_links, link_customers, read_catalog, read_records

EVENTS = ("CUSTOMER_UPDATED", "PAYMENT_CREATED", "PAYMENT_DELETED")

SCENES: tuple[Callable[[Stage], Scene[None]], ...] = (
    read_catalog,
    read_records,
    link_customers,
    correct_links,
    update_customers,
    outage,
    lose_answer,
    recover,
    tidy,
    watch,
)


def story(stage: Stage, hook: str) -> Scene[None]:
    """Play the scenes without end. `hook` is the URL of the receiver of notifications.

    The story keeps nothing in mind but what it has just read, so that it survives whatever happens to the
    data. A receiver that is gone says that the world was reset.
    """
    while True:
        subscribed = yield from _subscribe(hook)
        while (yield from _play_round(stage, hook if subscribed else None)):
            pass
        yield Caption("demo", "the world was reset or restored; the story starts over")
        stage.backlog.clear()
        yield Pause(1)


def _play_round(stage: Stage, hook: str | None) -> Scene[bool]:
    """Play each scene once; False if the receiver with the URL `hook` is gone."""
    yield from disarm()
    for scene in SCENES:
        if hook is not None:
            receivers = yield from admin("GET", "entities/WebhookReceivers")
            urls = [each["url"] for each in receivers.listed("entities")]
            if receivers.status in (200, 404) and hook not in urls:  # 404: the world itself was removed
                return False
        yield from scene(stage)
    return True


def _subscribe(hook: str) -> Scene[bool]:
    """Remove what an earlier run has left, and subscribe to notifications. False if that is not possible."""
    receivers = yield from admin("GET", "entities/WebhookReceivers")
    for each in receivers.listed("entities"):
        if each["url"].endswith(PATH):
            yield from admin("DELETE", f"entities/WebhookReceivers/{each['webhook_receiver_id']}")
    for event_types in (EVENTS, ()):  # a fixture may lack the entity types
        answer = yield from admin("POST", "webhooks/receivers", {"url": hook, "event_types": event_types})
        if answer.ok:
            return True
    return False
