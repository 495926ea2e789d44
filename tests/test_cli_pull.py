"""`mockrevio pull` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockrevio.settings.hashes import hash_secret
from mockrevio.settings.kinds import parse_credential
from tests.command_line import CLEAN_ENVIRONMENT, failing_run, run
from tests.contract_tools.tenant import serving_tenant
from tests.support import Client, serving

PASSWORD, KEY = "pass word/&é-1", "gateway-key-77"
ENVIRONMENT = {"REVIO_PW": PASSWORD, "REVIO_KEY": KEY}
NOTES = [{"note_id": number, "body": "x"} for number in range(1, 30)]


def arguments(url: str, *more: str) -> list[str]:
    return ["pull", "--url", url, "--username", "jane@acme", "--password-env", "REVIO_PW", *more]


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    """A tenant that knows one user and demands a subscription key."""
    with serving(
        fixture=("demo",),
        credentials=(parse_credential(f"jane@acme:{PASSWORD}"),),
        subscription_key=(hash_secret(KEY),),
    ) as client:
        yield client


def start(url: str, folder: Path, *more: str, **streams: Any) -> subprocess.Popen[bytes]:
    """Start a pull of all notes."""
    return subprocess.Popen(
        [sys.executable, "-m", "mockrevio", *arguments(url, "--records", "Notes:all", *more)],
        cwd=folder,
        env={**CLEAN_ENVIRONMENT, **ENVIRONMENT},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
    )


def test_the_fixture_is_on_standard_output_and_nothing_else_is_left(server: Client, tmp_path: Path) -> None:
    secrets = ("--subscription-key-env", "REVIO_KEY", "--keep-personal-data", "--key-links")
    what = ("--records", "CUSTOMER:2,billprofiles:all", "--records", "Notes:3")
    first, second = (
        run(*arguments(url, *secrets, *what), cwd=tmp_path, env=ENVIRONMENT)
        for url in (server.url, f"{server.url}/v1/")
    )
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    document = json.loads(first.stdout)
    assert (len(document["key_links"]), len(document["records"]["BillProfiles"])) == (260, 4)
    assert list(tmp_path.iterdir()) == []
    errors = first.stderr.decode()
    assert errors.startswith("mockrevio: read 14 integration_systems, 12 integration_entity_types, ")
    assert not [secret for secret in (PASSWORD, KEY) if secret in errors]
    (tmp_path / "acme.json").write_bytes(first.stdout)
    check = run("fixture", "check", "default", "acme.json", cwd=tmp_path)
    assert b": OK: " in check.stdout
    assert b"warning" not in check.stdout


@pytest.mark.parametrize(
    ("password", "key", "message"),
    [
        ("wrong-one", KEY, "GET /IntegrationSystem: 401"),
        (PASSWORD, "wrong-key", "Access denied due to invalid subscription key"),
    ],
)
def test_rejected_secrets_are_an_error_that_does_not_show_them(
    server: Client, tmp_path: Path, password: str, key: str, message: str
) -> None:
    command = arguments(server.url, "--subscription-key-env", "REVIO_KEY")
    errors = failing_run(*command, cwd=tmp_path, env={"REVIO_PW": password, "REVIO_KEY": key})
    assert message in errors
    assert not [secret for secret in (PASSWORD, KEY, password, key) if secret in errors]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--records", "CUSTOMRE:5"), "--records: unknown entity type or endpoint 'CUSTOMRE'"),
        (("--records", "CUSTOMER=5"), "--records: must be TYPE:N, ENDPOINT:N or TYPE:all"),
        (("--password-env", "UNSET_ONE"), "--password-env: the environment variable UNSET_ONE is not set"),
        (("--state", "."), "--state: . is not the state of a pull; pass another file"),
        (("--username", "jane"), "--username: must be LOGIN@CLIENT"),
        (("extra",), "Only options are allowed"),
    ],
)
def test_mistakes_are_reported_before_anything_is_read(
    tmp_path: Path, more: tuple[str, ...], message: str
) -> None:
    errors = failing_run(*arguments("http://127.0.0.1:9", *more), cwd=tmp_path, env=ENVIRONMENT)
    assert message in errors


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['requests'] = None; from mockrevio.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments("http://127.0.0.1:9")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**CLEAN_ENVIRONMENT, **ENVIRONMENT},
        check=False,
    )
    assert ended.returncode == 1
    assert "install it with pip install 'mockrevio[contract]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_failed_pull_prints_nothing_and_continues_when_it_is_run_again(tmp_path: Path) -> None:
    tables = {"Notes": NOTES, "Bills": [{"bill_id": 1, "note": "Jane called"}]}
    with serving_tenant(tables, statuses={"Bills": 500}, max_page_size=10) as tenant:
        command = arguments(tenant.url, "--records", "Notes:all,Bills:all", "--state", "mine.jsonl")
        errors = failing_run(*command, cwd=tmp_path, env=ENVIRONMENT)
        assert "mockrevio: GET /Bills: 500 No Bills for you.\n" in errors
        assert "mine.jsonl has what was read; run the same command again to continue\n" in errors
        state = (tmp_path / "mine.jsonl").read_bytes()
        assert not [secret for secret in (PASSWORD, KEY, "jane") if secret.encode() in state]
        tenant.statuses.clear()
        calls = len(tenant.calls)
        ended = run(*command, cwd=tmp_path, env=ENVIRONMENT)
        assert len(tenant.calls) == calls + 1
    assert ended.returncode == 0
    assert len(json.loads(ended.stdout)["records"]["Notes"]) == 29
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_nothing_on_standard_output(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    reached, gone = threading.Event(), threading.Event()

    def hang(_path: str, page: int) -> None:
        if page == 2:
            reached.set()
            gone.wait(30)

    with serving_tenant({"Notes": NOTES}, max_page_size=10, before_page=hang) as tenant:
        process = start(tenant.url, tmp_path)
        assert reached.wait(30)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
        gone.set()
        assert (process.returncode, output) == (status, b"")
        assert b"mockrevio-pull-acme.jsonl has what was read" in errors
        assert b"Traceback" not in errors
        process = start(tenant.url, tmp_path)
        assert len(json.loads(process.communicate(timeout=30)[0])["records"]["Notes"]) == 29


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices as on Unix")
def test_output_that_cannot_be_written_is_an_error_and_what_was_read_stays(tmp_path: Path) -> None:
    with serving_tenant({"Notes": NOTES}) as tenant:
        read_end, write_end = os.pipe()
        os.close(read_end)
        process = start(tenant.url, tmp_path, stdout=write_end)
        os.close(write_end)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
        assert b"Traceback" not in errors
        assert b"has what was read" in errors
        if Path("/dev/full").exists():
            with Path("/dev/full").open("wb") as full:
                process = start(tenant.url, tmp_path, stdout=full)
                _, errors = process.communicate(timeout=30)
            assert process.returncode == 1
            assert b"cannot write to standard output: No space left on device" in errors
        closed = subprocess.run(
            ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "mockrevio", *arguments(tenant.url)],
            capture_output=True,
            cwd=tmp_path,
            env={**CLEAN_ENVIRONMENT, **ENVIRONMENT},
            check=False,
        )
        assert b"standard output is closed" in closed.stderr
        calls = len(tenant.calls)
        assert (
            len(json.loads(start(tenant.url, tmp_path).communicate(timeout=30)[0])["records"]["Notes"]) == 29
        )
        assert len(tenant.calls) == calls


@pytest.mark.skipif(os.name != "posix", reason="a terminal as on Unix")
def test_a_terminal_shows_a_bar(tmp_path: Path) -> None:
    import pty

    with serving_tenant({"Notes": NOTES}, max_page_size=10) as tenant:
        terminal, other_end = pty.openpty()
        process = start(tenant.url, tmp_path, stderr=other_end)
        os.close(other_end)
        output, _ = process.communicate(timeout=30)
        shown = os.read(terminal, 65536).decode()
        os.close(terminal)
    assert len(json.loads(output)["records"]["Notes"]) == 29
    assert "\r\x1b[Kintegration_systems: 1 records" in shown
    assert shown.rstrip().endswith("requests")
