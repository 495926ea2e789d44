"""What replaces a text of each kind."""

from __future__ import annotations

import base64
import math
import re
import sys

import pytest

from mockrevio.contract.personal_data.kinds import KEPT, Kind
from mockrevio.contract.personal_data.replacements import Replacements

MADE_UP = Replacements(b"a key")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in KEPT])
@pytest.mark.parametrize("text", ["Jane Doe", "x", "4111 1111 1111 1111", "Zürich\n", "@", "a" * 255, "+"])
def test_any_text_of_any_kind_has_a_replacement_that_fits(kind: Kind, text: str) -> None:
    new = MADE_UP.text(kind, text)
    assert new == Replacements(b"a key").text(kind, text)
    assert 0 < len(new) <= 255
    assert new != text or not any(map(str.isalnum, text))


@pytest.mark.parametrize(
    ("number", "form"),
    [
        ("2055550144", r"[2-9]\d\d55501\d\d"),
        ("(205) 341-1234", r"\([2-9]\d\d\) 555-01\d\d"),
        ("+1 205.341.1234", r"\+1 [2-9]\d\d\.555\.01\d\d"),
        ("341-1234", r"555-01\d\d"),
        ("205-341-1234 x55", r"[2-9]\d\d-555-01\d\d x\d\d"),
        ("539", r"\d\d\d"),
    ],
)
def test_a_telephone_number_comes_from_the_range_for_fiction_and_keeps_its_form(
    number: str, form: str
) -> None:
    assert re.fullmatch(form, MADE_UP.text(Kind.PHONE, number))


def test_the_same_number_in_another_form_is_the_same_number() -> None:
    forms = ("2053411234", "(205) 341-1234", "+1 205 341 1234")
    numbers = {re.sub(r"\D", "", MADE_UP.text(Kind.PHONE, form))[-10:] for form in forms}
    assert len(numbers) == 1


def test_an_address_is_at_a_host_that_nobody_can_own_and_lists_stay_lists() -> None:
    new = MADE_UP.text(Kind.EMAIL, "jane@acme.com; Bob <bob@acme.com>")
    assert re.fullmatch(r"[a-z.]+@example\.(com|org|net); [a-z.]+@example\.(com|org|net)", new)
    assert MADE_UP.text(Kind.EMAIL, "jane@acme.com") == new.partition(";")[0]


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (Kind.VOCABULARY, "a"),
        (Kind.VOCABULARY, "a@"),
        (Kind.VOCABULARY, "1"),
        (Kind.PHONE, " 1"),
        (Kind.EMAIL, "a"),
        (Kind.UNKNOWN, "://"),
        (Kind.CODE, "a"),
    ],
)
def test_a_very_long_text_takes_no_longer_than_its_length(kind: Kind, part: str) -> None:
    """With a search whose time is not linear, or permuting it as a whole, this would take minutes."""
    assert len(MADE_UP.text(kind, part * 40_000)) > 0


def test_a_full_name_is_replaced_like_its_parts() -> None:
    first, last = MADE_UP.text(Kind.FIRST_NAME, "Jane"), MADE_UP.text(Kind.LAST_NAME, "Doe")
    assert (
        MADE_UP.text(Kind.PERSON, "Jane Doe") == MADE_UP.text(Kind.PARTY, "Jane Q. Doe") == f"{first} {last}"
    )
    assert MADE_UP.text(Kind.PERSON, "Doe, Jane") == f"{last}, {first}"


def test_a_company_is_the_same_wherever_a_name_may_be_a_company() -> None:
    new = MADE_UP.text(Kind.COMPANY, "Smith & Sons")
    assert MADE_UP.text(Kind.PERSON, "Smith & Sons") == MADE_UP.text(Kind.PARTY, "Smith & Sons") == new
    assert MADE_UP.text(Kind.COMPANY, "SMITH  & SONS") == new.upper()


