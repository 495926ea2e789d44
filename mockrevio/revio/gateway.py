"""The gateway in front of Rev.io: subscription key, rate limit and quota, in this order (D; details G)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mockrevio.explanations import ADVANCE_CLOCK, Explanation, set_to
from mockrevio.quantities import Limit
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.rate_limits import FixedPeriod, SlidingWindow, UsageByAccount
from mockrevio.revio.wire import gateway_responses as responses
from mockrevio.revio.wire.gateway_responses import RawResponse
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.revio.world_clock import WorldClock
from mockrevio.settings import Settings, verify_secret

_MISSING_KEY = Explanation(
    "the gateway found no subscription key; send one of the keys set with ",
    set_to("subscription_key"),
    " in the header Ocp-Apim-Subscription-Key",
)
_UNKNOWN_KEY = Explanation(
    "the gateway does not know this subscription key; send one of the keys set with ",
    set_to("subscription_key"),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Rejection(NamedTuple):
    """A request that the gateway rejects: the response, and the text of X-Mock-Explain."""

    response: RawResponse
    explain: Explanation


class Gateway:
    """The gateway of one world. It counts per account, by the world's clock."""

    def __init__(self, clock: WorldClock) -> None:
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
        explain = self._explain_limit(f"rate limit of {limit}", "rate_limit")
        return Rejection(responses.rate_limited(wait), explain)

    def _check_quota(self, period: FixedPeriod, limit: Limit | None, now: int) -> Rejection | None:
        """D: 150,000 requests a day."""
        wait = None if limit is None else period.seconds_until_free(limit, now)
        if wait is None:
            return None
        record_behaviour("gateway.quota")
        explain = self._explain_limit(f"quota of {limit}", "quota")
        return Rejection(responses.quota_exceeded(wait), explain)

    def _explain_limit(self, limit: str, setting: str) -> Explanation:
        explanation = Explanation(f"the gateway's {limit} is used up; raise it with ", set_to(setting))
        if not self._clock.frozen:
            return explanation
        return Explanation(explanation, ", or advance the frozen mock clock with ", ADVANCE_CLOCK)
