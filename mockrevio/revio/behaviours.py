"""Every observable rule of Rev.io's that mockrevio imitates, with the strength of its evidence.

Where a rule decides how a call is answered, the code calls `record_behaviour` with its name; so a person can see what
a test leans on, and whether that is a promise of Rev.io's or a guess of ours.
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
    "assumed": "no evidence was found; where a wrong guess would hurt, a setting changes it",
}


class Behaviour(NamedTuple):
    """One rule: its name, its evidence, what it says, and the setting that changes it, if any."""

    name: str
    evidence: Evidence
    description: str
    setting: str | None = None


def _parse_table(text: str) -> dict[str, Behaviour]:
    """Behaviours from lines `name | D | what it says | setting`, the setting optional."""
    labels: dict[str, Evidence] = {"D": "documented", "C": "observed", "G": "gateway", "A": "assumed"}
    found = {}
    for line in text.strip().splitlines():
        name, label, says, *setting = (part.strip() for part in line.split("|"))
        found[name] = Behaviour(name, labels[label], says, setting[0] if setting else None)
    return found


BEHAVIOURS = _parse_table("""
gateway.missing_key | G | a call without a subscription key gets 401 from the gateway | subscription_key
gateway.invalid_key | G | a call with an unknown subscription key gets 401 from the gateway | subscription_key
gateway.rate_limit | D | too many calls in a minute get 429, with a message that clients parse | rate_limit
gateway.quota | D | too many calls in a day get 403 | quota
auth.basic | D | missing or wrong credentials get 401 | auth
auth.last_at | C | the client code is what follows the last @ of the user name | strict_login
auth.permission | D | a user without the permission for a method gets 403 | credentials
path.ignores_case | C | paths ignore case
path.trailing_slash | A | a trailing slash is tolerated
path.unknown | D | a path that does not exist gets 404
method.not_allowed | D | a method that an endpoint does not take gets 405 with Allow
method.options | A | OPTIONS gives Allow
status.credentials | C | SystemStatus answers 200 when the credentials are valid
collection.page | D | a collection answers ok, has_more, record_count and records
record.single | D | one record has its fields beside ok
record.not_found | D | an id that does not exist gets 404
search.field | D | parameters named after fields select records
search.prefix | D | parameters may be named with or without search.
search.any_of | C | a parameter that is given several times means any of its values
search.name_ignores_case | A | names of parameters ignore case
search.blank | A | a blank parameter is ignored | blank_search
search.unknown | A | a parameter that names no field is ignored
search.not_whole | A | a parameter of the wrong kind, as text for a whole number, gets 400
search.names_fold | A | system_name and entity_type_name are compared without case
page.over_max | A | a page_size over 500 is cut to 500 | page_size_over_max
page.invalid | A | a page or page_size below 1, or that is no whole number, gets 400
page.past_end | A | a page past the end is empty
sort.field | D | sort=field sorts, sort=-field in descending order
sort.unknown | D | sorting by an unknown field is ignored
create.answer | D | a create answers 201 with Location and the id
replace.answer | A | a PUT replaces the whole record and answers 200 with the id
delete.answer | A | a DELETE answers 200 with the id, in JSON
body.json_any_type | D | a body that starts as JSON is JSON whatever its content type
body.form | A | a form is read as fields
body.malformed | A | a body that is no JSON object gets 400
body.media_type | A | a body of any other media type gets 415
body.too_large | A | a body over 1 MiB gets 413
body.lenient_number | A | 4.0 and "4" are whole numbers, and a number for a text field becomes text
body.field_case | A | names of fields ignore case
body.unknown_field | A | fields that are unknown or read-only are ignored
body.required | A | a required field that is missing, blank or null gets 400
body.invalid | A | a field of the wrong kind, or text over 255 characters, gets 400
link.entity_exists | D | the record that a key link names must exist
link.system_exists | A | the integration system that a key link names must exist
link.type_exists | A | the entity type that a key link names must exist
link.duplicate | A | the same key link twice gets 400 | duplicates
error.shape | C | an error is an array of objects, of which clients take the first | error_shape
""")
"""By name, in the order in which they concern a call."""

_recorded: ContextVar[list[str] | None] = ContextVar("noted", default=None)


def record_behaviour(name: str) -> None:
    """Say that a behaviour decided something about the call in progress."""
    names = _recorded.get()
    if names is not None and name not in names:
        names.append(name)


def start_recording() -> list[str]:
    """Collect what is noted from now on, for the call that this thread is at."""
    names: list[str] = []
    _recorded.set(names)
    return names


def stop_recording() -> None:
    """The call is answered: what follows in this thread is none of its doing."""
    _recorded.set(None)


class BehaviourCounts:
    """How often each behaviour decided something about a call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, names: Iterable[str]) -> None:
        """Count each of these once."""
        with self._lock:
            for name in names:
                self._counts[name] = self._counts.get(name, 0) + 1

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()

    def as_json(self) -> list[dict[str, object]]:
        """Every behaviour with its evidence, what it says, the setting that changes it, and its count."""
        return [
            {
                "name": each.name,
                "evidence": each.evidence,
                "says": each.description,
                "setting": each.setting,
                "decided": self._counts[each.name],
            }
            for each in BEHAVIOURS.values()
        ]
