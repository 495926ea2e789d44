"""Files that options name: regular ones, and for `--config` a pipe that is read once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mockrevio import regular_files
from mockrevio.errors import DataUnwritable, SettingError
from mockrevio.regular_files import NotRegular, read_file_or_pipe, read_regular_file
from mockrevio.server.tls import make_context
from mockrevio.settings import Settings
from mockrevio.storage.files import write_atomically
from tests.support import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_configuration_may_come_from_process_substitution() -> None:
    command = f"{sys.executable} -m mockrevio healthcheck --config <(echo 'port = 70000')"
    result = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "port: must be" in result.stderr
    assert result.returncode == 1


def test_a_pipe_is_read_until_it_is_closed(pipe: Path) -> None:
    writer = threading.Thread(target=pipe.write_bytes, args=[b"a" * 200_000])
    writer.start()
    assert read_file_or_pipe(pipe) == b"a" * 200_000
    writer.join()


def test_reading_a_pipe_without_a_writer_times_out(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "PIPE_TIME", 0.2)
    with pytest.raises(SettingError, match=r"pipe: cannot be read: the pipe was not closed within 0.2 s"):
        Settings.load(config=pipe, environ={})


def test_reading_an_endless_pipe_stops_at_a_limit(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_files, "MAX_PIPED", 1000)
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, b"#" * 2000)
    with pytest.raises(SettingError, match="more than 1000 bytes came through the pipe"):
        Settings.load(config=pipe, environ={})
    os.close(writer)


def test_a_device_is_no_configuration() -> None:
    with pytest.raises(SettingError, match="/dev/zero: cannot be read: Not a regular file"):
        Settings.load(config=Path("/dev/zero"), environ={})


def test_a_pipe_is_no_regular_file(pipe: Path) -> None:
    with pytest.raises(NotRegular):
        read_regular_file(pipe)


def test_a_certificate_or_key_that_is_a_pipe_is_refused(pipe: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"the certificate .*pipe cannot be used: Not a regular file"):
        make_context(Settings(tls_cert=pipe))
    certificate = tmp_path / "cert.pem"
    certificate.touch()
    with pytest.raises(SettingError, match=r"the key .*pipe cannot be used: Not a regular file"):
        make_context(Settings(tls_cert=certificate, tls_key=pipe))


def test_a_pipe_is_not_replaced_by_what_is_written(pipe: Path) -> None:
    with pytest.raises(DataUnwritable, match=r"pipe cannot be written: Not a regular file\. Move it out"):
        write_atomically(pipe, ["certificate"])
    assert pipe.is_fifo()
