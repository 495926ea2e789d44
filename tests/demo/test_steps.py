"""The steps of a story: what order they come in, and how they are carried out."""

from __future__ import annotations

from mockrevio.demo.steps import Answer, Call, Caption, Client, Pause, Scene, ask, play, together

CLIENT = Client("ann", "test")


def visits(name: str, *pauses: float) -> Scene[None]:
    for pause in pauses:
        yield Pause(pause)
        answer = yield from ask(Call(CLIENT, "GET", f"/{name}"))
        assert answer.body == f"/{name}"  # each scene gets its own answers


def test_scenes_that_are_played_together_go_on_while_others_pause() -> None:
    events: list[str] = []
    play(
        together(visits("slow", 10, 10), visits("fast", 4, 4, 4)),
        send=lambda call: events.append(call.target) or Answer(200, call.target),  # type: ignore[func-returns-value]
        announce=lambda _: None,
        wait=lambda seconds: bool(events.append(f"{seconds:g}s")),  # type: ignore[func-returns-value]
    )
    assert events == ["4s", "/fast", "4s", "/fast", "2s", "/slow", "2s", "/fast", "8s", "/slow"]


def test_a_story_ends_where_the_wait_is_broken_off() -> None:
    captions: list[Caption] = []

    def scene() -> Scene[None]:
        yield Caption("one", "is announced")
        yield Pause(1)
        yield Caption("two", "is not")

    play(scene(), send=lambda _: Answer(None), announce=captions.append, wait=lambda _: True)
    assert [caption.scene for caption in captions] == ["one"]
