"""The story of the demo: what its scenes do, and that it goes on whatever happens to the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from mockrevio.demo.billing import KEPT_RECORDS
from mockrevio.demo.outage import DOWN, LOST, SLOW
from mockrevio.demo.receiver import receiving
from mockrevio.demo.stage import Stage
from mockrevio.demo.steps import Answer, Caption, play
from mockrevio.demo.story import story
from mockrevio.demo.sync import KEPT_LINKS
from mockrevio.quantities import Limit
from mockrevio.settings import Settings
from mockrevio.settings.kinds import parse_credential
from tests.demo.common import Playing
from tests.support import Client, serving

ROUND = ["sync", "crm", "outage", "recovery", "night"]
LINKS = "/v1/IntegrationKeyLink"


@pytest.fixture(scope="module")
def hook() -> Iterator[str]:
    with receiving() as url:
        yield url


@pytest.fixture(scope="module")
def played(hook: str) -> Iterator[Playing]:
    """One round."""
    with serving(fixture=("demo",), seed=1) as client:
        playing = Playing(client, hook)
        playing.run(1)
        yield playing


def requests_of(client: Client) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.get("/__admin/requests").json()["requests"]
    return listed


def test_a_round_has_all_scenes_in_order(played: Playing) -> None:
    assert played.scenes == [*ROUND, "sync"]


def test_the_sync_job_meets_what_sync_jobs_meet(played: Playing) -> None:
    assert {201, 400, 503, None} <= played.statuses("POST", LINKS)  # created, duplicate, down, lost
    assert {200, 404, 503} <= played.statuses("GET", "/v1/Customers/") | played.statuses("GET", LINKS)
    assert 200 in played.statuses("PUT", f"{LINKS}/")
    assert played.statuses("PATCH") >= {200, 404}


def test_every_client_has_its_own_identity(played: Playing) -> None:
    calls = requests_of(played.client)
    assert {call["client"] for call in calls} == {"acme"}
    agents = {call["headers"]["user-agent"].partition("/")[0] for call in calls}
    assert agents == {"SalesforceConnector", "NetSuite", "billing-portal", "uptime-monitor"}


def test_clients_retry_during_the_outage_with_a_growing_back_off(played: Playing) -> None:
    fired = {call["fault"] for call in requests_of(played.client) if call["fault"]}
    assert all(any(name in text for text in fired) for name in (SLOW, DOWN, LOST))
    calls = [(call, answer.status) for call, answer in played.answers]
    assert any(
        status == 503 and (call, 200) in calls[index + 1 : index + 10]
        for index, (call, status) in enumerate(calls)
    )


def test_an_answer_lost_after_the_write_leads_to_a_search_and_not_to_a_second_write(played: Playing) -> None:
    (lost,) = [call for call, answer in played.answers if call.method == "POST" and answer.status is None]
    body: Any = lost.body
    assert sum(call == lost and answer.status == 201 for call, answer in played.answers) == 0
    found = played.client.get(LINKS, params={"external_id": body["external_id"]}).json()
    assert found["record_count"] == 1
    assert any(isinstance(step, Caption) and "no second POST is needed" in step.text for step in played.steps)


def test_no_rule_is_left_when_the_outage_is_over(played: Playing) -> None:
    assert played.client.get("/__admin/faults").json()["faults"] == []


def test_changes_are_notified(played: Playing) -> None:
    deliveries = played.client.get("/__admin/webhooks").json()["deliveries"]
    assert {"CUSTOMER_UPDATED", "PAYMENT_CREATED"} <= {each["event_type"] for each in deliveries}
    assert {each["status"] for each in deliveries} <= {"delivered", "pending"}


def test_the_same_seed_tells_the_same_story(hook: str) -> None:
    stories = []
    for seed in (7, 7, 8):
        with serving(fixture=("demo",), seed=seed, clock=datetime(2026, 1, 5, tzinfo=UTC)) as client:
            playing = Playing(client, hook, seed)
            playing.run(1)
            stories.append(playing.steps)
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


def test_the_data_do_not_grow_over_20_rounds(hook: str) -> None:
    """And what was there at the start is kept."""
    made = []
    with serving(fixture=("demo",), seed=1) as client:
        before = _ids(client)

        def count(caption: Caption) -> None:
            if "starts its nightly sync" in caption.text:
                now = _ids(client)
                assert all(before[name] <= now[name] for name in before)
                made.append({name: len(now[name] - before[name]) for name in before})

        playing = Playing(client, hook, on_caption=count)
        playing.run(20)
    assert len(made) == 21
    assert made[20]["Payments"] == made[20]["Notes"] == made[20]["Tickets"] == KEPT_RECORDS
    assert max(each["Payments"] for each in made) == KEPT_RECORDS
    assert KEPT_LINKS <= max(each["IntegrationKeyLink"] for each in made) <= KEPT_LINKS + 20
    assert made[20]["Users"] <= 4  # one for each login


def _ids(client: Client) -> dict[str, set[int]]:
    ids = {}
    for name, field in (
        ("Payments", "payment_id"),
        ("Notes", "note_id"),
        ("Tickets", "ticket_id"),
        ("Users", "user_id"),
        ("Customers", "customer_id"),
    ):
        entities = client.get(f"/__admin/entities/{'CUSTOMER' if name == 'Customers' else name}").json()
        ids[name] = {each[field] for each in entities["entities"]}
    links = client.get("/__admin/key_links").json()["key_links"]
    return ids | {"IntegrationKeyLink": {each["integration_key_link_id"] for each in links}}


@pytest.mark.parametrize("scene", ["crm", "outage", "recovery"])
def test_a_reset_in_the_middle_starts_the_story_over(scene: str, hook: str) -> None:
    with serving(fixture=("demo",), seed=1) as client:

        def reset(caption: Caption) -> None:
            if caption.scene == scene and playing.rounds == 1:
                assert client.post("/__admin/reset").status_code == 200

        playing = Playing(client, hook, on_caption=reset)
        playing.run(2)
        assert playing.scenes == [*ROUND[: ROUND.index(scene) + 1], "demo", *ROUND, "sync"]
        (receiver,) = client.get("/v1/WebhookReceivers").json()["records"]
        assert receiver["url"] == hook


def test_a_rule_that_a_restored_snapshot_brings_back_is_removed_before_the_next_round(hook: str) -> None:
    with serving(fixture=("demo",), seed=1) as client:
        rules: list[int] = []

        def interfere(caption: Caption) -> None:
            if "breaks after a write" in caption.text and playing.rounds == 1:
                client.post("/__admin/faults", json={"name": DOWN, "effect": {"status": 503}})
                assert client.put("/__admin/snapshots/during").ok
            elif caption.scene == "night" and playing.rounds == 1:
                assert client.post("/__admin/snapshots/during/restore").ok
                rules.append(client.get("/__admin/faults").json()["count"])
            elif playing.rounds == 2:
                rules.append(client.get("/__admin/faults").json()["count"])

        playing = Playing(client, hook, on_caption=interfere)
        playing.run(1)
        assert rules == [1, 0]


def test_a_fault_of_the_presenter_does_not_stop_the_story(hook: str) -> None:
    with serving(fixture=("demo",), seed=1) as client:
        for effect in ({"preset": "broken_json"}, {"connection": "reset"}, {"preset": "html_error"}):
            rule = {"when": {"probability": 0.3}, "effect": effect}
            assert client.post("/__admin/faults", json=rule).status_code == 201
        playing = Playing(client, hook)
        playing.run(1)
        assert playing.scenes[-1] == "sync"
        assert len(client.get("/__admin/faults").json()["faults"]) == 3  # it removes its own rules only


@pytest.mark.parametrize(
    "options",
    [
        {"fixture": ("empty",)},
        {"fixture": ("demo",), "isolate_clients": True, "admin_token": "token"},
        {"fixture": ("demo",), "credentials": (parse_credential("ann@acme:secret"),)},
        {"fixture": ("demo",), "rate_limit": Limit(20, 60)},
    ],
    ids=["no records", "isolated", "credentials", "rate limit"],
)
def test_the_story_is_played_under_other_settings(options: dict[str, Any], hook: str) -> None:
    with serving(**options) as client:
        playing = Playing(client, hook, settings=Settings(ephemeral=True, **options))
        playing.run(1)
        assert 401 not in {answer.status for _, answer in playing.answers}
        assert playing.scenes[-1] == "sync"


def test_a_server_that_rejects_everything_does_not_stop_the_story(hook: str) -> None:
    captions: list[Caption] = []
    play(
        story(Stage(Random(1)), hook),
        send=lambda _: Answer(500),
        announce=captions.append,
        wait=lambda _: "starts its nightly sync" in captions[-1].text and len(captions) > 1,
    )
    assert [caption.scene for caption in captions if caption.scene in ROUND][-2:] == ["night", "sync"]
