"""The users of a world: `created_by` is the id of the user with the caller's login (C2)."""

from __future__ import annotations

from mockrevio.revio.record_checks import FIRST_ID, require_free_id
from mockrevio.revio.resources import USERS
from mockrevio.revio.writes import WriteContext, stamp
from mockrevio.storage import Change, LiveDatabase

LOGIN = "login_name"


class Users:
    """The users of one world."""

    def __init__(self, database: LiveDatabase) -> None:
        self._users = database.live_table(USERS.table)

    def find_or_add(self, login: str | None, now: str) -> tuple[int | None, list[Change]]:
        """The id of the user with a login, and the change that adds one if there is none (A).

        Call this in the block that commits the change. Without a login there is no user: authentication is
        off, or the admin API writes.
        """
        if login is None:
            return None, []
        known = self._users.ids_with((LOGIN,), login)
        if known:
            return known[0], []
        user_id = max(self._users.next_id, FIRST_ID)
        require_free_id(USERS.table, user_id)
        user = {USERS.id_field: user_id, LOGIN: login, "active": True}
        return user_id, [("put", USERS.table, user_id, stamp(USERS, user, WriteContext(now, user_id)))]
