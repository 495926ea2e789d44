"""The evidence table: every rule of Rev.io's API that mockrevio imitates, with the evidence for it.

Code that applies one of the `BEHAVIOURS` calls `record_behaviour` with its name. So a user can see which
rules a test relies on, and whether Rev.io documents them or mockrevio assumes them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from contextvars import ContextVar
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from mockrevio.spelling import closest

Evidence = Literal["documented", "observed", "gateway", "assumed"]
EVIDENCE: dict[Evidence, str] = {
    "documented": "Rev.io's developer portal says so",
    "observed": "public client code that runs against the real service relies on it",
    "gateway": "the default of Azure API Management, the gateway in front of Rev.io",
    "assumed": "no evidence found; where a wrong guess would hurt, a setting changes it",
}


PORTAL = "https://developers.rev.io/docs/"
PAGES = (
    "basic-authentication",
    "collections",
    "integration-linking-solution",
    "paging",
    "parameters",
    "patch",
    "response-body",
    "sorting",
    "status-codes",
    "webhook-notifications",
    "webhook-receivers",
)
"""The pages of the developer portal whose address we know. A documented rule names its page."""

CLIENTS: dict[str, str] = {
    "C1": "a Singer tap in Python that reads 55 endpoints",
    "C2": "a production sync in C# with typed models",
    "C3": "an integration module in JavaScript, with its live tests",
    "C4": "a Django scheduler",
    "C5": "a PHP service",
    "C6": "a project dashboard in Python",
}
"""The programs behind an observed rule, by the name that the rule's source gives them."""


class Behaviour(NamedTuple):
    """One rule of Rev.io's.

    `source` is where the portal documents it, one of `PAGES` if we know the address, or the `CLIENTS` that
    rely on it. `setting` names the setting that changes the rule, if there is one.
    """

    name: str
    evidence: Evidence
    source: str
    description: str
    setting: str | None = None


LABELS: dict[str, Evidence] = {"D": "documented", "C": "observed", "G": "gateway", "A": "assumed"}
"""The evidence by the letters in tables and declarations."""


def parse_table(text: str) -> dict[str, Behaviour]:
    """Behaviours from lines `name | D source | description | setting`; source and setting are optional."""
    behaviours = {}
    for line in text.strip().splitlines():
        name, basis, description, *setting = (part.strip() for part in line.split("|"))
        label, _, source = basis.partition(" ")
        behaviours[name] = Behaviour(
            name, LABELS[label], source, description, setting[0] if setting else None
        )
    return behaviours