def test_vocabulary_stays_except_for_what_reaches_somebody() -> None:
    assert MADE_UP.text(Kind.VOCABULARY, "Hosted PBX Seat, Executive") == "Hosted PBX Seat, Executive"
    new = MADE_UP.text(Kind.VOCABULARY, "Ask jane@acme.com or 205-341-1234, see https://acme.com/jane")
    form = r"Ask [a-z.]+@example\.\w+ or \d{3}-555-01\d\d, see https://host-\w{8}\.example\.com/[a-z]{4}"
    assert re.fullmatch(form, new)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("yes", "yes"),
        ("PO-193416", r"[A-Z]{2}-\d{6}"),
        ("jane@acme.com", r".+@example\.(com|org|net)"),
        ("1969-07-06", r"19(6|7)\d-\d\d-\d\d"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00"),
        (
            "https://acme.com/T1/secret?key=1",
            r"https://host-\w{8}\.example\.com/[A-Z]\d/[a-z]{6}\?[a-z]{3}=\d",
        ),
        ("2053411234", r"\d{3}55501\d\d"),
        ("Ask for Jane at the desk", r"[A-Za-z. ]{24}"),
        ("write to jane@acme.com", r"[A-Za-z. ]{22}"),
    ],
)
def test_a_value_of_unknown_kind_keeps_its_form(value: str, form: str) -> None:
    assert re.fullmatch(form, MADE_UP.text(Kind.UNKNOWN, value))


def test_an_address_of_a_web_hook_hides_host_path_and_credentials() -> None:
    new = MADE_UP.text(Kind.URL, "https://user:pw@hooks.acme.com:8443/T0AB/9f?x=1")
    assert re.fullmatch(r"https://host-\w{8}\.example\.com:8443/[A-Z]\d[A-Z]{2}/\d[a-z]\?[a-z]=\d", new)
    assert MADE_UP.text(Kind.URL, "http://[bad") != "http://[bad"
    assert MADE_UP.text(Kind.URL, "http://acme.com:99999999/") == "https://example.com/"


def test_addresses_keep_their_form() -> None:
    assert re.fullmatch(r"Suite \d{3}", MADE_UP.text(Kind.UNIT, "Suite 678"))
    assert re.fullmatch(r"Suite \d{3}", MADE_UP.text(Kind.UNIT, "c/o Jane Doe"))
    assert re.fullmatch(r"\d+ [A-Z].+", MADE_UP.text(Kind.STREET, "12 Main St"))
    assert re.fullmatch(r"9\d{4}-\d{4}", MADE_UP.text(Kind.POSTAL_CODE, "94103-1234"))


def test_a_free_text_keeps_its_length_and_html_stays_html() -> None:
    assert re.fullmatch(r"[A-Za-z. ]{31}", MADE_UP.text(Kind.FREE_TEXT, "Jane Doe called about her bill."))
    html = '<div class="x">Dear <b>Jane</b></div>'
    assert re.fullmatch(rf"<p>[A-Za-z. ]{{{len(html) - 7}}}</p>", MADE_UP.text(Kind.FREE_TEXT, html))
    assert len(MADE_UP.text(Kind.FREE_TEXT, "<p>x")) >= 4


def test_a_file_keeps_its_extension_and_its_size() -> None:
    assert re.fullmatch(r"file-\w{8}\.pdf", MADE_UP.text(Kind.FILE_NAME, "Jane Doe contract.pdf"))
    content = base64.b64encode(b"%PDF Jane Doe" * 9).decode()
    assert len(base64.b64decode(MADE_UP.text(Kind.FILE_CONTENT, content), validate=True)) == 13 * 9


def test_numbers_keep_their_sign_and_their_digits() -> None:
    assert MADE_UP.integer(0) == 0
    assert len(str(MADE_UP.integer(-123456789))) == 10
    assert MADE_UP.decimal(0.0) == 0
    assert 1 <= -MADE_UP.decimal(-7.25) < 10
    assert MADE_UP.decimal(1e-300) == 0
    assert -90 <= MADE_UP.coordinate(40.7127) <= 90
    assert MADE_UP.coordinate(40.7127) != 40.7127


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_stays(number: float) -> None:
    assert repr(MADE_UP.decimal(number)) == repr(number)


@pytest.mark.parametrize("number", [1e-20, 1e22, -1.7e308, sys.float_info.max])
def test_numbers_beyond_all_sense_stay_numbers(number: float) -> None:
    assert math.isfinite(MADE_UP.decimal(number))
