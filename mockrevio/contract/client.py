"""The HTTP client behind `verify`, `pull` and `record`: it sends as a careful integration does.

It keeps to the rate limit, waits when the gateway says so, repeats what may be repeated, and never repeats a
write of which nobody knows whether it happened.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import requests
from requests.exceptions import InvalidURL, RequestException, SSLError

from mockrevio import __version__, real_time
from mockrevio.contract.access import Access
from mockrevio.contract.ca_bundle import require_ca_bundle
from mockrevio.contract.failures import describe, was_not_sent
from mockrevio.contract.pace import SHARED_LIMIT, Pace
from mockrevio.documents import exceeds_depth
from mockrevio.errors import AccessDenied, AnswerLost, UpstreamError
from mockrevio.quantities import Limit
from mockrevio.revio.wire.secrets import KEY_HEADER

TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes of a response."""

MAX_ATTEMPTS = 6
"""How often a request is sent at most."""

MAX_WAIT = 120.0
"""The longest wait, in seconds, that a 429 may ask for. Its window is a minute (D)."""

MAX_DEPTH = 100
"""How deeply the JSON of a response may be nested. Rev.io's has less than ten levels."""

_TOO_DEEP = f"the body is nested more than {MAX_DEPTH} levels deep"

_FIRST_NUMBER = re.compile(r"\d+")
_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""HTTP's idempotent methods: sent twice, they do what they do once."""

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Call:
    """A request below the base address: `Call("GET", "/Customers", query=(("page", "2"),))`.

    `body` is sent as JSON, `data` as it is.
    """

    method: str
    path: str
    query: Query = ()
    body: Any = None
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    own_access: bool = True
    """Whether the credentials and the key of the access are sent. `headers` may have others instead."""
    chunked: bool = False
    """Whether the body is sent in chunks, without its length."""

    @property
    def target(self) -> str:
        """Path and query as a person writes them."""
        return self.path + (
            f"?{'&'.join(f'{name}={value}' for name, value in self.query)}" if self.query else ""
        )