BEHAVIOURS = parse_table("""
gateway.missing_key | G | a request without a subscription key gets a 401 | subscription_key
gateway.invalid_key | G | a request with an unknown subscription key gets a 401 | subscription_key
gateway.rate_limit | D rate-limit changelog | more than 500 requests per minute get a 429 | rate_limit
gateway.quota | D rate-limit changelog | more than 150,000 requests per day get a 403 | quota
auth.basic | D basic-authentication | missing or wrong credentials get a 401 | auth
auth.last_at | C | the client code is what follows the last @ of the user name | strict_login
auth.permission | D status-codes | a user without permission for a method gets a 403 | credentials
path.ignores_case | C | paths are case-insensitive
path.trailing_slash | A | a trailing slash is tolerated
path.unknown | D status-codes | an unknown path gets a 404
method.not_allowed | D status-codes | a method that an endpoint does not support gets a 405 with Allow
method.options | A | OPTIONS needs credentials and responds with Allow; no CORS headers | allow_origin
status.credentials | C | SystemStatus responds with a 200 if the credentials are valid
collection.page | D collections | a page has ok, has_more, record_count and records; no total
record.single | D response-body | a single record has its fields next to ok
record.not_found | D status-codes | an unknown id gets a 404
search.field | D parameters | search parameters have the names of fields
search.prefix | D parameters | the prefix search. is optional, also for page, page_size and sort
search.any_of | C | a repeated parameter matches any of its values
search.name_ignores_case | A | parameter names are case-insensitive
search.blank | A | a blank parameter is ignored | blank_search
search.range | C C1 C3 C6 | FIELD_start and FIELD_end search a date field by range
search.nested | A | members of nested objects are searched by their own names
search.part_of_name | C C2 C6 | name finds part of a customer's or a contact's name, ignoring case
search.unknown | C C2 | a parameter that names no field is ignored
search.not_whole | A | a value of the wrong kind, such as text for a whole number, gets a 400 | error_status
search.names_fold | A | names of systems and types compare case-insensitively, other text exactly
page.over_max | C | a page_size of 1000, as one client sends, is clamped to 500: assumed | page_size_over_max
page.invalid | A | a page or page_size that is not a whole number of at least 1 gets a 400 | error_status
page.past_end | A | a page past the end is empty
sort.field | D sorting | sort=field sorts ascending, sort=-field descending, by one field at a time
sort.unknown | D sorting | an unknown sort field is ignored
create.answer | D integration-linking-solution | a create gets a 201, Location, and {"ok": true, "id": 11027}
replace.answer | A | a PUT replaces the whole record and responds with a 200 and the id | put
delete.answer | A | a DELETE responds with a 200 and the id, in JSON
body.json_any_type | D curl samples | a body that looks like JSON is parsed as JSON, whatever its content type
body.form | A | the fields of a form are accepted
body.malformed | A | a body that is not a JSON object gets a 400 | error_status
body.media_type | A | a body of any other media type gets a 415
body.encoding | A | a body may be compressed with gzip or deflate; any other Content-Encoding gets a 415
body.too_large | A | a body over 1 MiB, decompressed, gets a 413
body.lenient_number | A | 4.0 and "4" are accepted as whole numbers; a number in a text field becomes text
body.date_forms | C C2 C3 | dates may be 2020-08-02, 2026-01-05Z, 2026-1-5, or have a time and a zone
body.field_case | A | field names are case-insensitive
body.unknown_field | A | unknown and read-only fields, such as the record's own id, are ignored
body.required | A | a required field that is missing, blank or null gets a 400 | error_status
body.invalid | A | a value of the wrong kind, or text over 255 characters, gets a 400 | error_status
patch.bare_path | D patch | the paths of a JSON Patch may lack the leading slash
patch.trailing_comma | D patch | a comma after the last operation of a JSON Patch is ignored
patch.hidden_field | C C2 | a JSON Patch may replace a field that the record does not show
provisioning.disconnect | C C2 | DELETE ServiceProduct with a body disconnects the product that the body names
provisioning.assign | C C2 | PATCH InventoryItem/assignService assigns an inventory item to a service
provisioning.task_action | C C4 | PUT Tasks/{id}/action completes a task, or opens it again
provisioning.record_exists | A | a product, an item or a service in such a body must exist
record.links | A | a record has links only if configured: the portal shows examples of both | links
answer.iis_headers | D response-body | responses have the headers that IIS adds | server_headers
link.entity_exists | D integration-linking-solution | the record behind a key link must exist | error_status
link.system_exists | A | the integration system of a key link must exist | error_status
link.type_exists | A | the entity type of a key link must exist | error_status
link.duplicate | A | a duplicate key link gets a 400 | duplicates
webhook.confirmation | D webhook-receivers | a new receiver is sent a code, and is active once it returns it
webhook.url | A | a URL must be http or https, with a host that the mock may call | webhook_host
webhook.activate | C C3 | POST WebhookReceivers/{id}/activate activates a receiver, without a body
webhook.code | A | a request to activate a receiver needs no code, but a wrong code gets a 400
webhook.subscription | C C3 | a subscription has one event type and one receiver
webhook.event_type | A | an unknown event type gets a 400
webhook.receiver_exists | A | the receiver of a subscription must exist
error.shape | C | an error body is a list; one client had to handle a single object too | error_shape
""")
"""The rules that decide a response, by name, in the order in which they apply."""

ASSUMED = frozenset(name for name, rule in BEHAVIOURS.items() if rule.evidence == "assumed")

