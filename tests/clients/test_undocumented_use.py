"""What programs do that no documentation expects."""

from __future__ import annotations

import pytest

from mockrevio import MockRevio
from tests.clients.common import CallFailed, RevIo
from tests.support import Client, serving

PAIRS = {
    "id": "a_id",
    "id_repeats": True,
    "methods": ["GET", "POST", "DELETE"],
    "fields": {"a_id": "whole", "b_id": "whole"},
}


def test_an_unset_date_is_found_by_the_value_that_is_shown() -> None:
    with serving(unset_dates="sentinel") as client:
        revio = RevIo(client)
        unset = "0001-01-01T00:00:00"
        found = revio.records("Customers", close_date=unset)
        assert found
        assert {customer["close_date"] for customer in found} == {unset}
        assert len(found) < len(revio.records("Customers"))


def test_a_nested_field_may_be_searched_and_sorted_by_its_whole_name(revio: RevIo) -> None:
    by_name = revio.records("Customers", bill_profile_id=2)
    assert by_name
    assert revio.records("Customers", **{"search.finance.bill_profile_id": 2}) == by_name
    balances = [each["finance"]["balance"] for each in revio.records("Customers", sort="finance.balance")]
    assert balances == sorted(balances)


@pytest.mark.parametrize("fields", [{}, {"customer_id": 0}, {"customer_id": 0, "order_id": None}])
def test_a_note_without_any_parent_is_refused(revio: RevIo, fields: dict[str, int | None]) -> None:
    with pytest.raises(CallFailed, match="customer_id or order_id or request_id or task_id is required"):
        revio.create("Notes", body="x", **fields)


def test_a_repeated_disconnect_keeps_the_date_of_the_first(revio: RevIo) -> None:
    product = revio.create("ServiceProduct", service_id=1001)
    revio.call("DELETE", "ServiceProduct", {"service_product_id": product, "effective_date": "2026-02-01"})
    revio.call("DELETE", "ServiceProduct", {"service_product_id": product})
    assert revio.get(f"ServiceProduct/{product}")["canceled_date"] == "2026-02-01T00:00:00.000"


def test_pairs_are_added_with_their_ids_and_deleted_one_by_one() -> None:
    with MockRevio() as mock, Client(mock.base_url) as client:
        pairs = [{"a_id": 1, "b_id": 1}, {"a_id": 1, "b_id": 2}]
        mock.replace_state({**mock.state, "resources": {"Pairs": PAIRS}, "records": {"Pairs": pairs}})
        revio = RevIo(client)
        assert revio.create("Pairs", a_id=1, b_id=3) == 1
        revio.call("DELETE", "Pairs/1")
        assert revio.records("Pairs") == [{"a_id": 1, "b_id": 2}, {"a_id": 1, "b_id": 3}]


def test_blank_text_does_not_count_as_one_of_several_required_fields() -> None:
    widgets = {
        "id": "widget_id",
        "methods": ["GET", "POST"],
        "required": ["name or alias"],
        "fields": {"widget_id": "whole", "name": "text", "alias": "text"},
    }
    with MockRevio() as mock, Client(mock.base_url) as client:
        mock.replace_state({**mock.state, "resources": {"Widgets": widgets}})
        revio = RevIo(client)
        with pytest.raises(CallFailed, match="name or alias is required"):
            revio.create("Widgets", name="  ", alias="")
        assert revio.create("Widgets", alias="x")
