"""The evidence table: every rule of Rev.io's that mockrevio imitates, and what we know it from.

Code that applies one of the `BEHAVIOURS` calls `record_behaviour` with its name. So a user can see which
rules a test relies on, and whether they are promises of Rev.io's or guesses of ours.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Literal, NamedTuple

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


_LABELS: dict[str, Evidence] = {"D": "documented", "C": "observed", "G": "gateway", "A": "assumed"}


def _parse_table(text: str) -> dict[str, Behaviour]:
    """Behaviours from lines `name | D source | description | setting`; source and setting are optional."""
    behaviours = {}
    for line in text.strip().splitlines():
        name, basis, description, *setting = (part.strip() for part in line.split("|"))
        label, _, source = basis.partition(" ")
        behaviours[name] = Behaviour(
            name, _LABELS[label], source, description, setting[0] if setting else None
        )
    return behaviours


BEHAVIOURS = _parse_table("""
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
method.options | A | OPTIONS responds with Allow
status.credentials | C | SystemStatus responds with a 200 if the credentials are valid
collection.page | D collections | a page has ok, has_more, record_count and records; no total
record.single | D response-body | a single record has its fields next to ok
record.not_found | D status-codes | an unknown id gets a 404
search.field | D parameters | search parameters have the names of fields
search.prefix | D parameters | the prefix search. is optional, also for page, page_size and sort
search.any_of | C | a repeated parameter matches any of its values
search.name_ignores_case | A | parameter names are case-insensitive
search.blank | A | a blank parameter is ignored | blank_search
search.unknown | C C2 | a parameter that names no field is ignored
search.not_whole | A | a value of the wrong kind, such as text for a whole number, gets a 400
search.names_fold | A | names of systems and types compare case-insensitively, other text exactly
page.over_max | C | over 500 is cut to 500: a client in production sends 1000 | page_size_over_max
page.invalid | A | a page or page_size that is not a whole number of at least 1 gets a 400
page.past_end | A | a page past the end is empty
sort.field | D sorting | sort=field sorts ascending, sort=-field descending, by one field at a time
sort.unknown | D sorting | an unknown sort field is ignored
create.answer | D integration-linking-solution | a create gets a 201, Location, and {"ok": true, "id": 11027}
replace.answer | A | a PUT replaces the whole record and responds with a 200 and the id
delete.answer | A | a DELETE responds with a 200 and the id, in JSON
body.json_any_type | D curl samples | a body that looks like JSON is JSON, whatever its content type
body.form | A | a form is read as fields
body.malformed | A | a body that is not a JSON object gets a 400
body.media_type | A | a body of any other media type gets a 415
body.too_large | A | a body over 1 MiB gets a 413
body.lenient_number | A | 4.0 and "4" are whole numbers; a number for a text field becomes text
body.field_case | A | field names are case-insensitive
body.unknown_field | A | unknown and read-only fields, such as the record's own id, are ignored
body.required | A | a required field that is missing, blank or null gets a 400
body.invalid | A | a value of the wrong kind, or text over 255 characters, gets a 400
link.entity_exists | D integration-linking-solution | the record that a key link points at must exist
link.system_exists | A | the integration system of a key link must exist
link.type_exists | A | the entity type of a key link must exist
link.duplicate | A | the same key link twice gets a 400 | duplicates
error.shape | C | an error body is a list; one client had to handle a single object too | error_shape
""")
"""The rules that decide how a request is answered, by name, in the order in which they apply."""

CONVENTIONS = _parse_table("""
path.hosts | D | Rev.io is at https://restapi.rev.io/v1/ and https://api.revioapi.com/v1/
path.endpoints | D integration-linking-solution | a record is at /v1/Endpoint/{id}
auth.user_name | D basic-authentication | the user name is login@clientcode
auth.at_in_login | D basic-authentication | logins that contain @ fail for some users | strict_login
auth.instance | D basic-authentication | each client code has an instance of its own | isolate_clients
auth.challenge | A | a 401 has the header WWW-Authenticate: Basic realm="Rev.io"
gateway.key_header | D API management | the subscription key is in the header Ocp-Apim-Subscription-Key
gateway.key_parameter | G | or in the query parameter subscription-key
gateway.order | G | the key is checked first, then rate limit, quota, and Basic authentication
gateway.bodies | G | gateway bodies are plain objects with statusCode and message, and Retry-After for limits
gateway.retry_seconds | C | clients wait for the first number in a 429's message, plus one second
page.size | D paging | page_size is from 1 to 500, 10 by default; page starts at 1
sort.ties | A | ties and unsorted collections are in the order of the record's own id
record.links | A | a record has no list of links
record.methods | C | the records that key links point at take POST, PUT, PATCH and DELETE
record.patch | C C2 C3 | PATCH takes a JSON Patch (RFC 6902) and responds with the id
record.references | A | references between records are not checked, and no field is required
body.types | C | request bodies are application/json or text/json
body.transfer | C | request bodies may be chunked, or sent after Expect: 100-continue
link.fields | D integration-linking-solution | the four fields that a create must send
link.own_fields | A | integration_key_link_id, created_date, created_by
link.salesforce | D integration-linking-solution | SALESFORCE is system 4, CUSTOMER is entity type 2
link.other_ids | A | every other id, and the names of the other systems
link.many | D integration-linking-solution | a record may have several external ids
link.update | A | a PUT is checked like a create; id, created_date and created_by stay
link.patch | A | PATCH of a key link gets a 405
link.orphans | A | deleting a record does not delete its key links
link.ids | A | ids count up and are never reused
status.body | A | the body of SystemStatus is {"ok": true}
search.repeated_control | A | of several values of page, page_size or sort, the first counts
sort.null_first | A | null sorts before numbers, and numbers before text
auth.client_length | A | a client code has at most 64 bytes
body.depth | A | JSON may be nested 64 levels deep
value.integers | A | ids are 32-bit integers
value.time_zone | A | dates are in UTC
error.reason_phrases | A | reason phrases are those of ASP.NET
value.date | D | dates look like 2016-10-21T16:24:21.293
method.head | A | HEAD responds like GET, without a body
error.statuses | D status-codes | 400, 401, 403, 404, 405, 429 and 5xx
error.other_statuses | A | 413 and 415
error.codes | A | the error codes, the messages, and field
""")
"""The rules about names and forms. They shape every response and decide none, so nothing counts them."""

_recorded: ContextVar[list[str] | None] = ContextVar("recorded", default=None)


def record_behaviour(name: str) -> None:
    """Record that a behaviour decided something about the request in progress."""
    names = _recorded.get()
    if names is not None and name not in names:
        names.append(name)


def start_recording(names: list[str] | None = None) -> list[str]:
    """A list, by default a new one, that collects the names of the behaviours recorded from now on."""
    names = [] if names is None else names
    _recorded.set(names)
    return names


def stop_recording() -> None:
    """Record nothing more in this context: the request has its response."""
    _recorded.set(None)


class BehaviourCounts:
    """How many requests each behaviour had a part in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, ...], int] = {}
        """By combination: requests are many, combinations few."""

    def add(self, names: Iterable[str]) -> None:
        """Count each of these once."""
        combination = tuple(names)
        with self._lock:
            self._counts[combination] = self._counts.get(combination, 0) + 1

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counts.clear()

    def as_json(self) -> list[dict[str, object]]:
        """Every behaviour with its evidence, description, setting and count."""
        counts: Counter[str] = Counter()
        with self._lock:
            for combination, count in self._counts.items():
                counts.update(dict.fromkeys(combination, count))
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
