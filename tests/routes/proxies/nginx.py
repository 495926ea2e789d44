"""A real nginx in front of a mock, with the configuration that docs/proxy.md shows."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.examples.pages import read_page
from tests.programs import find
from tests.support import ROOT, Client

_MAIN = """
error_log stderr;
pid nginx.pid;
daemon off;
user root;  # if it runs as root: the files of a test are its own
worker_processes 1;
events {{ }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include upstream.conf;
    include {name};
}}
"""


def page_files() -> dict[str, str]:
    """The files of nginx that the page shows, by name."""
    steps = read_page(ROOT / "docs" / "proxy.md")
    return {step.file: step.text for step in steps if step.file and step.words[0] == "nginx"}


@contextmanager
def nginx(name: str, upstream: str, folder: Path) -> Iterator[Client]:
    """Run nginx with one of the page's files, before the mock at `upstream`.

    Yields a client whose paths have the prefix in front of them, if the file has one.
    """
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        for file, text in page_files().items():
            adapted = text.replace("127.0.0.1:7384", urlsplit(upstream).netloc)
            (folder / file).write_text(re.sub(r"listen \d+", f"listen 127.0.0.1:{port}", adapted))
        (folder / "nginx.conf").write_text(_MAIN.format(name=name))
        process = subprocess.Popen(
            [str(find("nginx")), "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"],
            env={**os.environ, "NGINX": f"{bound.fileno()};"},  # as a new nginx takes over from an old one
            pass_fds=[bound.fileno()],
        )
    text = page_files()[name]
    prefix = "/revio" if "location /revio/" in text else ""
    client = Client(f"{'https' if 'ssl' in text else 'http'}://127.0.0.1:{port}{prefix}")
    try:
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(30)
