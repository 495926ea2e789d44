"""What a test holds of a mock can be compared, sliced, searched and looked at."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import mockrevio
from mockrevio import MockRevio
from tests.testing.common import get, post


def test_lists_are_equal_to_lists_of_the_same_items(revio: MockRevio) -> None:
    assert revio.links == []
    assert revio.links == ()
    assert revio.requests == []
    assert revio.faults == []
    assert revio.webhooks == []
    first = revio.links.add(1015, "a")
    second = revio.links.add(1016, "b")
    assert revio.links == [first, second]
    assert revio.links != [second, first]
    assert revio.links != "ab"
    assert [first, second] == revio.links


def test_lists_have_slices_negative_indices_and_members(revio: MockRevio) -> None:
    links = [revio.links.add(1015, external_id) for external_id in "abc"]
    assert revio.links[-1] == links[2]
    assert revio.links[1:] == links[1:]
    assert revio.links[::-1] == links[::-1] == list(reversed(revio.links))
    assert links[1] in revio.links
    assert {} not in revio.links
    assert isinstance(revio.links, Sequence)
    for index in (3, -4):
        with pytest.raises(IndexError, match=f"there is no item {index}; the number of items is 3"):
            revio.links[index]

    for _ in range(2):
        get(revio)
    assert [call["id"] for call in revio.requests[-2:]] == [call["id"] for call in revio.requests]
    faults = [revio.fail(optional=True) for _ in range(3)]
    assert [rule["id"] for rule in revio.faults[1:]] == [fault.id for fault in faults[1:]]
    assert revio.faults[-1] == faults[-1].shown()


def test_faults_are_equal_if_they_are_the_same_rule(revio: MockRevio) -> None:
    fault = revio.fail(optional=True)
    other = revio.fail(optional=True)
    assert fault == type(fault)(revio._admin, fault.id)
    assert fault != other
    assert fault != fault.id
    assert {fault, other, type(fault)(revio._admin, fault.id)} == {fault, other}
    assert fault in revio.faults
    fault.remove()
    assert fault not in revio.faults
    assert other in revio.faults


def test_parts_are_equal_if_they_are_of_the_same_mock(revio: MockRevio) -> None:
    assert revio.clock == revio.clock
    assert revio.entities == revio.entities
    assert revio.links == revio.links
    assert revio.clock != revio.entities
    with MockRevio() as other:
        assert revio.clock != other.clock
        assert revio.links != other.links


def test_everything_says_what_it_is(revio: MockRevio) -> None:
    assert repr(revio) == f"<MockRevio: {revio.base_url}, in this process>"
    assert repr(MockRevio()) == "<MockRevio: not running>"
    assert repr(revio.links) == "<Links: []>"
    post(revio)
    assert repr(revio.links).startswith("<Links: [{'integration_key_link_id': 1, ")
    assert repr(revio.requests) == "<Requests: [POST /v1/IntegrationKeyLink -> 201]>"
    fault = revio.fail(times=1, match={"method": "DELETE"}, optional=True)
    assert repr(fault) == '<Fault: 1, {"status": 503}, matched 0, fired 0>'
    assert repr(revio.faults) == '<Faults: [1, {"status": 503}, matched 0, fired 0]>'
    revio.clock.freeze("2030-01-02")
    assert repr(revio.clock) == "<MockClock: 2030-01-02T00:00:00.000, frozen>"
    assert "25 CUSTOMER" in repr(revio.entities)
    revio.webhooks.subscribe("http://127.0.0.1:9/hook", "PAYMENT_CREATED")
    assert repr(revio.webhooks) == "<Webhooks: []>"


def test_a_long_list_shows_its_latest_items(revio: MockRevio) -> None:
    for _ in range(12):
        get(revio)
    shown = ", ".join(["GET /v1/SystemStatus -> 200"] * 10)
    assert repr(revio.requests) == f"<Requests: [... 2 earlier, {shown}]>"


def test_what_is_held_of_a_stopped_mock_says_so() -> None:
    with MockRevio() as revio:
        links = revio.links
    assert repr(links).startswith("<Links: not available: ")


def test_completion_offers_the_public_names(revio: MockRevio) -> None:
    assert {"MockRevio", "create_app", "__version__"} <= set(dir(mockrevio))
    for held in (revio, revio.links, revio.entities, revio.clock, revio.fail(optional=True)):
        assert [name for name in dir(held) if name.startswith("_") and not name.startswith("__")] == []
    assert {"links", "fail", "wait_for_call", "allow_errors", "url"} <= set(dir(revio))
    assert {"add", "make", "get", "all", "remove"} <= set(dir(revio.entities))
