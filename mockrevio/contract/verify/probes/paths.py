"""Probes of paths, methods and headers."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.contract.client import Answer, Call
from mockrevio.contract.verify.endpoints import ABSENT_ID, LINKS, SYSTEMS
from mockrevio.contract.verify.observations import (
    Unseen,
    media_type,
    plain_names,
    shape,
    without_versions,
)
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES, Resource
from mockrevio.revio.wire.query import PREFIX


@probe("path.ignores_case")
def _(service: Service) -> Cases:
    yield "lower case", service.status(SYSTEMS.lower())
    yield "upper case", service.status(SYSTEMS.upper())


@probe("path.trailing_slash")
def _(service: Service) -> Cases:
    yield "a slash at the end", service.status(f"{SYSTEMS}/")


@probe("path.unknown")
def _(service: Service) -> Cases:
    yield "GET /MockrevioVerify", service.status("/MockrevioVerify")


@probe("path.endpoints")
def _(service: Service) -> Cases:
    listing = service.listing
    body = service.get(f"{listing.path}/{listing.ids[0]}").object()
    yield "a record by its id", "that record" if body.get(listing.id_field) == listing.ids[0] else "another"


@probe("record.single")
def _(service: Service) -> Cases:
    listing = service.listing
    answer = service.get(f"{listing.path}/{listing.ids[0]}")
    body = answer.object()
    yield (
        "a record by its id",
        {
            "status": answer.status,
            "ok": body.get("ok"),
            "fields": "beside ok" if listing.id_field in body else "elsewhere",
        },
    )


@probe("record.not_found")
def _(service: Service) -> Cases:
    for path in (SYSTEMS, LINKS):
        yield f"GET {path}/{ABSENT_ID}", service.status(f"{path}/{ABSENT_ID}")


@probe("value.integers")
def _(service: Service) -> Cases:
    beyond = ABSENT_ID + 1
    yield f"GET {LINKS}/{beyond}", service.status(f"{LINKS}/{beyond}")
    yield f"internal_id={beyond}", service.status(LINKS, (f"{PREFIX}internal_id", beyond))


@probe("record.links")
def _(service: Service) -> Cases:
    listing = service.listing
    single = service.get(f"{listing.path}/{listing.ids[0]}").object()
    yield "one record", shape(single["links"]) if "links" in single else "none"
    listed = listing.records[0]
    yield "a record of a list", shape(listed["links"]) if "links" in listed else "none"


@probe("status.body")
def _(service: Service) -> Cases:
    answer = service.get("/SystemStatus")
    if answer.status != 200:
        raise Unseen(f"GET /SystemStatus gets a {answer.status}")
    yield "GET /SystemStatus", shape(answer.object()) or media_type(answer)


@probe("method.head")
def _(service: Service) -> Cases:
    answer = service.send(Call("HEAD", SYSTEMS))
    yield "HEAD", {"status": answer.status, "body": len(answer.content)}


@probe("method.options")
def _(service: Service) -> Cases:
    answer = _options(service, SYSTEMS)
    yield "OPTIONS", {"status": answer.status, "Allow": _allowed(answer)}
    service.demands.require_credentials()
    yield "no credentials", service.demands.without_credentials(SYSTEMS, "OPTIONS").status


@probe("answer.iis_headers")
def _(service: Service) -> Cases:
    answer = service.get(SYSTEMS)
    for name in ("Server", "X-Powered-By"):
        text = answer.headers.get(name)
        yield name, service.anonymous(without_versions(text)) if text else None
    yield "Content-Type", answer.headers.get("Content-Type", "").lower().replace(" ", "") or None


@probe("record.methods")
def _(service: Service) -> Cases:
    yield from _methods(service, lambda resource: resource.entity_type is not None)


@probe("record.read_only")
def _(service: Service) -> Cases:
    yield from _methods(service, lambda resource: resource.entity_type is None)


def _methods(service: Service, includes: Callable[[Resource], bool]) -> Cases:
    if _allowed(_options(service, SYSTEMS)) is None:
        raise Unseen("OPTIONS does not say which methods are allowed")
    for resource in BUILT_IN:
        if resource not in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES) and includes(resource):
            answer = _options(service, f"/{resource.path}")
            if answer.status != 404:  # record.endpoints is about that
                yield resource.path, _allowed(answer)


def _options(service: Service, path: str) -> Answer:
    return service.send(Call("OPTIONS", path))


def _allowed(answer: Answer) -> list[str] | None:
    text = answer.headers.get("Allow")
    return plain_names(method.strip().upper() for method in text.split(",")) if text else None
