"""Probes of credentials and the subscription key."""

from __future__ import annotations

from mockrevio.contract.verify.observations import Unseen, plain_names
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service


@probe("auth.basic")
def _(service: Service) -> Cases:
    answer = service.demands.no_credentials
    service.keep_error(answer, "no credentials")
    yield "no credentials", answer.status
    service.demands.require_credentials()
    yield "another scheme than Basic", service.demands.with_authorization("Bearer x").status
    if service.demands.unknown_login.status == 200:
        raise Unseen("it accepts any login, as a mock does without --credentials")
    yield "an unknown login", service.demands.unknown_login.status


@probe("auth.user_name")
def _(service: Service) -> Cases:
    service.demands.require_credentials()
    yield "a login without a client code", service.demands.with_login("mockrevio-verify").status


@probe("auth.challenge")
def _(service: Service) -> Cases:
    service.demands.require_credentials()
    challenge = service.demands.no_credentials.headers.get("WWW-Authenticate", "")
    yield "no credentials", service.anonymous(challenge) or None


@probe("auth.last_at")
def _(service: Service) -> Cases:
    service.demands.require_credentials()
    answer = service.demands.login_with_at
    if answer is None:
        raise Unseen("needs a user whose login contains @")
    yield "a login that contains @", "accepted" if answer.status == 200 else "rejected"


@probe("status.credentials")
def _(service: Service) -> Cases:
    yield "GET /SystemStatus", service.status("/SystemStatus")
    service.demands.require_credentials()
    yield "no credentials", service.demands.without_credentials("/SystemStatus").status


@probe("gateway.missing_key")
def _(service: Service) -> Cases:
    service.demands.require_key()
    yield "no key", service.demands.no_key.status


@probe("gateway.invalid_key")
def _(service: Service) -> Cases:
    service.demands.require_key()
    yield "an unknown key", service.demands.with_key(service.absent_text).status


@probe("gateway.key_header")
def _(service: Service) -> Cases:
    service.demands.require_key()
    yield "the key in Ocp-Apim-Subscription-Key", service.status("/IntegrationSystem")


@probe("gateway.order")
def _(service: Service) -> Cases:
    service.demands.require_key()
    service.demands.require_credentials()
    answer = service.demands.with_key(None, credentials=False)
    yield "neither key nor credentials", "gateway" if answer.is_from_gateway else "API"


@probe("gateway.bodies")
def _(service: Service) -> Cases:
    service.demands.require_key()
    yield "no key", plain_names(service.demands.no_key.object())
