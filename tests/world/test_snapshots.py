"""Snapshots of a world, without the admin API."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.errors import DataClosed
from tests.world.common import CUSTOMER, fixture_file, open_world


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_closed_world_rejects_snapshots(tmp_path: Path, on_disk: bool) -> None:
    """Otherwise they would end up in the next world of this name."""
    data = tmp_path / "data"
    data.mkdir()
    with open_world(fixture_file(tmp_path), folder=data if on_disk else None) as world:
        world.save_snapshot("early")
    with pytest.raises(DataClosed):
        world.save_snapshot("late")
    assert world.snapshots.names() == ["early"]


def test_restored_and_reset_states_share_no_mutable_records(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        before = world.state()
        world.records.put(CUSTOMER, 1015, {"status": "CLOSED"})
        closed = world.records.get(CUSTOMER, 1015)
        assert closed is not None
        assert closed["status"] == "CLOSED"
        assert closed.keys() == {"customer_id", "status", *CUSTOMER.set_by_server}
        world.save_snapshot("closed")
        world.reset()
        assert world.state() == before
        world.restore_snapshot("closed")
        assert world.records.get(CUSTOMER, 1015) == closed
