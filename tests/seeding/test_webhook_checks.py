"""Warnings about the webhook receivers and subscriptions of a fixture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.seeding.fixtures import load_fixture
from tests.load_settings import load

RECEIVER = {"webhook_receiver_id": 1, "url": "http://localhost:9/hook", "status": "ACTIVE"}
SUBSCRIPTION = {"webhook_subscription_id": 1, "event_type": "PAYMENT_CREATED", "webhook_receiver_id": 1}


def warnings_of(folder: Path, *, hosts: tuple[str, ...] = (), **records: Any) -> list[str]:
    path = folder / "mine.json"
    path.write_text(json.dumps({"records": records}), encoding="utf-8")
    fixture = load_fixture(["empty", str(path)], load({"webhook_host": hosts}))
    return [str(warning).removeprefix(f"{path}: ") for warning in fixture.warnings]


def test_records_that_work_get_no_warning(tmp_path: Path) -> None:
    assert not warnings_of(tmp_path, WebhookReceivers=[RECEIVER], WebhookSubscriptions=[SUBSCRIPTION])
    elsewhere = {**RECEIVER, "url": "https://a.example.test/x"}
    assert not warnings_of(tmp_path, hosts=("*.example.test",), WebhookReceivers=[elsewhere])


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "http://example.test/x",
            "example.test is not this machine, and webhooks may not call other hosts; allow",
        ),
        ("ftp://localhost/x", "a webhook's URL must start with http:// or https://"),
        ("http://u@localhost/", "a webhook's URL must not contain a user name"),
        ("", "a webhook's URL must have at most 2000 printable ASCII characters"),
        (None, "a webhook's URL must have at most 2000 printable ASCII characters"),
    ],
)
def test_a_url_that_may_not_be_called_gets_a_warning(tmp_path: Path, url: str | None, message: str) -> None:
    record = {**RECEIVER, "url": url}
    [warning] = warnings_of(tmp_path, WebhookReceivers=[RECEIVER, {**record, "webhook_receiver_id": 2}])
    assert warning.startswith(f"records.WebhookReceivers[1].url: {message}")


def test_an_unknown_event_type_gets_a_warning(tmp_path: Path) -> None:
    unknown = [
        {**SUBSCRIPTION, "webhook_subscription_id": number, "event_type": name}
        for number, name in enumerate(("PAYMENT_CREATED", "PAYMENT_CREATE", "payment_created", "??"), start=1)
    ]
    warnings = warnings_of(tmp_path, WebhookReceivers=[RECEIVER], WebhookSubscriptions=unknown)
    assert [warning.partition(", so")[0] for warning in warnings] == [
        f"records.WebhookSubscriptions[{index}].event_type: unknown event type {name!r}"
        for index, name in ((1, "PAYMENT_CREATE"), (2, "payment_created"), (3, "??"))
    ]
    assert [warning.endswith("nearest PAYMENT_CREATED") for warning in warnings] == [True, True, False]
