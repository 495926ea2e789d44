"""Load by wrk, https://github.com/wg/wrk: each connection sends its next request after the last response."""

from __future__ import annotations

import json
import subprocess
import tempfile
from itertools import count
from typing import NamedTuple

from benchmarks import programs
from benchmarks.client import Request, time_once

CONNECTIONS = 8

_SCRIPT = """
local template, first, count, sent = {template}, {first}, {count}, 0

function request()
  sent = sent + 1
  return string.format(template, first + sent % count)
end

function done(summary)
  local e = summary.errors
  local broken = e.connect + e.read + e.write + e.timeout
  print(string.format("result %d %d %d %d", summary.requests, summary.duration, e.status, broken))
end
"""

_BLOCK = 10_000_000
_blocks = count(1)


class Outcome(NamedTuple):
    """How many requests got a response, and in how many seconds."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def new_numbers() -> range:
    """Return ten million numbers that no other call of this process returns."""
    first = next(_blocks) * _BLOCK
    return range(first, first + _BLOCK)


def drive(
    port: int, request: Request, numbers: range, seconds: int, connections: int = CONNECTIONS
) -> Outcome:
    """Send a request with one number after another for a time.

    Raises RuntimeError if a connection breaks or a response is not a 2xx. wrk counts statuses from 400 on;
    a first request, sent singly, shows any other.
    """
    time_once(port, request, numbers.start)
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="ascii") as script:
        script.write(render(port, request, numbers))
        script.flush()
        command = [programs.wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=30s"]
        command += [f"--script={script.name}", f"http://127.0.0.1:{port}"]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return parse(finished.stdout + finished.stderr)


def render(port: int, request: Request, numbers: range) -> str:
    """Return the Lua script that makes the requests and prints the result as one line."""
    encoded = request.encode(port).decode("ascii")
    template = encoded.replace("%", "%%").replace(f"{0:013d}", "%013d")
    return _SCRIPT.format(template=json.dumps(template), first=numbers.start, count=len(numbers))


def parse(output: str) -> Outcome:
    """Return the result that the script printed. Raises RuntimeError if there is none, or any failure."""
    results = [line.split()[1:] for line in output.splitlines() if line.startswith("result ")]
    if not results:
        raise RuntimeError(f"wrk printed no result but: {output.strip()}")
    requests, microseconds, failed, broken = map(int, results[-1])
    if failed or broken or not requests:
        raise RuntimeError(f"of {requests} requests, {failed} failed; {broken} connections broke")
    return Outcome(requests, microseconds / 1e6)
