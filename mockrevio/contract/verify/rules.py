"""The rules: those of the evidence tables, each with a probe or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mockrevio.contract.verify.observations import Value
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.service import Service
from mockrevio.revio import format_rules
from mockrevio.revio.behaviours import Behaviour

_AREAS = list(dict.fromkeys(name.partition(".")[0] for name in format_rules.RULES))

RULES: Mapping[str, Behaviour] = dict(
    sorted(format_rules.RULES.items(), key=lambda item: _AREAS.index(item[0].partition(".")[0]))
)
"""By name: those of one area, such as `search`, follow each other."""

Cases = Iterator[tuple[str, Value]]
Observe = Callable[[Service], Cases]
ObserveWrites = Callable[[OwnLinks], Cases]


class Probe(NamedTuple):
    """How a rule is observed: a generator of cases with their values. It may raise Unseen.

    One that `writes` needs --write. Those that are `last` look at what the others have met.
    """

    rule: str
    observe: Observe | None = None
    writes: ObserveWrites | None = None
    is_last: bool = False


PROBES: list[Probe] = []
"""All, by subject. A rule may have one that reads and one that writes."""


def probe(rule: str, *, is_last: bool = False) -> Callable[[Observe], Observe]:
    """Register a function that observes a rule by reading."""

    def register(observe: Observe) -> Observe:
        PROBES.append(Probe(rule, observe, is_last=is_last))
        return observe

    return register


def write_probe(rule: str) -> Callable[[ObserveWrites], ObserveWrites]:
    """Register a function that observes a rule with key links that the run makes."""

    def register(observe: ObserveWrites) -> ObserveWrites:
        PROBES.append(Probe(rule, writes=observe))
        return observe

    return register


_COSTLY = "needs more requests than a tenant should get"
_RECORDS = "would write records other than key links"
_RECEIVER = "would register a receiver, which needs a public address"
_MOCK = "only the mock shows it"

UNPROBED: Mapping[str, str] = {
    "gateway.rate_limit": _COSTLY,
    "gateway.quota": _COSTLY,
    "gateway.retry_seconds": _COSTLY,
    "gateway.key_parameter": "would put the subscription key into a URL, which servers log",
    "auth.permission": "needs a user who lacks a permission",
    "auth.at_in_login": "is the other side of auth.last_at",
    "auth.instance": "needs users of two client codes",
    "auth.client_length": _MOCK,
    "path.hosts": "is about Rev.io's host names",
    "body.date_forms": _RECORDS,
    "patch.bare_path": _RECORDS,
    "patch.trailing_comma": _RECORDS,
    "patch.hidden_field": _RECORDS,
    "provisioning.disconnect": _RECORDS,
    "provisioning.assign": _RECORDS,
    "provisioning.task_action": _RECORDS,
    "provisioning.record_exists": _RECORDS,
    "provisioning.disconnected": _RECORDS,
    "provisioning.unassigned": _RECORDS,
    "record.caller": _MOCK,
    "record.pairs": "is about what a collection may contain, not about a response",
    "record.note_parent": _RECORDS,
    "record.patch": _RECORDS,
    "record.references": _RECORDS,
    "link.orphans": "would delete a record",
    "value.long_text": _RECORDS,
    "webhook.confirmation": _RECEIVER,
    "webhook.url": _RECEIVER,
    "webhook.activate": _RECEIVER,
    "webhook.code": _RECEIVER,
    "webhook.subscription": _RECEIVER,
    "webhook.event_type": _RECEIVER,
    "webhook.receiver_exists": _RECEIVER,
    "webhook.notification": _RECEIVER,
    "webhook.member_names": _RECEIVER,
    "webhook.types": _RECEIVER,
    "webhook.deleted": _RECEIVER,
    "webhook.order": _RECEIVER,
    "webhook.retries": _RECEIVER,
    "webhook.event_ids": _RECEIVER,
}
"""Why rules have no probe."""
