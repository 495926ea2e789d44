"""`mockrevio openapi`."""

from __future__ import annotations

import json

from tests.command_line import failing_run, run


def test_it_prints_the_same_document_each_time() -> None:
    first, second = run("openapi"), run("openapi")
    assert first.returncode == 0
    assert not first.stderr
    assert first.stdout == second.stdout
    assert first.stdout.isascii()
    assert first.stdout.endswith(b"}\n")
    document = json.loads(first.stdout)
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == [
        "https://restapi.rev.io/v1",
        "https://api.revioapi.com/v1",
        "http://127.0.0.1:{port}/v1",
    ]


def test_two_documents_at_once_are_refused() -> None:
    assert "--admin and --postman cannot be combined; remove one" in failing_run(
        "openapi", "--admin", "--postman"
    )
