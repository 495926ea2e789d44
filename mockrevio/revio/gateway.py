"""The gateway in front of Rev.io: subscription key, rate limit and quota, in this order (D; details G)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from mockrevio.quantities import Limit
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.rate_limits import FixedPeriod, SlidingWindow, UsageByAccount
from mockrevio.revio.wire import gateway_responses as responses
from mockrevio.revio.wire.gateway_responses import RawResponse
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.settings import Settings, verify_secret

_MISSING_KEY = (
    "the gateway found no subscription key; send one of the keys set with --subscription-key "
    "in the header Ocp-Apim-Subscription-Key"
)
_UNKNOWN_KEY = (
    "the gateway does not know this subscription key; send one of the keys set with --subscription-key"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """What the gateway needs of a clock."""

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped."""

    def now(self) -> datetime:
        """The current time of the world."""


class Rejection(NamedTuple):
    """A request that the gateway rejects: the response, and the text of X-Mock-Explain."""

    response: RawResponse
    explain: str


class Gateway:
    """The gateway of one world. It counts per account, by the world's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows = UsageByAccount(SlidingWindow)
        self._periods = UsageByAccount(FixedPeriod)

    def reset(self) -> None:
        """Reset the counts of all accounts."""
        with self._lock:
            self._windows.clear()
            self._periods.clear()

    def check(self, request: ApiRequest, settings: Settings) -> Rejection | None:
        """Check a request; None means that it passes and has been counted."""
        if settings.subscription_key:
            key = request.subscription_key
            if key is None:
                record_behaviour("gateway.missing_key")
                return Rejection(responses.missing_key(), _MISSING_KEY)
            if not any(verify_secret(hashed, key) for hashed in settings.subscription_key):
                record_behaviour("gateway.invalid_key")
                return Rejection(responses.invalid_key(), _UNKNOWN_KEY)
        if settings.rate_limit is None and settings.quota is None:
            return None
        with self._lock:
            return self._count(request.client or "", settings)

    def _count(self, account: str, settings: Settings) -> Rejection | None:
        now = (self._clock.now() - _EPOCH) // _MICROSECOND
        window = self._windows.get(account, settings.rate_limit, now)
        period = self._periods.get(account, settings.quota, now)
        rejection = self._check_rate_limit(window, settings.rate_limit, now)
        rejection = rejection or self._check_quota(period, settings.quota, now)
        if rejection is None:
            if settings.rate_limit is not None:
                window.add(now, settings.rate_limit)
            period.add()
        return rejection

    def _check_rate_limit(self, window: SlidingWindow, limit: Limit | None, now: int) -> Rejection | None:
        """D: 500 requests a minute."""
        wait = None if limit is None else window.seconds_until_free(limit, now)
        if wait is None:
            return None
        record_behaviour("gateway.rate_limit")
        explain = f"the gateway's rate limit of {limit} is used up; raise it with --rate-limit"
        return Rejection(responses.rate_limited(wait), explain + self._frozen_clock_hint())

    def _check_quota(self, period: FixedPeriod, limit: Limit | None, now: int) -> Rejection | None:
        """D: 150,000 requests a day."""
        wait = None if limit is None else period.seconds_until_free(limit, now)
        if wait is None:
            return None
        record_behaviour("gateway.quota")
        explain = f"the gateway's quota of {limit} is used up; raise it with --quota"
        return Rejection(responses.quota_exceeded(wait), explain + self._frozen_clock_hint())

    def _frozen_clock_hint(self) -> str:
        if not self._clock.frozen:
            return ""
        return ", or advance the frozen mock clock with PUT /__admin/clock"
