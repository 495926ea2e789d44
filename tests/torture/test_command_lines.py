"""Command lines, variables and configuration files of any kind: a message and a status, never a traceback."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
from pathlib import Path

from tests.torture.common import Scale

SECRET = "s3cr3t-never-to-be-shown"  # noqa: S105 (that is the point)
COMMANDS = [["serve"], ["fixture", "make"], ["fixture", "check"], ["healthcheck"], [], ["--version"], ["x"]]
OPTIONS = [
    *(
        "--host",
        "--port",
        "--data",
        "--ephemeral",
        "--fixture",
        "--isolate-clients",
        "--max-worlds",
        "--auth",
    ),
    *("--strict-login", "--rate-limit", "--quota", "--latency", "--error-rate", "--duplicates", "--links"),
    *("--error-shape", "--page-size-over-max", "--seed", "--clock", "--durability", "--log-size", "--tls"),
    *("--tls-cert", "--tls-key", "--hostname", "--tls-ca-out", "--allow-host", "--allow-origin", "--watch"),
    *("--unset-dates", "--idle-timeout", "--max-connections", "--config", "--webhook-host", "--url"),
    *("--help", "--nonsense", "-x"),
]
SECRETS = ["--credentials", "--subscription-key", "--admin-token"]
VALUES = [
    *("", " ", "0", "1", "-1", "65536", "99999999999999999999", "nan", "1e999", "x", "default", "empty"),
    *("auto", "127.0.0.1", "::1", "[::", "localhost", "a b", "\u00e4", "\udcff", "1h", "100ms..1ms", "\n"),
    *("lognormal:1,x", "0.5:999", "500/0", "/", "/dev/null", "/proc/self/mem", "/nonexistent/x", "*"),
    *("2026-13-45", "http://[", "CUSTOMER:5", "CUSTOMER:x", "Nowhere:1", "--", "a" * 5000),
]
WRITTEN = ["1", "-1", "1e400", "[]", "{}", "true", "x", "1979-05-27", '"x"', "[1]", "'''"]
"""Values in a configuration file, some of them no TOML."""


def command_line(folder: Path) -> tuple[list[str], dict[str, str]]:
    """A command with options that may mean nothing, and variables."""
    words = [*random.choice(COMMANDS)]
    for _ in range(random.randrange(4)):
        words.append(random.choice(OPTIONS))
        if random.random() < 0.8:
            words.append(random.choice(VALUES))
    if random.random() < 0.5:
        words += [random.choice(SECRETS), SECRET + random.choice([*VALUES, "@", ":", "@a:b", ":GET,BREW"])]
    variables = {}
    if random.random() < 0.3:
        option = random.choice([*OPTIONS, *SECRETS])
        value = random.choice(VALUES)
        name = f"MOCKREVIO_{option.strip('-').upper().replace('-', '_')}"
        variables[name] = SECRET + value if option in SECRETS else value
    if random.random() < 0.3:
        config = folder / "config.toml"
        option = random.choice([*OPTIONS, *SECRETS])
        values = [f'"{SECRET}"', f'["{SECRET}", 1]', f'"{SECRET}', SECRET] if option in SECRETS else WRITTEN
        start = random.choice(["", "", "\0", "[serve]\n"])
        config.write_text(f"{start}{option.strip('-').replace('-', '_')} = {random.choice(values)}\n")
        words += ["--config", str(config)]
    return words, variables


def run(words: list[str], variables: dict[str, str], folder: Path) -> tuple[int, str]:
    """Run the command, and stop it once it serves; return the status and everything that it said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKREVIO_")}
    if "serve" in words:
        environ["MOCKREVIO_PORT"] = "0"
    process = subprocess.Popen(
        [sys.executable, "-m", "mockrevio", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="backslashreplace",
        cwd=folder,
        env={**environ, **variables},
    )
    guard = threading.Timer(60, process.kill)
    guard.start()
    assert process.stdout is not None
    output = ""
    with process:
        for line in process.stdout:
            output += line
            if re.match(r"mockrevio \S+ on https?://", line):
                process.terminate()
    guard.cancel()
    return process.returncode, output


def test_no_command_line_causes_a_traceback_or_shows_a_secret(tmp_path: Path, how_much: Scale) -> None:
    for _ in range(how_much(short=12, long=600)):
        words, variables = command_line(tmp_path)
        if any("\0" in word for word in words):
            continue
        status, output = run(words, variables, tmp_path)
        assert status in (0, 1, 2), (words, variables, output)
        assert "Traceback" not in output, (words, variables, output)
        assert output or status == 0, (words, variables)
        assert SECRET not in output, (words, variables, output)
