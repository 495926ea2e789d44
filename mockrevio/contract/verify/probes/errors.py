"""Probes of the bodies of errors. They look at the errors that other probes have met."""

from __future__ import annotations

from mockrevio.contract.client import Answer
from mockrevio.contract.verify.endpoints import ABSENT_ID, LINKS
from mockrevio.contract.verify.observations import Unseen, error_body, plain_name
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service, error_element


def _not_found(service: Service) -> Answer:
    answer = service.get(f"{LINKS}/{ABSENT_ID}")
    if answer.status < 400:
        raise Unseen("a key link that does not exist is no error")
    return answer


@probe("error.shape")
def _(service: Service) -> Cases:
    yield "an unknown id", error_body(_not_found(service))


@probe("error.codes", is_last=True)
def _(service: Service) -> Cases:
    _not_found(service)
    for case, answer in service.errors.items():
        if not answer.is_from_gateway:
            yield case, error_element(answer)


@probe("error.statuses")
def _(service: Service) -> Cases:
    yield "an unknown id", service.get(f"{LINKS}/{ABSENT_ID}").status


@probe("error.reason_phrases")
def _(service: Service) -> Cases:
    for case, answer in (("an unknown id", _not_found(service)), ("a page", service.get(LINKS))):
        words = plain_name(answer.reason.replace(" ", "-"))
        yield case, f"{answer.status} {answer.reason if words else '...'}"
