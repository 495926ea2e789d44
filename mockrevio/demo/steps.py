"""A story as data: scenes are generators of steps, and a player carries the steps out.

Time in a story is the sum of its pauses. So the same seed and the same answers give the same steps, however
long the calls take, and a test can play hours without waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")


class Client(NamedTuple):
    """A program that calls Rev.io's API, or without a login the admin API."""

    login: str
    user_agent: str


@dataclass(frozen=True)
class Call:
    """A request. `target` is its path with the query, `body` becomes JSON."""

    client: Client
    method: str
    target: str
    body: object = None


@dataclass(frozen=True)
class Pause:
    """Time that passes, in seconds of the story."""

    seconds: float


@dataclass(frozen=True)
class Caption:
    """What happens from here on, in a line for the presenter."""

    scene: str
    text: str


Step: TypeAlias = Call | Pause | Caption


class Answer(NamedTuple):
    """The response to a call. `status` is None if there was none, `body` if it was not JSON."""

    status: int | None
    body: Any = None
    retry_after: float = 0.0
    """Seconds."""

    @property
    def ok(self) -> bool:
        """Whether the call succeeded. A fault may damage the body of a success."""
        return self.status in (200, 201) and isinstance(self.body, dict)

    @property
    def record_id(self) -> int | None:
        """The id of the record that a write created or changed."""
        found = self.body.get("id") if self.ok else None
        return found if isinstance(found, int) else None

    def listed(self, member: str = "records") -> list[dict[str, Any]]:
        """The records of a page, or another list of objects in the body; empty if the call failed."""
        found = self.body.get(member) if self.ok else None
        return found if isinstance(found, list) else []


Scene: TypeAlias = Generator[Step, Answer | None, T]
"""A generator of steps. It is sent the answer to a call, and None after every other step."""


def ask(call: Call) -> Scene[Answer]:
    """Make a call."""
    answer = yield call
    return answer or Answer(None)


def together(*scenes: Scene[Any]) -> Scene[None]:
    """Play scenes side by side: while one pauses, the others go on."""
    now = 0.0
    queue: list[tuple[float, int, Answer | None]] = [(now, number, None) for number in range(len(scenes))]
    while queue:
        due, number, answer = heappop(queue)
        if due > now:
            yield Pause(due - now)
            now = due
        try:
            step = scenes[number].send(answer)
        except StopIteration:
            continue
        if isinstance(step, Pause):
            heappush(queue, (now + step.seconds, number, None))
        else:
            answer = yield step
            heappush(queue, (now, number, answer))


def play(
    story: Scene[None],
    *,
    send: Callable[[Call], Answer],
    announce: Callable[[Caption], None],
    wait: Callable[[float], bool],
) -> None:
    """Carry out the steps of a story until it ends, or `wait`, which gets seconds, returns True."""
    answer = None
    while True:
        try:
            step = story.send(answer)
        except StopIteration:
            return
        answer = None
        if isinstance(step, Call):
            answer = send(step)
        elif isinstance(step, Caption):
            announce(step)
        elif wait(step.seconds):
            return
