"""What a service demands of a request: credentials, a subscription key."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cached_property

from mockrevio.contract.client import Answer, Call
from mockrevio.contract.verify.endpoints import SYSTEMS
from mockrevio.contract.verify.observations import Unseen
from mockrevio.contract.verify.session import Session
from mockrevio.revio.wire.secrets import KEY_HEADER


class Demands:
    """Requests with other credentials than those of the access, and what they show.

    Each is sent once: a service may lock a user out after many failures, and count the address, too.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def without_credentials(self, path: str, method: str = "GET") -> Answer:
        """Send a request without the Authorization header."""
        return self._session.send(Call(method, path, own_access=False, headers=self._key_header()))

    def with_authorization(self, value: str) -> Answer:
        """Send a request with another Authorization header."""
        headers = {"Authorization": value, **self._key_header()}
        return self._session.send(Call("GET", SYSTEMS, own_access=False, headers=headers))

    def with_login(self, login: str, password: str = "wrong") -> Answer:  # noqa: S107 (made up)
        """Send a request with other credentials."""
        token = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
        return self.with_authorization(f"Basic {token}")

    def with_key(self, key: str | None, *, credentials: bool = True) -> Answer:
        """Send a request with another subscription key, or with none."""
        headers = {KEY_HEADER: key} if key else {}
        if credentials:
            headers["Authorization"] = self._session.access.authorization
        return self._session.send(Call("GET", SYSTEMS, own_access=False, headers=headers))

    def _key_header(self) -> Mapping[str, str]:
        key = self._session.access.subscription_key
        return {KEY_HEADER: key} if key else {}

    @cached_property
    def no_credentials(self) -> Answer:
        """The response to a request without credentials."""
        return self.without_credentials(SYSTEMS)

    @cached_property
    def unknown_login(self) -> Answer:
        """The response to made-up credentials. A mock accepts them."""
        return self.with_login(f"{self._session.absent_text}@{self._session.access.client}")

    @cached_property
    def login_with_at(self) -> Answer | None:
        """The response to credentials whose login contains @; None if there are none to try."""
        access, with_at = self._session.access, self._session.with_at
        if with_at is not None:
            return self.with_login(with_at.username, with_at.password)
        if "@" in access.username.rpartition("@")[0]:
            return self._session.get(SYSTEMS)
        if self.unknown_login.status == 200:
            return self.with_login(f"{self._session.absent_text}@example.test@{access.client}")
        return None

    @cached_property
    def no_key(self) -> Answer:
        """The response to a request without a subscription key."""
        return self.with_key(None)

    def require_credentials(self) -> None:
        """Raise Unseen if the service demands no credentials."""
        if self.no_credentials.status != 401:
            raise Unseen("it demands no credentials")

    def require_key(self) -> None:
        """Raise Unseen if the service demands no subscription key."""
        if not self._session.access.subscription_key:
            raise Unseen("needs --subscription-key-env")
        if self.no_key.status != 401:
            raise Unseen("it demands no subscription key")
