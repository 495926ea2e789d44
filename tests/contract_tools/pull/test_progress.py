"""What a pull reports while it runs."""

from __future__ import annotations

import pytest

from mockrevio.contract.pull.progress import LINE_INTERVAL, Progress

Capture = pytest.CaptureFixture[str]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_has_a_bar_that_notes_leave_in_place(capsys: Capture) -> None:
    clock = Clock()
    progress = Progress(is_terminal=True, now=clock)
    progress.update("CUSTOMER", 50, 200)
    progress.update("CUSTOMER", 51, 200)  # too soon to be seen
    progress.note("waiting 3 s")
    clock.now += 1
    progress.update("BILL", 7)
    progress.clear()
    progress.clear()
    bar = f"CUSTOMER                 [{'#' * 7}{'-' * 23}] 50 of 200"
    assert capsys.readouterr().err.split("\r\x1b[K") == [
        "",
        bar,
        f"mockrevio: waiting 3 s\n{bar}",
        "BILL: 7 records",
        "",
    ]


def test_anything_else_has_a_line_now_and_then(capsys: Capture) -> None:
    clock = Clock()
    progress = Progress(is_terminal=False, now=clock)
    for number in range(100):
        progress.update("CUSTOMER", number, 200)
    clock.now += LINE_INTERVAL
    progress.update("CUSTOMER", 100, 200)
    progress.update("BILL", 3)
    clock.now += LINE_INTERVAL
    progress.update("BILL", 4)
    progress.clear()
    assert capsys.readouterr().err == (
        "mockrevio: CUSTOMER: 100 of 200 records\nmockrevio: BILL: 4 records\n"
    )


def test_notes_are_without_secrets(capsys: Capture) -> None:
    Progress(is_terminal=False, redact=lambda text: text.replace("pw", "***")).note("the pw is wrong")
    assert capsys.readouterr().err == "mockrevio: the *** is wrong\n"


def test_control_characters_of_a_service_do_not_reach_the_terminal(capsys: Capture) -> None:
    Progress(is_terminal=False).note("GET /Bills: 500 \x1b[2Jall fine\r\nBüro \u202e")
    assert capsys.readouterr().err == "mockrevio: GET /Bills: 500 \\x1b[2Jall fine\\r\\nBüro \\u202e\n"