@dataclass(frozen=True)
class Answer:
    """A response, with the number of attempts that it took."""

    call: Call
    status: int
    headers: Mapping[str, str]
    """Names ignore case."""
    content: bytes
    seconds: float
    attempts: int = 1
    reason: str = ""
    """The reason phrase."""

    def json(self) -> Any:
        """The body as JSON. Raises ValueError if it is something else, or nested too deeply."""
        try:
            body = json.loads(self.content)
        except RecursionError:
            raise ValueError(_TOO_DEEP) from None
        if exceeds_depth(body, MAX_DEPTH):
            raise ValueError(_TOO_DEEP)
        return body

    def object(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one if it is anything else."""
        try:
            body = self.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def first_error(self) -> dict[str, Any]:
        """C: the first element of the body of an error, or the body if it is an object; else an empty one."""
        try:
            body = self.json()
        except ValueError:
            return {}
        first = body[0] if isinstance(body, list) and body else body
        return first if isinstance(first, dict) else {}

    @property
    def message(self) -> str:
        """C: the message of an error. Empty if there is none."""
        return str(self.first_error().get("message") or "")

    @property
    def is_from_gateway(self) -> bool:
        """G: whether Azure API Management answered instead of Rev.io: a plain object with `statusCode`."""
        return self.status >= 400 and "statusCode" in self.object()


class Client:
    """Calls to one service with one access. Use it as a context manager: it keeps a connection open.

    `note` is told why it waits. `limit` is the rate that it keeps to; None is for a mock in this process.
    `sleep` and `now` are the clock. Raises SettingError if the environment names no certificates.
    """

    def __init__(
        self,
        access: Access,
        *,
        note: Callable[[str], None] = lambda _: None,
        limit: Limit | None = SHARED_LIMIT,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = real_time.monotonic,
    ) -> None:
        require_ca_bundle(access.url)
        self.access = access
        self._note = note
        self._sleep = sleep
        self._now = now
        self._pace = Pace(limit, now, sleep) if limit else None
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"mockrevio/{__version__}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def pause(self, seconds: float) -> None:
        """Wait, by the client's clock."""
        self._sleep(seconds)

    def get(self, path: str, query: Query = (), **more: Any) -> Answer:
        """Send a GET."""
        return self.send(Call("GET", path, query, **more))

    def send(self, call: Call) -> Answer:
        """Send a request until there is a response that is not about load, and return it.

        Repeated are a 429, after the time that it names, and a 502, 503 or 504 or a failed connection, with
        growing pauses, unless the method is POST or PATCH and the request may have arrived.

        Raises AnswerLost if a POST or PATCH may have arrived and there is no response, AccessDenied if the
        quota is used up, UpstreamError if the service cannot be reached or stays overloaded.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            waited = self._pace.wait() if self._pace else 0
            if waited > 1:
                self._note(f"waited {waited:.0f} s, to send at most {SHARED_LIMIT.calls} requests a minute")
            is_last = attempt == MAX_ATTEMPTS
            try:
                answer = replace(self._send_once(call), attempts=attempt)
            except RequestException as error:
                self._give_up_or_wait(call, error, attempt, is_last=is_last)
                continue
            if answer.status == 429 and not is_last:
                self._wait(_seconds_to_wait(answer), "it says that the rate limit is exceeded")
            elif answer.status in (502, 503, 504) and not is_last and call.method in _SAFE_TO_REPEAT:
                self._wait(_pause(attempt), f"it responds with a {answer.status}")
            elif answer.status in (502, 503, 504) and call.method not in _SAFE_TO_REPEAT:
                raise AnswerLost(f"{call.method} {call.target}: a {answer.status} does not say what happened")
            else:
                return self._usable(answer)
        raise AssertionError("the last attempt returns or raises")

    def _send_once(self, call: Call) -> Answer:
        headers: dict[str, str] = {"Accept": "application/json"}
        if call.own_access:
            headers["Authorization"] = self.access.authorization
            if self.access.subscription_key:
                headers[KEY_HEADER] = self.access.subscription_key
        data = call.data
        if data is None and call.body is not None:
            data = json.dumps(call.body).encode("ascii")
            headers["Content-Type"] = "application/json"
        started = self._now()
        response = self._session.request(
            call.method,
            self.access.url + call.path,
            params=list(call.query),
            data=iter([data or b""]) if call.chunked else data,
            headers={**headers, **call.headers},
            timeout=TIMEOUT,
            allow_redirects=False,  # with the credentials, who knows where to
            auth=_no_change,  # or requests adds what ~/.netrc has for the host
        )
        return Answer(
            call,
            response.status_code,
            response.headers,
            response.content,
            self._now() - started,
            reason=response.reason or "",
        )

    def _give_up_or_wait(self, call: Call, error: RequestException, attempt: int, *, is_last: bool) -> None:
        """Wait before the next attempt. Raises UpstreamError if there must be none."""
        reason = self.access.redact(describe(error))
        if isinstance(error, (SSLError, InvalidURL)):
            raise UpstreamError(f"{self.access.url}: {reason}") from None
        if call.method not in _SAFE_TO_REPEAT and not was_not_sent(error):
            raise AnswerLost(f"{call.method} {call.target}: {reason}") from None
        if is_last:
            raise UpstreamError(
                f"{self.access.url} does not respond to {call.method} {call.target}: {reason}"
            )
        self._wait(_pause(attempt), reason)

    def _wait(self, seconds: float, reason: str) -> None:
        if seconds > MAX_WAIT:
            raise UpstreamError(f"{self.access.url} asks to wait for {seconds:.0f} s: {reason}")
        self._note(f"waiting {seconds:.0f} s: {reason}")
        self._sleep(seconds)

    def _usable(self, answer: Answer) -> Answer:
        """The response, if it is one to judge. Raises UpstreamError."""
        if answer.status == 403 and answer.is_from_gateway and "quota" in answer.message.lower():
            message = self.access.redact(answer.message)
            raise AccessDenied(f"the quota of this account is used up: {message}")
        location = answer.headers.get("Location")
        if 300 <= answer.status < 400 and location:
            raise UpstreamError(
                f"it redirects to {self.access.redact(location)}; pass that address with --url"
            )
        return answer


def _seconds_to_wait(answer: Answer) -> float:
    """C: the first number in a 429's message plus one, or else what Retry-After says (G)."""
    for text in (answer.message, answer.headers.get("Retry-After", "")):
        match = _FIRST_NUMBER.search(text)
        if match:
            return float(match[0]) + 1
    return 10.0


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: about 1, 2, 4, 8, 16."""
    return float(2 ** (attempt - 1)) * random.uniform(0.8, 1.2)  # noqa: S311 (spreads clients, nothing else)


def _no_change(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
