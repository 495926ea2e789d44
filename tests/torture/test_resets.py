"""A test suite resets its world before each test: the thousandth time costs no more than the first."""

from __future__ import annotations

import json
from pathlib import Path

from tests.torture.common import LINKS, HowMuch, Usage, linux_only, server
from tests.torture.writers import LINK

COUNT = 100_000


def fixture_of_links(path: Path) -> Path:
    links = [{**LINK, "external_id": f"0012D{number:013d}"} for number in range(COUNT)]
    path.write_text(json.dumps({"key_links": links}), "utf-8")
    return path


@linux_only
def test_a_large_world_can_be_reset_as_often_as_one_likes(tmp_path: Path, how_much: HowMuch) -> None:
    large = fixture_of_links(tmp_path / "large.json")
    with server("--data", str(tmp_path / "data"), "--fixture", str(large), fixture="default") as running:
        before = Usage.of(running.process.pid).memory
        for _ in range(how_much(short=24, long=500)):
            assert running.client.delete(f"{LINKS}/1").status_code == 200
            running.client.post("/__admin/reset").raise_for_status()
        assert running.client.get(f"{LINKS}/1").status_code == 200
        assert running.client.get(f"{LINKS}/{COUNT}").status_code == 200
        assert Usage.of(running.process.pid).memory <= before + 160 * 1024
