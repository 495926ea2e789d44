"""Strict checks without pytest."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, CheckFailed
from tests.testing.common import get, post


def test_a_check_is_not_strict_by_default(revio: MockRevio) -> None:
    get(revio, "Custmers")
    revio.check()


@pytest.mark.parametrize("strict", ["calls", "all"])
def test_unexpected_errors_fail_a_strict_check(revio: MockRevio, strict: str) -> None:
    get(revio, "Custmers")
    with pytest.raises(CheckFailed, match="1 call failed with an error that the test does not expect"):
        revio.check(strict=strict)  # type: ignore[arg-type]  # one of the two
    revio.check(strict="assumed")


def test_errors_of_faults_are_expected(revio: MockRevio) -> None:
    revio.fail(status=404, times=1)
    get(revio)
    revio.faults.add({"status": 400}, phase="after_commit", when={"times": 1})
    post(revio)
    revio.check(strict="all")


def test_allowed_errors_are_expected_until_the_reset(revio: MockRevio) -> None:
    revio.allow_errors(404, 405, path="/v1/Cust*")
    get(revio, "Custmers")
    revio.check(strict="calls")
    get(revio, "Agents/9")
    with pytest.raises(CheckFailed, match="GET /v1/Agents/9 -> 404") as caught:
        revio.check(strict="calls")
    assert "Custmers" not in str(caught.value)
    revio.allow_errors()
    revio.check(strict="calls")
    revio.reset()
    get(revio, "Custmers")
    with pytest.raises(CheckFailed):
        revio.check(strict="calls")


def test_asserting_the_status_of_an_error_expects_it(revio: MockRevio) -> None:
    get(revio, "Agents/9")
    revio.assert_called(path="/v1/Agents/*", status="any")
    revio.assert_called(path="/v1/Bills/*", status=404, times=0)
    with pytest.raises(CheckFailed):
        revio.check(strict="calls")
    revio.assert_called(path="/v1/Agents/*", status="4xx")
    revio.check(strict="calls")


def test_allowed_rules_may_be_relied_on(revio: MockRevio) -> None:
    revio.allow_errors(400)
    for _ in range(2):
        post(revio)
    get(revio, "SystemStatus/")
    with pytest.raises(CheckFailed, match="2 of 3 calls relied on assumed rules"):
        revio.check(strict="all")
    revio.allow_assumed("link.*")
    with pytest.raises(CheckFailed, match="1 of 3 calls relied on assumed rules") as caught:
        revio.check(strict="all")
    assert "link.duplicate" not in str(caught.value)
    revio.allow_assumed("path.trailing_slash")
    revio.check(strict="all")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"match": {"status": "oops"}}, "allow_errors: status: must be a status such as 503"),
        ({"match": {"pth": "/v1/Agents"}}, "allow_errors: pth: unknown, did you mean path?"),
    ],
    ids=["status", "part"],
)
def test_a_mistake_in_allowed_errors_is_an_error_where_it_is_made(
    revio: MockRevio, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AdminCallRefused, match=re.escape(reason)):
        revio.allow_errors(**arguments)
    revio.check(strict="all")
