"""Recordings: what a service does, without its data, to compare a mock with in CI."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mockrevio.contract.verify.recording import EXPECTED
from tests.contract_tools.verify.altered import altered, other_errors
from tests.contract_tools.verify.runs import PASSWORD, Verify
from tests.support import serving


@pytest.fixture
def recorded(verify: Verify) -> Path:
    """A recording of a mock that allows duplicates."""
    path = verify.folder / "tenant.json"
    with serving(fixture=("demo",), duplicates="allow") as client:
        verify(client.url, write=True, save=path, against=EXPECTED)
    return path


def test_a_recording_differs_from_a_mock_as_its_service_did(verify: Verify, recorded: Path) -> None:
    config = verify.folder / "mockrevio.toml"
    ran = verify(against=recorded, write_config=config)
    assert (ran.status, ran.differing) == (1, ["link.duplicate"])
    assert ran.report["settings"] == {"duplicates": "allow"}
    again = verify(against=recorded, config=config)
    assert (again.status, again.differing) == (0, [])


def test_a_recording_has_nothing_of_the_tenant(verify: Verify, recorded: Path) -> None:
    text = recorded.read_text("utf-8")
    with serving(fixture=("demo",), duplicates="allow") as client:
        customer = client.get("/v1/Customers").json()["records"][0]
        second = verify.folder / "second.json"
        verify(client.url, username="another@tenant", write=True, save=second, against=EXPECTED)
    personal = [customer["billing_address"][name] for name in ("line_1", "city", "postal_code")]
    for found in (PASSWORD, "127.0.0.1", "sync", "acme", "mockrevio-verify-", *personal):
        assert found not in text
    assert second.read_text("utf-8") == text  # whoever asks, and whenever


def test_a_service_is_compared_with_a_recording_of_it(verify: Verify, recorded: Path) -> None:
    with serving(fixture=("demo",)) as client:
        ran = verify(client.url, write=True, against=recorded)
    assert ran.differing == ["link.duplicate"]
    assert ran.report["settings"] == {}


def test_what_was_not_recorded_is_not_checked(verify: Verify) -> None:
    path = verify.folder / "read-only.json"
    with serving() as client:
        verify(client.url, save=path, against=EXPECTED)
    ran = verify(against=path)
    assert (ran.status, ran.differing) == (0, [])
    assert ran.rule("create.answer")["reason"] == "needs --write"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not JSON"),
        ("[]", "is no recording of mockrevio verify"),
        ('{"mockrevio_verify": 1}', "is no recording of mockrevio verify"),
        (
            '{"mockrevio_verify": 9, "observations": {}, "not_observed": {}}',
            "has format 9, not 1; record it again with --save",
        ),
    ],
)
def test_a_file_that_is_no_recording_is_refused(verify: Verify, text: str | None, message: str) -> None:
    path = verify.folder / "bad.json"
    if text is not None:
        path.write_text(text, "utf-8")
    ran = verify(against=path)
    assert ran.status == 2
    assert f"--against: {path}: {message}" in ran.err


def test_junit_names_each_rule(verify: Verify) -> None:
    path = verify.folder / "junit.xml"
    with altered(other_errors) as client:
        verify(client.url, junit=path, against=EXPECTED)
    suite = ElementTree.parse(path).getroot().find("testsuite")  # noqa: S314 (made just now)
    assert suite is not None
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert len(cases) == int(suite.get("tests", "0"))
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert failed == {"error.shape", "error.codes"}
    assert suite.get("failures") == "2"
    failure = cases["error.shape"].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert 'recording: "array"' in failure.text
    skipped = cases["create.answer"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "needs --write"


def test_the_report_has_both_values(verify: Verify) -> None:
    with serving(error_shape="object", fixture=("empty",)) as client:
        ran = verify(client.url)
    lines = ran.out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("differs"))
    assert [line.strip() for line in lines[start + 1 : start + 4]] == [
        "an unknown id",
        'mock:    "array"',
        'service: "object"',
    ]
    assert '    error_shape = "object"' in lines
    assert ran.report["summary"] in lines
    assert json.dumps(ran.report)  # it is JSON
