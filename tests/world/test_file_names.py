"""Conversion between client codes and file names."""

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
def test_a_world_name_is_safe_on_every_file_system(client: str, name: str) -> None:
    assert world_name(client) == name
    assert client_code_of(name) == client


@given(CODES)
def test_every_name_is_lowercase_ascii_short_and_reversible(client: str) -> None:
    name = world_name(client)
    assert re.fullmatch(r"([a-z0-9_-]|%[0-9a-f]{2})+", name)
    assert len(f"{name}.jsonl.tmp") < 255
    assert client_code_of(name) == client


@given(CODES, CODES)
def test_names_of_two_client_codes_differ_even_ignoring_case(first: str, second: str) -> None:
    if first != second:
        assert world_name(first).casefold() != world_name(second).casefold()


@pytest.mark.parametrize("name", ["", "default", "Acme", "con", "%41CME", "%4", "a.b", "%ff", "%61cme"])
def test_other_names_have_no_client_code(name: str) -> None:
    assert client_code_of(name) is None
