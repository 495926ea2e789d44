"""Checks for Schemathesis, which loads this file in its own environment: Rev.io's leniency is no failure.

Two of its checks demand that whatever the document forbids is rejected, and whatever it allows is accepted.
Rev.io is more lenient than a schema can say, and rejects what only the data can tell. Each exception is
listed here with its reason; everything else is a failure.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

Exemption = Callable[[str, Any, Any], bool]
"""Whether an exception applies to a failure, by its message, the case and the response."""

_BODY_TYPE = re.compile(r"in body - (?P<place>[\w, >-]+(: \w+)?): Incorrect type")
_LARGE_PAGE = "`page_size` in query - page_size: Value greater than maximum"
_IGNORED = ("query: violates `additionalProperties`", "header: violates `required` (was Authorization)")


def _is_scalar_for_text(message: str, case: Any, _: Any) -> bool:
    """A number or a flag was sent for a text, and no other kind for another."""
    match = _BODY_TYPE.search(message)
    return match is not None and not isinstance(_sent(case.body, match["place"]), (list, dict, type(None)))


def _sent(body: Any, place: str) -> Any:
    """The value in a body at the place that a failure names: `fields -> Array with invalid items: value`."""
    *outer, last = (part.strip() for part in place.replace(": ", " -> ").split(" -> "))
    for name in outer:
        if name == "Array with invalid items":
            continue
        body = body.get(name) if isinstance(body, dict) else None
        if isinstance(body, list):
            body = body[0] if body else None
    return body.get(last) if isinstance(body, dict) else None


def _is_unknown_parameter(message: str, _: Any, __: Any) -> bool:
    """Only parameters that there are not were added. Schemathesis itself adds the credentials again."""
    _, found, parts = message.partition("Invalid component:")
    lines = [line.strip(" -") for line in parts.strip().splitlines() if line.strip()]
    return bool(found) and all(any(line.startswith(known) for known in _IGNORED) for line in lines)


TOLERATED: dict[str, Exemption] = {
    "a number or a flag for a text becomes that text, as Json.NET reads it": _is_scalar_for_text,
    "parameters that name no field are ignored": _is_unknown_parameter,
    "a page_size over 500 is cut to 500": lambda message, _, __: _LARGE_PAGE in message,
}
"""What the document forbids and Rev.io accepts."""


Problem = dict[str, Any]


def _problems(response: Any) -> list[Problem]:
    body = response.json()
    return body if isinstance(body, list) else [body]


def _has_code(*codes: str) -> Callable[[Problem, Any], bool]:
    return lambda problem, _: problem["error"] in codes


def _says(pattern: str) -> Callable[[Problem, Any], bool]:
    return lambda problem, _: re.search(pattern, problem["message"]) is not None


_DAY = re.compile(r"must be a date .*, not '(?P<year>\d+)-(?P<month>\d+)-(?P<day>\d+)")


def _is_no_day(problem: Problem, _: Any) -> bool:
    match = _DAY.search(problem["message"])
    return match is not None and not _exists(*map(int, match.groups()))


def _exists(year: int, month: int, day: int) -> bool:
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _is_of_a_form(problem: Problem, case: Any) -> bool:
    return case.media_type == "application/x-www-form-urlencoded" and problem["error"] in (
        "required",
        "invalid",
    )


DEPENDS_ON_DATA: dict[str, Callable[[Problem, Any], bool]] = {
    "what a reference names must exist, and a link must be new": _has_code("entity_not_found", "duplicate"),
    "systems and types must exist": _says(r"^Integration (system|entity type) -?\d+ does not exist\.$"),
    "a path of a JSON Patch must exist": _says(r"^Operation \d+ of the patch cannot be applied\.$"),
    "a confirmation code must be the right one": _says(r"^The confirmation code is wrong\.$"),
    "all fields of a form are texts, and only the schema of JSON says of what": _is_of_a_form,
    "a schema does not know how many days a month has": _is_no_day,
}
"""What the document allows and Rev.io rejects, most of it because of the records that there are.

Each is about one problem of the error body; a response may have several.
"""


def _only_depends_on_data(_: str, case: Any, response: Any) -> bool:
    return all(
        any(applies(problem, case) for applies in DEPENDS_ON_DATA.values()) for problem in _problems(response)
    )


def _unless(exemptions: Iterable[Exemption], check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(ctx: Any, response: Any, case: Any) -> Any:
        try:
            return check(ctx, response, case)
        except Failure as failure:
            message = f"{failure.title}\n{failure.message}"
            if any(applies(message, case, response) for applies in exemptions):
                return None
            raise

    return checked


@schemathesis.check
def what_is_forbidden_is_rejected(ctx: Any, response: Any, case: Any) -> Any:
    """`negative_data_rejection`, but for what is tolerated."""
    return _unless(TOLERATED.values(), negative_data_rejection)(ctx, response, case)


@schemathesis.check
def what_is_allowed_is_accepted(ctx: Any, response: Any, case: Any) -> Any:
    """`positive_data_acceptance`, but for what depends on the data."""
    return _unless([_only_depends_on_data], positive_data_acceptance)(ctx, response, case)
