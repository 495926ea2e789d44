"""Playing the story against a real server, without waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from mockrevio.demo.stage import Stage
from mockrevio.demo.steps import Answer, Call, Caption, Step, play
from mockrevio.demo.story import story
from mockrevio.demo.traffic import Traffic
from mockrevio.settings import Settings
from tests.support import Client

BRISK = 1000.0
"""A pace at which the outage's slow answers take milliseconds."""


@dataclass
class Playing:
    """A story that is played for some rounds. `steps` are what it did, `answers` what it got."""

    client: Client
    hook: str
    seed: int = 1
    settings: Settings = field(default_factory=lambda: Settings(ephemeral=True))
    on_caption: Callable[[Caption], None] = lambda _: None
    steps: list[Step] = field(default_factory=list)
    answers: list[tuple[Call, Answer]] = field(default_factory=list)
    rounds: int = 0

    def run(self, rounds: int) -> None:
        """Play so many rounds, and the first step of the next."""
        traffic = Traffic(self.client.url, self.settings)

        def send(call: Call) -> Answer:
            self.steps.append(call)
            answer = traffic.send(call)
            self.answers.append((call, answer))
            return answer

        def announce(caption: Caption) -> None:
            self.steps.append(caption)
            self.rounds += "starts its nightly sync" in caption.text
            self.on_caption(caption)

        stage = Stage(Random(self.seed), BRISK)
        play(story(stage, self.hook), send=send, announce=announce, wait=lambda _: self.rounds > rounds)

    def statuses(self, method: str, part: str = "") -> set[int | None]:
        """The statuses of the calls with this method, and this part in the target."""
        return {
            answer.status for call, answer in self.answers if call.method == method and part in call.target
        }

    @property
    def scenes(self) -> list[str]:
        """The scenes that were played, one after another."""
        captions = [step.scene for step in self.steps if isinstance(step, Caption)]
        return [scene for index, scene in enumerate(captions) if [scene] != captions[index - 1 : index]]
