"""Named states of a world, apart from the admin side."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.errors import DataClosed
from tests.world.common import a_world, fixture_file


@pytest.mark.parametrize("kept", [True, False])
def test_a_world_that_is_closed_takes_no_more_snapshots_so_that_none_gets_into_its_successor(
    tmp_path: Path, kept: bool
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with a_world(fixture_file(tmp_path), folder=data if kept else None) as world:
        world.save_snapshot("early")
    with pytest.raises(DataClosed):
        world.save_snapshot("late")
    assert world.snapshots.names() == ["early"]


def test_a_restored_state_and_a_reset_one_do_not_share_records_that_can_change(tmp_path: Path) -> None:
    with a_world(fixture_file(tmp_path)) as world:
        before = world.state()
        world.records.put("CUSTOMER", 1015, {"status": "CLOSED"})
        world.save_snapshot("closed")
        world.reset()
        assert world.state() == before
        world.restore_snapshot("closed")
        assert world.records.get("CUSTOMER", 1015) == {"customer_id": 1015, "status": "CLOSED"}
