"""A test suite resets its world before each test: the thousandth reset costs no more than the first."""

from __future__ import annotations

import json
from pathlib import Path

from tests.torture.common import LINKS, Scale, Usage, linux_only, server
from tests.torture.writers import LINK


def write_fixture(path: Path, count: int) -> Path:
    """Write a fixture with many key links."""
    links = [{**LINK, "external_id": f"0012D{number:013d}"} for number in range(count)]
    path.write_text(json.dumps({"key_links": links}), "utf-8")
    return path


@linux_only
def test_repeated_resets_of_a_large_world_do_not_leak_memory(tmp_path: Path, how_much: Scale) -> None:
    count = how_much(short=50_000, long=100_000)
    large = write_fixture(tmp_path / "large.json", count)
    with server("--data", str(tmp_path / "data"), "--fixture", str(large), fixture="default") as running:
        before = Usage.of(running.process.pid).memory
        for _ in range(how_much(short=24, long=500)):
            assert running.client.delete(f"{LINKS}/1").status_code == 200
            running.client.post("/__admin/reset").raise_for_status()
        assert running.client.get(f"{LINKS}/1").status_code == 200
        assert running.client.get(f"{LINKS}/{count}").status_code == 200
        assert Usage.of(running.process.pid).memory <= before + 160 * 1024
