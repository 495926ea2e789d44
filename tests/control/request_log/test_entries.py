"""What an entry of the log shows."""

from __future__ import annotations

from dataclasses import replace

from mockrevio.control.faults.decisions import Cause
from mockrevio.control.request_log import LoggedResponse, RequestLog
from tests.control.request_log.common import answer, make_entry


def test_a_summary_of_a_call_in_progress() -> None:
    entry = make_entry("POST", body=b'{"a": 1}')
    entry.request = replace(entry.request, query_string="a=1&subscription-key=sesame&a=2")
    assert list(entry.summary().items()) == [
        ("id", entry.id),
        ("at", "2030-01-02T12:00:00.000"),
        ("client", "acme"),
        ("method", "POST"),
        ("path", "/v1/SystemStatus"),
        ("query", "a=1&subscription-key=***&a=2"),
        ("status", None),
        ("delivered", None),
        ("duration_ms", None),
        ("fault", None),
        ("explain", None),
        ("assumed", []),
        ("client_left", False),
        ("in_progress", True),
    ]


def test_a_summary_of_an_answered_call() -> None:
    log, entry = RequestLog(10), make_entry()
    log.begin(entry)
    log.update(entry, causes=[Cause("fault 1", 1)])
    log.finish(entry, response=answer(503), duration=0.0123456)
    summary = entry.summary()
    assert (summary["status"], summary["duration_ms"], summary["in_progress"]) == (503, 12.346, False)
    assert summary["fault"] == "fault 1"


def test_a_summary_names_the_assumed_rules_that_decided() -> None:
    log, entry = RequestLog(10), make_entry()
    log.begin(entry)
    log.finish(entry, response=answer(400), duration=1, behaviours=["error.shape", "link.duplicate"])
    assert entry.summary()["assumed"] == ["link.duplicate"]


def test_a_summary_says_how_a_response_was_broken() -> None:
    log, entry = RequestLog(10), make_entry()
    log.begin(entry)
    log.finish(entry, response=LoggedResponse(None, (), b"", 0, "reset"), duration=1)
    assert (entry.summary()["status"], entry.summary()["delivered"]) == (None, "reset")


def test_a_response_that_is_being_sent_is_in_progress() -> None:
    log, entry = RequestLog(10), make_entry(sending=True)
    log.begin(entry)
    log.finish(entry, response=answer(), duration=1)
    assert entry.summary()["in_progress"]
