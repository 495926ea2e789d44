"""Which web pages may send requests to Rev.io's API.

Without `--allow-origin`, pages of other origins can send reads, whose responses the browser hides from them,
but no writes. The admin API has its own guard, `admin/guard.py`, which lets no such page pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.errors import ApiError, Problem
from mockrevio.explanations import Explanation, set_to
from mockrevio.revio.addresses import HOSTS
from mockrevio.routes.origins import foreign_host, foreign_page, is_allowed, is_from_browser
from mockrevio.settings import Settings, parse_origin

WRITE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def reject_foreign_page(environ: Mapping[str, Any], settings: Settings, *, changes: bool) -> None:
    """Raise ApiError (403) if this request comes from a web page that may not send it.

    Pages of other origins may send no request that `changes` something. Pages under a host name that may
    have been pointed at this machine (DNS rebinding) may send none at all, because the browser would let them
    read the response.

    With `--credentials`, a page would have to know a password, so all pages pass. Without it, any credentials
    would do, for example in the URL that a form is sent to. Programs other than browsers always pass.
    """
    if not is_from_browser(environ):
        return
    origin = environ.get("HTTP_ORIGIN")
    if (settings.credentials and settings.auth != "off") or is_allowed(origin or "", settings.allow_origin):
        return
    foreign_header = foreign_page(environ) if changes else None
    if foreign_header is not None:
        fact = f"a web page of another origin may not write ({foreign_header}); "
        explain = Explanation(fact, _remedy(origin))
    elif (name := foreign_host(environ, (*settings.allow_host, *HOSTS))) is not None:
        explain = Explanation(
            f"browsers may not use the host name {name}; allow it with ", set_to("allow_host", name)
        )
    else:
        return
    raise ApiError(Problem("forbidden", "The origin of this request is not allowed.", explain=explain))


def _remedy(origin: str | None) -> Explanation:
    try:
        return Explanation("allow it with ", set_to("allow_origin", parse_origin(origin or "")))
    except ValueError:
        return Explanation(
            "to allow a page, serve it over http or https and pass its origin to ", set_to("allow_origin")
        )