_recorded: ContextVar[list[str] | None] = ContextVar("recorded", default=None)


def record_behaviour(name: str) -> None:
    """Record that a behaviour decided something about the request in progress."""
    names = _recorded.get()
    if names is not None and name not in names:
        names.append(name)


def recorded_behaviours() -> Collection[str]:
    """The behaviours that decided something about the request in progress, in order."""
    return _recorded.get() or ()


def start_recording(names: list[str] | None = None) -> list[str]:
    """A list, by default a new one, that collects the names of the behaviours recorded from now on."""
    names = [] if names is None else names
    _recorded.set(names)
    return names


def stop_recording() -> None:
    """Record nothing more in this context: the request has its response."""
    _recorded.set(None)


class Reliance(NamedTuple):
    """How many of all `calls` relied on certain rules, and how many on each."""

    calls: int
    relying: int
    rules: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The numbers as the admin API returns them."""
        return {"calls": self.calls, "relying": self.relying, "rules": dict(sorted(self.rules.items()))}


def assumed_rules(patterns: Iterable[str]) -> set[str]:
    """The assumed rules with these names, in which `*` and `?` are wildcards.

    Raises ValueError for a pattern that no assumed rule's name matches.
    """
    found: set[str] = set()
    for pattern in patterns:
        names = {name for name in BEHAVIOURS if fnmatchcase(name, pattern)}
        if names.isdisjoint(ASSUMED):
            raise ValueError(_explain_no_assumed_rule(pattern, names))
        found |= names & ASSUMED
    return found


def _explain_no_assumed_rule(pattern: str, names: Collection[str]) -> str:
    if names:
        name = min(names)
        return f"{pattern!r}: {name} is {BEHAVIOURS[name].evidence}, not assumed, so it needs no permission"
    nearest = closest(pattern, ASSUMED)
    hint = f"did you mean {nearest!r}?" if nearest else f"there are {', '.join(sorted(ASSUMED))}"
    return f"{pattern!r} is no assumed rule; {hint}"


MAX_COMBINATIONS = 1000
"""How many combinations of behaviours are counted apart: clients can cause any of them, in any order."""


class BehaviourCounts:
    """How many requests each behaviour had a part in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, ...], int] = {}
        """By combination: requests are many, combinations usually few."""
        self._calls = 0
        self._relied_on: Counter[frozenset[str]] = Counter()
        """How many requests relied on these assumed rules and no others."""

    def add(self, names: Iterable[str]) -> None:
        """Count each of these once."""
        combination = tuple(names)
        relied_on = ASSUMED.intersection(combination)
        with self._lock:
            self._calls += 1
            if relied_on:
                full = relied_on not in self._relied_on and len(self._relied_on) >= MAX_COMBINATIONS
                self._relied_on[frozenset({min(relied_on)}) if full else relied_on] += 1
            if combination not in self._counts and len(self._counts) >= MAX_COMBINATIONS:
                self._counts = {(name,): count for name, count in self._total().items()}
            self._counts[combination] = self._counts.get(combination, 0) + 1

    def _total(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for combination, count in self._counts.items():
            total.update(dict.fromkeys(combination, count))
        return total

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counts.clear()
            self._calls = 0
            self._relied_on.clear()

    def reliance(self, rules: Set[str] = ASSUMED) -> Reliance:
        """How many requests relied on any of these assumed rules, and how many on each."""
        with self._lock:
            calls, total = self._calls, self._total()
            relying = sum(count for names, count in self._relied_on.items() if names & rules)
        return Reliance(calls, relying, {name: count for name, count in total.items() if name in rules})

    def as_json(self) -> list[dict[str, object]]:
        """Every behaviour with its evidence, description, setting and count."""
        with self._lock:
            counts = self._total()
        return [
            {
                "name": behaviour.name,
                "evidence": behaviour.evidence,
                "says": behaviour.description,
                "setting": behaviour.setting,
                "decided": counts[behaviour.name],
            }
            for behaviour in BEHAVIOURS.values()
        ]
