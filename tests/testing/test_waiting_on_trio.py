"""`await mock_revio.wait_for_call(...)` in the event loop of trio, which not everyone has."""

from __future__ import annotations

import trio

from mockrevio import MockRevio
from tests.testing.test_handle_waiting import later


def test_trio_works_as_well(revio: MockRevio) -> None:
    async def wait() -> str:
        later(0.2, revio, "Agents")
        call = await revio.wait_for_call(path="/v1/Agents")
        with trio.move_on_after(0.1) as scope:
            await revio.wait_for_call(path="/v1/Bills", timeout="50s")
        assert scope.cancelled_caught
        return str(call["path"])

    assert trio.run(wait) == "/v1/Agents"
