"""Running the probes against a service."""

from __future__ import annotations

from collections.abc import Callable, Container

from mockrevio.contract.verify.observations import Observations, Unseen
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.probes import PROBES, Probe
from mockrevio.contract.verify.service import Service

Progress = Callable[[int, int, str], None]
"""Called with the number of a rule, of how many, and its name."""


def observe(
    service: Service,
    *,
    own: OwnLinks | None = None,
    rules: Container[str] | None = None,
    progress: Progress = lambda *_: None,
) -> Observations:
    """Run the probes, or those of some rules; those that write if there are `own` links for it.

    Raises UpstreamError if the service does not respond.
    """
    found = Observations()
    probes = sorted(
        (each for each in PROBES if rules is None or each.rule in rules), key=lambda each: each.is_last
    )
    refused = "needs --write"
    if own is not None:
        service.own = own
        try:
            own.begin()
            refused = ""
        except Unseen as unseen:
            refused = str(unseen)
    for number, each in enumerate(probes, start=1):
        progress(number, len(probes), each.rule)
        if each.writes and refused:
            found.reasons.setdefault(each.rule, refused)
        else:
            _run(each, service, found)
    return found


def _run(each: Probe, service: Service, found: Observations) -> None:
    try:
        for case, value in each.observe(service):
            found.add(each.rule, case, value)
    except Unseen as unseen:
        found.reasons.setdefault(each.rule, str(unseen))
