"""The value of `--records`."""

from __future__ import annotations

import pytest

from mockrevio.contract.pull.selection import parse_selections
from mockrevio.errors import SettingError


def test_types_and_endpoints_are_named_in_any_case() -> None:
    selections = parse_selections(["customer:200, BILL:ALL", "billprofiles:3"])
    assert [(each.name, each.limit) for each in selections] == [
        ("CUSTOMER", 200),
        ("BILL", None),
        ("BillProfiles", 3),
    ]
    assert [(each.name, each.limit) for each in parse_selections(["Customers:7"])] == [("CUSTOMER", 7)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CUSTOMER", "must be TYPE:N, ENDPOINT:N or TYPE:all, such as CUSTOMER:200,BILL:all"),
        ("CUSTOMER:0", "with N from 1, not 'CUSTOMER:0'"),
        ("CUSTOMER:-1", "not 'CUSTOMER:-1'"),
        ("CUSTOMER:x", "not 'CUSTOMER:x'"),
        ("CUSTOMER:²", "not 'CUSTOMER:²'"),
        (":all", "not ':all'"),
        ("CUSTOMER:1,,BILL:2", "not ''"),
        ("", "not ''"),
        ("CUSTOMRE:5", "unknown entity type or endpoint 'CUSTOMRE'; known: AGENT, CUSTOMER"),
        ("CUSTOMER:5,Customers:all", "CUSTOMER is named twice"),
        ("IntegrationKeyLink:all", "key links with --key-links"),
        ("key_links:all", "key links with --key-links"),
    ],
)
def test_anything_else_is_an_error_that_names_it(text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_selections([text])
    assert str(caught.value).startswith("--records: ")
    assert message in str(caught.value)
