"""Client codes as names of files."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.world.file_names import client_code_of, world_name

CODES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16)


@pytest.mark.parametrize(
    ("client", "name"),
    [
        ("acme", "acme"),
        ("Acme", "%41cme"),
        ("%41cme", "%2541cme"),
        ("a.b", "a%2eb"),
        ("..", "%2e%2e"),
        ("../x", "%2e%2e%2fx"),
        ("a\\b", "a%5cb"),
        ("a\0", "a%00"),
        ("con", "%63on"),
        ("com1", "%63om1"),
        ("default", "%64efault"),
        ("defaults", "defaults"),
        ("é", "%c3%a9"),
        (" ", "%20"),
    ],
)
def test_a_client_code_becomes_a_name_that_is_safe_on_every_file_system(client: str, name: str) -> None:
    assert world_name(client) == name
    assert client_code_of(name) == client


@given(CODES)
def test_every_name_is_plain_lower_case_short_enough_and_leads_back_to_its_client_code(client: str) -> None:
    name = world_name(client)
    assert re.fullmatch(r"([a-z0-9_-]|%[0-9a-f]{2})+", name)
    assert len(f"{name}.jsonl.tmp") < 255
    assert client_code_of(name) == client


@given(CODES, CODES)
def test_no_two_client_codes_share_a_name_whatever_case_a_file_system_sees(one: str, other: str) -> None:
    if one != other:
        assert world_name(one).casefold() != world_name(other).casefold()


@pytest.mark.parametrize("name", ["", "default", "Acme", "con", "%41CME", "%4", "a.b", "%ff", "%61cme"])
def test_a_name_that_no_client_code_has_leads_to_none(name: str) -> None:
    assert client_code_of(name) is None
