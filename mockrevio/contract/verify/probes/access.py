"""Probes of credentials and the subscription key."""

from __future__ import annotations

from collections.abc import Iterator

from mockrevio.contract.client import Call
from mockrevio.contract.verify.observations import Unseen, Value
from mockrevio.contract.verify.rules import probe
from mockrevio.contract.verify.service import Service

Cases = Iterator[tuple[str, Value]]


@probe("auth.basic")
def _(service: Service) -> Cases:
    answer = service.without_credentials()
    service.keep_error(answer, "no credentials")
    yield "no credentials", answer.status
    service.require_credentials()
    bearer = Call("GET", "/IntegrationSystem", own_access=False, headers={"Authorization": "Bearer x"})
    if not service.access.subscription_key:
        yield "another scheme than Basic", service.send(bearer).status
    if service.accepts_any_login:
        raise Unseen("it accepts any login, as a mock does without --credentials")
    yield "an unknown login", 401


@probe("auth.user_name")
def _(service: Service) -> Cases:
    service.require_credentials()
    yield "a login without a client code", service.with_login("mockrevio-verify").status


@probe("auth.challenge")
def _(service: Service) -> Cases:
    service.require_credentials()
    challenge = service.without_credentials().headers.get("WWW-Authenticate", "")
    yield "no credentials", service.anonymous(challenge) or None


@probe("auth.last_at")
def _(service: Service) -> Cases:
    service.require_credentials()
    if service.login_with_at_works is None:
        raise Unseen("needs a user whose login contains @")
    yield "a login that contains @", "accepted" if service.login_with_at_works else "rejected"


@probe("status.credentials")
def _(service: Service) -> Cases:
    yield "GET /SystemStatus", service.status("/SystemStatus")
    service.require_credentials()
    yield "no credentials", service.without_credentials("/SystemStatus").status


@probe("gateway.missing_key")
def _(service: Service) -> Cases:
    service.require_key()
    yield "no key", service.with_key(None).status


@probe("gateway.invalid_key")
def _(service: Service) -> Cases:
    service.require_key()
    yield "an unknown key", service.with_key(service.absent_text).status


@probe("gateway.key_header")
def _(service: Service) -> Cases:
    service.require_key()
    yield "the key in Ocp-Apim-Subscription-Key", service.status("/IntegrationSystem")


@probe("gateway.order")
def _(service: Service) -> Cases:
    service.require_key()
    service.require_credentials()
    answer = service.with_key(None, credentials=False)
    yield "neither key nor credentials", "gateway" if answer.is_from_gateway else "API"


@probe("gateway.bodies")
def _(service: Service) -> Cases:
    service.require_key()
    yield "no key", sorted(service.with_key(None).object())
