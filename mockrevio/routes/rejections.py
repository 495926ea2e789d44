"""Responses to requests that the server rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from werkzeug.exceptions import HTTPException

from mockrevio.revio.wire.auth import client_code, parse_authorization
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.exchange import Exchange
from mockrevio.scheduling import ServerRejection
from mockrevio.world.worlds import Worlds


class RejectedRequest(HTTPException):
    """The server has rejected this request."""

    def __init__(self, rejection: ServerRejection) -> None:
        super().__init__(rejection.message)
        self.code = rejection.status


def reject(
    rejection: ServerRejection, path: str, environ: dict[str, Any], worlds: Worlds, new_id: Callable[[], str]
) -> NoReturn:
    """Raise RejectedRequest. Requests to the API are logged first, in the world of their client code.

    If that world does not exist, the default world logs them. Faults and gateway limits do not apply.
    """
    if worlds.ready and not path.startswith(ADMIN_PATH):
        caller = parse_authorization(environ.get("HTTP_AUTHORIZATION"))
        world = worlds.loaded(client_code(caller, worlds.settings.credentials)) or worlds.default()
        Exchange(new_id(), caller, world, environ)
    raise RejectedRequest(rejection)
