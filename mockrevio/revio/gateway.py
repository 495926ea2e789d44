"""The gateway before Rev.io: subscription key, rate limit and quota, in this order (D; the details G)."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from mockrevio.quantities import Limit
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.wire import gateway_responses as responses
from mockrevio.revio.wire.gateway_responses import RawResponse
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.settings import Settings

MAX_ACCOUNTS = 10_000
"""How many accounts are kept count of; the one that has not called for longest is forgotten first."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """A clock, as far as the gateway needs one."""

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""

    def now(self) -> datetime:
        """The present moment of the world."""


class Rejection(NamedTuple):
    """A call that the gateway refuses: its answer, and what only a mock can say about it."""

    response: RawResponse
    explain: str


class _Account:
    """What one account has used. `calls` are the times of those within the rate limit's window.

    Times are whole microseconds, so that a client that waits as long as it was told is never early.
    """

    def __init__(self) -> None:
        self.calls: deque[int] = deque()
        self.quota_began = 0
        self.quota_used = 0


class Gateway:
    """The limits of one world, kept per account, in the world's own time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def reset(self) -> None:
        """Forget what every account has used."""
        with self._lock:
            self._accounts.clear()

    def check(self, call: ApiRequest, settings: Settings) -> Rejection | None:
        """The refusal of a call, or None for one that may pass and then counts."""
        if settings.subscription_key:
            sent = call.subscription_key
            if sent is None:
                record_behaviour("gateway.missing_key")
                where = "send it in the header Ocp-Apim-Subscription-Key; --subscription-key asks for one"
                return Rejection(responses.missing_key(), f"the gateway found no subscription key: {where}")
            if sent not in settings.subscription_key:
                record_behaviour("gateway.invalid_key")
                explanation = (
                    "the gateway does not know this subscription key; --subscription-key says which it knows"
                )
                return Rejection(responses.invalid_key(), explanation)
        if settings.rate_limit is None and settings.quota is None:
            return None
        with self._lock:
            return self._count(call.client or "", settings)

    def _count(self, name: str, settings: Settings) -> Rejection | None:
        account = self._accounts.setdefault(name, _Account())
        self._accounts.move_to_end(name)
        if len(self._accounts) > MAX_ACCOUNTS:
            self._accounts.popitem(last=False)
        now = (self._clock.now() - _EPOCH) // _MICROSECOND
        rejection = self._check_rate_limit(account, settings.rate_limit, now)
        rejection = rejection or self._check_quota(account, settings.quota, now)
        if rejection is None:
            account.calls.append(now)
            account.quota_used += 1
        return rejection

    def _check_rate_limit(self, account: _Account, limit: Limit | None, now: int) -> Rejection | None:
        """D: 500 calls a minute. G: the window slides; a refused call does not count."""
        if limit is None:
            account.calls.clear()
            return None
        calls, window = account.calls, _microseconds(limit)
        while calls and calls[0] <= now - window:
            calls.popleft()
        while calls and calls[-1] > now:  # the clock was set back: they are as gone as those long past
            calls.pop()
        if len(calls) < limit.calls:
            return None
        wait = (calls[len(calls) - limit.calls] + window - now) / 1_000_000
        record_behaviour("gateway.rate_limit")
        explanation = f"the gateway's rate limit ({limit}, --rate-limit) is used up"
        return Rejection(responses.rate_limited(wait), explanation + self._frozen_clock_hint())

    def _check_quota(self, account: _Account, limit: Limit | None, now: int) -> Rejection | None:
        """D: 150,000 calls a day. G: the day begins with an account's first call."""
        if limit is None:
            account.quota_used = 0
            return None
        period = _microseconds(limit)
        if account.quota_used == 0 or not account.quota_began <= now < account.quota_began + period:
            account.quota_began, account.quota_used = now, 0
        if account.quota_used < limit.calls:
            return None
        record_behaviour("gateway.quota")
        explanation = f"the gateway's quota ({limit}, --quota) is used up"
        wait = (account.quota_began + period - now) / 1_000_000
        return Rejection(responses.quota_exceeded(wait), explanation + self._frozen_clock_hint())

    def _frozen_clock_hint(self) -> str:
        if not self._clock.frozen:
            return ""
        return "; the mock clock is frozen, so it stays so until PUT /__admin/clock advances it"


def _microseconds(limit: Limit) -> int:
    return round(limit.seconds * 1_000_000)
