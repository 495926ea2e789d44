"""Running the probes against a service."""

from __future__ import annotations

from collections.abc import Callable, Container

from mockrevio.contract.verify.observations import Observations, Unseen
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.probes import PROBES
from mockrevio.contract.verify.rules import Cases
from mockrevio.contract.verify.service import Service

_MALFORMED = (TypeError, ValueError, LookupError, AttributeError)
"""What a probe raises on a response in which everything may be missing or of another kind. A mock has no such
responses, and a test compares all that is observed of one, so this cannot hide a mistake in a probe."""

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
    refused = _begin(own)
    for number, each in enumerate(probes, start=1):
        progress(number, len(probes), each.rule)
        if each.observe is not None:
            _add(found, each.rule, each.observe(service))
        elif each.writes is not None and own is not None and not refused:
            _add(found, each.rule, each.writes(own))
        else:
            found.reasons.setdefault(each.rule, refused)
    return found


def _begin(own: OwnLinks | None) -> str:
    """Make the first link. Returns why there is none; empty if there is one."""
    if own is None:
        return "needs --write"
    try:
        own.begin()
    except Unseen as unseen:
        return str(unseen)
    except _MALFORMED as error:
        return _malformed(error)
    return ""


def _add(found: Observations, rule: str, cases: Cases) -> None:
    try:
        for case, value in cases:
            found.add(rule, case, value)
    except Unseen as unseen:
        found.reasons.setdefault(rule, str(unseen))
    except _MALFORMED as error:
        found.reasons.setdefault(rule, _malformed(error))


def _malformed(error: Exception) -> str:
    """A reason without the text of the error, which may have data in it."""
    return f"a response has another form than those of Rev.io's API ({type(error).__name__})"
