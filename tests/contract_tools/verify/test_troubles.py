"""Services that fail: verify still reports what differs and nothing else, and leaves nothing behind."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.contract.verify.recording import EXPECTED
from mockrevio.quantities import Limit
from mockrevio.settings.hashes import hash_secret
from mockrevio.settings.kinds import parse_credential
from tests.contract_tools.scripted import Reply, scripted
from tests.contract_tools.verify.altered import (
    Headers,
    altered,
    only_prefixed,
    other_errors,
    with_echoed_secrets,
    without_audits,
    without_paging,
)
from tests.contract_tools.verify.runs import PASSWORD, Verify, left_behind
from tests.support import serving

TROUBLES: dict[str, dict[str, Any]] = {
    "one call in twenty gets a 503": {
        "when": {"probability": 0.05},
        "effect": {"status": 503},
    },
    "one call in twenty gets a 500": {
        "when": {"probability": 0.05},
        "effect": {"status": 500},
    },
    "one create in two is lost after it happened": {
        "match": {"method": "POST"},
        "when": {"every": 2},
        "phase": "after_commit",
        "effect": {"connection": "reset"},
    },
    "one write in three gets a 504 after it happened": {
        "match": {"method": "*", "path": "/v1/IntegrationKeyLink*"},
        "when": {"every": 3},
        "phase": "after_commit",
        "effect": {"status": 504},
    },
    "every PATCH is lost": {
        "match": {"method": "PATCH"},
        "phase": "after_commit",
        "effect": {"connection": "reset"},
    },
    "one connection in twenty is reset": {
        "when": {"probability": 0.05},
        "effect": {"connection": "reset"},
    },
    "bodies are cut off now and then": {
        "when": {"probability": 0.03},
        "phase": "after_commit",
        "effect": {"connection": "truncate"},
    },
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_random_trouble_is_no_difference(verify: Verify, trouble: str) -> None:
    with serving(seed=7) as client:
        fault = {"match": {"path": "/v1/*"}, **TROUBLES[trouble]}
        assert client.post("/__admin/faults", json=fault).status_code == 201
        ran = verify(client.url, write=True, against=EXPECTED)
        assert (ran.status, ran.differing, ran.report["problems"]) == (0, [], [])
        assert len(ran.checked) > 70
        assert left_behind(client) == []


def test_a_rate_limit_is_waited_for(verify: Verify) -> None:
    with serving(rate_limit=Limit.parse("100/60")) as client:
        verify.sleep = lambda seconds: client.put("/__admin/clock", json={"advance": f"{seconds}s"})
        ran = verify(client.url, write=True, against=EXPECTED)
        assert (ran.status, ran.differing) == (0, [])
        assert "it says that the rate limit is exceeded" in ran.err
        assert left_behind(client) == []


def test_a_service_that_dies_in_the_midst_leaves_links_that_the_report_names(verify: Verify) -> None:
    with serving() as client:
        fault = {"match": {"path": "/v1/*"}, "when": {"skip": 40}, "effect": {"connection": "reset"}}
        client.post("/__admin/faults", json=fault)
        ran = verify(client.url, write=True, against=EXPECTED)
        (link,) = left_behind(client)
    assert ran.status == 2
    assert f"delete key link {link['integration_key_link_id']}: curl -X DELETE" in ran.err
    assert link["external_id"] in ran.err
    assert "does not respond to" in ran.err
    assert ran.report["problems"]


def test_a_service_that_dies_for_a_while_is_waited_for(verify: Verify) -> None:
    with serving() as client:
        fault = {
            "match": {"path": "/v1/*"},
            "when": {"skip": 40, "times": 4},
            "effect": {"connection": "reset"},
        }
        client.post("/__admin/faults", json=fault)
        ran = verify(client.url, write=True, against=EXPECTED)
        assert (ran.status, ran.differing) == (0, [])
        assert left_behind(client) == []


def test_an_empty_tenant_has_nothing_to_look_at(verify: Verify, tmp_path: Path) -> None:
    nothing: dict[str, Any] = {
        "integration_systems": [],
        "integration_entity_types": [],
        "entities": {},
        "records": {},
    }
    fixture = tmp_path / "nothing.json"
    fixture.write_text(json.dumps({"schema": 1, **nothing}), "utf-8")
    for name in ("empty", str(fixture)):
        with serving(fixture=(name,)) as client:
            ran = verify(client.url, write=True, against=EXPECTED)
            assert (ran.status, ran.differing) == (0, [])
            reason = ran.rule("create.answer")["reason"]
            assert reason == "there are no customers, and no other records that a key link can point at"
            assert "auth.basic" in ran.checked


def test_a_user_who_may_not_write(verify: Verify) -> None:
    with serving(credentials=_credentials("GET")) as client:
        ran = verify(client.url, write=True, against=EXPECTED)
        assert ran.status == 2
        assert ran.differing == []
        assert "--write: creating a key link gets a 403" in ran.err
        assert "creating a key link gets a 403" in ran.rule("create.answer")["reason"]
        assert "search.field" in ran.checked


def _credentials(methods: str) -> tuple[Any, ...]:
    return (parse_credential(f"sync@acme:{PASSWORD}:{methods}"),)


def test_wrong_credentials(verify: Verify) -> None:
    with serving(credentials=_credentials("GET")) as client:
        ran = verify(client.url, username="other@acme")
    assert ran.status == 2
    assert "responds with a 401" in ran.err
    assert "Check --username and the variable that --password-env names" in ran.err
    assert ran.out == ""


def test_a_subscription_key_that_is_missing_or_wrong(verify: Verify) -> None:
    with serving(subscription_key=(hash_secret("key-0123456789"),)) as client:
        for key in (None, "key-9876543210"):
            ran = verify(client.url, key=key)
            assert ran.status == 2
            assert "Check --subscription-key-env" in ran.err
        ran = verify(client.url, key="key-0123456789", against=EXPECTED)
        assert (ran.status, ran.differing) == (0, [])
        assert {"gateway.missing_key", "gateway.order", "gateway.bodies"} <= ran.checked


@pytest.mark.parametrize(
    ("before", "rule"), [(only_prefixed, "search.prefix"), (without_audits, "record.endpoints")]
)
def test_another_behaviour_is_one_difference(verify: Verify, before: Any, rule: str) -> None:
    with altered(before=before) as client:
        ran = verify(client.url, write=True, against=EXPECTED)
        assert left_behind(client) == []
    assert ran.differing == [rule]


def test_a_service_that_ignores_paging(verify: Verify) -> None:
    with altered(before=without_paging) as client:
        ran = verify(client.url, write=True, against=EXPECTED)
        assert ran.differing == ["page.invalid", "page.past_end", "page.size"]
        assert left_behind(client) == []


def test_another_body_of_errors(verify: Verify) -> None:
    with altered(other_errors) as client:
        ran = verify(client.url, write=True)
        assert left_behind(client) == []
    assert ran.differing == ["error.shape", "error.codes"]
    assert ran.report["settings"] == {"error_shape": "object"}
    assert ran.report["no_setting_for"] == ["error.codes"]


def test_a_create_whose_answer_has_no_id(verify: Verify) -> None:
    def without_id(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
        return status, headers, b'{"ok": true}' if status.startswith("201") else body

    with altered(without_id) as client:
        ran = verify(client.url, write=True, against=EXPECTED)
        assert left_behind(client) == []
    assert ran.differing == ["create.answer"]


def test_a_service_that_neither_deletes_nor_restores(verify: Verify) -> None:
    with serving() as client:
        for method, skip in (("DELETE", 0), ("PUT", 20)):  # the last PUT changes the external id
            fault = {"match": {"method": method}, "when": {"skip": skip}, "effect": {"status": 403}}
            client.post("/__admin/faults", json=fault).raise_for_status()
        ran = verify(client.url, write=True, against=EXPECTED)
        left = client.get("/__admin/state").json()["key_links"]
    assert ran.status == 2
    assert any("mockrevio" not in link["external_id"] for link in left)
    for link in left:
        number = link["integration_key_link_id"]
        assert f"key link {number} (external_id {link['external_id']}) is left; delete it: curl" in ran.err


def test_a_response_of_another_form_is_the_reason_why_a_rule_is_not_checked(verify: Verify) -> None:
    def with_texts(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
        return status, headers, body.replace(b'"finance":{', b'"finance":"Smith","other":{')

    with altered(with_texts) as client:
        ran = verify(client.url, against=EXPECTED)
    assert ran.differing == ["record.endpoints"]  # there is another field
    reason = "a response has another form than those of Rev.io's API (AttributeError)"
    assert ran.rule("search.nested")["reason"] == reason


def test_html_is_no_api(verify: Verify) -> None:
    page = Reply(200, headers={"Content-Type": "text/html"})
    with scripted(page) as service:
        ran = verify(service.url, write=True)
    assert ran.status == 2
    assert "is not Rev.io's API" in ran.err
    assert "Check --url" in ran.err
    assert len(service.received) == 1


def test_nothing_listens(verify: Verify) -> None:
    ran = verify("http://127.0.0.1:1", junit=verify.folder / "junit.xml")
    assert ran.status == 2
    assert "does not respond" in ran.err
    assert "<error" in (verify.folder / "junit.xml").read_text("utf-8")


def test_no_secret_is_printed_or_stored(verify: Verify) -> None:
    key = "key-0123456789-abcdef"
    names = ("junit", "save", "write_config")
    files: dict[str, Any] = {name: verify.folder / f"{name}.out" for name in names}
    with altered(with_echoed_secrets) as client:
        ran = verify(client.url, key=key, write=True, **files)
        assert left_behind(client) == []
    written = [path.read_text("utf-8") for path in verify.folder.iterdir() if path.is_file()]
    secrets = [PASSWORD, key, base64.b64encode(f"sync@acme:{PASSWORD}".encode()).decode()]
    for text in (ran.out, ran.err, *written):
        assert text
        assert not any(secret in text for secret in secrets)
    assert "Basic ***" in ran.out  # it did look at what the service repeats
