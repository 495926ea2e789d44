"""`LineWriter`: lines on standard output, whatever state that is in."""

from __future__ import annotations

import errno
import io
import threading
from typing import Any, TextIO, cast

import pytest

from mockrevio.telemetry.line_writer import LineWriter


class Output:
    """A standard output that blocks or fails on demand. `written` is what has arrived."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.written = b""
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        """Set once a write has begun."""
        self.errors: list[OSError | ValueError] = []
        self.buffer = self
        self.raw = self

    def write(self, data: Any) -> int:
        self.entered.set()
        self.open.wait(60)
        if self.errors:
            raise self.errors.pop(0)
        self.written += bytes(data[:1000])
        return len(data[:1000])

    @property
    def lines(self) -> list[str]:
        return self.written.decode().splitlines()


def writer_to(output: Any, **options: Any) -> LineWriter:
    stream = cast("TextIO | None", output)
    return LineWriter(lambda count: f"{count} dropped", stream=lambda: stream, **options)


def test_lines_arrive_whole_and_in_order() -> None:
    output = Output()
    writer = writer_to(output)
    lines = [f"{n} {'x' * (n % 2500)}" for n in range(3000)]
    for line in lines:
        writer.write(line)
    writer.close(60)
    assert output.lines == lines


def test_several_threads_may_write() -> None:
    output = Output()
    writer = writer_to(output)

    def write(number: int) -> None:
        for n in range(500):
            writer.write(f"{number}-{n}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close(60)
    assert sorted(output.lines) == sorted(f"{n}-{m}" for n in range(4) for m in range(500))


def test_what_does_not_fit_is_dropped_counted_and_reported() -> None:
    output = Output()
    output.open.clear()
    writer = writer_to(output, max_queued=100)
    writer.write("first")
    assert output.entered.wait(60)
    for n in range(50):
        writer.write(f"line {n:03}")
    assert writer.total_dropped == 40  # 6 bytes are being written, and ten lines of 9 bytes fit besides
    output.open.set()
    writer.close(60)
    assert output.lines == ["first", *(f"line {n:03}" for n in range(10)), "40 dropped"]


def test_it_goes_on_after_lines_were_dropped() -> None:
    output = Output()
    output.open.clear()
    writer = writer_to(output, max_queued=20)
    writer.write("first")
    assert output.entered.wait(60)
    writer.write("a line that does not fit")
    output.open.set()
    while "1 dropped" not in output.lines:
        pass
    writer.write("last")
    writer.close(60)
    assert output.lines == ["first", "1 dropped", "last"]


def test_closing_gives_up_if_nobody_reads(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    output.open.clear()
    writer = writer_to(output)
    writer.write("first")
    assert output.entered.wait(60)
    writer.write("second")
    writer.close(0.05)
    assert capsys.readouterr().err == (
        "mockrevio: warning: standard output is not read, so the last 2 lines about calls are lost\n"
    )
    output.open.set()


@pytest.mark.parametrize(
    "error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.EIO, "I/O error"), ValueError()]
)
def test_a_closed_output_ends_it_with_one_warning(
    error: OSError | ValueError, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output()
    output.errors = [error]
    writer = writer_to(output)
    writer.write("lost")
    assert writer._thread is not None
    writer._thread.join(60)
    for _ in range(3):
        writer.write("lost, too")
    writer.close(60)
    assert output.lines == []
    assert capsys.readouterr().err == (
        "mockrevio: warning: standard output is closed, so no more lines about calls are written; "
        "the mock goes on\n"
    )


def test_a_full_disk_costs_only_the_lines_of_that_moment(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    output.errors = [OSError(errno.ENOSPC, "No space left on device")]
    writer = writer_to(output)
    writer.write("lost")
    assert output.entered.wait(60)
    while not writer.total_dropped:
        pass
    writer.write("kept")
    writer.close(60)
    assert output.lines == ["kept", "1 dropped"]
    assert "cannot write the lines about calls to standard output: No space left" in capsys.readouterr().err


def test_a_line_that_was_cut_off_does_not_spoil_the_next() -> None:
    output = Output()
    writer = writer_to(output)
    full = OSError(errno.ENOSPC, "No space left on device")

    def fill(data: Any) -> int:
        output.write = usual  # type: ignore[method-assign]
        output.errors = [full]
        output.written += bytes(data[:3])
        return 3

    usual, output.write = output.write, fill  # type: ignore[method-assign]
    writer.write("cut off")
    while not writer.total_dropped:
        pass
    writer.write("kept")
    writer.close(60)
    assert output.lines == ["cut", "kept", "1 dropped"]


def test_a_process_without_standard_output_only_gets_the_warning(capsys: pytest.CaptureFixture[str]) -> None:
    writer = writer_to(None)
    writer.write("lost")
    writer.close(60)
    assert "standard output is closed" in capsys.readouterr().err


def test_a_replaced_standard_output_gets_the_lines() -> None:
    output = io.StringIO()
    writer = writer_to(output)
    writer.write("é")
    writer.close(60)
    assert output.getvalue() == "é\n"


def test_nothing_is_started_before_the_first_line() -> None:
    writer = writer_to(Output())
    assert writer._thread is None
    writer.close(60)
