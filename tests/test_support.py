"""The helpers for tests work."""

from __future__ import annotations

from tests.support import process


def test_a_server_that_exits_by_itself_leaves_no_pipe_open() -> None:
    with process("--port", "nonsense") as server:
        assert server.process.wait(30) != 0
    streams = (server.process.stdout, server.process.stderr)
    assert all(stream is not None and stream.closed for stream in streams)
    assert "nonsense" in "".join(server.errors)
