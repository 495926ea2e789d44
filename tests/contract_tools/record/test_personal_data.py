"""Nothing that a recording writes has a secret, or personal data unless it is to be kept."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.contract.personal_data import Pseudonyms
from mockrevio.contract.record.recording import Recording
from tests.contract_tools.record.common import proxying
from tests.contract_tools.record.recordings import fixture_of, recording
from tests.contract_tools.scripted import Reply, scripted
from tests.support import Client, serving


@pytest.fixture(scope="module")
def mock() -> Iterator[Client]:
    with serving() as client:
        yield client


def test_no_secret_is_written(mock: Client, tmp_path: Path) -> None:
    secrets = ["hunter22", "k-0123456789", "c-abcdef", "jwt.abc"]
    with recording(mock, tmp_path) as (proxied, _):
        proxied.get(
            "/v1/Customers/1001?subscription-key=k-0123456789&api_key=jwt.abc",
            auth=("tester@acme", "hunter22"),
            headers={"Ocp-Apim-Subscription-Key": "k-0123456789", "Cookie": "session=c-abcdef"},
        )
        proxied.get("/v1/Customers?page=x&access_token=jwt.abc", auth=("tester@acme", "hunter22"))
        receiver = proxied.post("/v1/WebhookReceivers", json={"url": "http://127.0.0.1:1/hook"}).json()["id"]
        proxied.post(f"/v1/WebhookReceivers/{receiver}/activate", json={"code": "c-abcdef"})
        proxied.post("/v1/Nothing", json={"password": "hunter22", "x": {"api_key": "k-0123456789"}})
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    secrets += [base64.b64encode(f"tester@acme:{secret}".encode()).decode() for secret in secrets]
    assert not [secret for secret in secrets if secret in written]
    assert written


PERSONAL = ("Zebulon", "Quackenbush", "zebulon@quackenbush.test", "555-0147-99", "17 Zyzzyva Lane")


def personal_traffic(proxied: Client) -> None:
    first, last, email, phone, street = PERSONAL
    customer = proxied.post(
        "/v1/Customers",
        json={"email": email, "status": "ACTIVE", "billing_address": {"first_name": first, "line_1": street}},
    ).json()["id"]
    proxied.get(f"/v1/Customers/{customer}")
    proxied.get("/v1/Customers", params={"search.email": email, "name": last})
    proxied.get("/v1/Customers", params={"search.email": email, "page": "x", "nickname": first})
    proxied.post("/v1/Contacts", json={"customer_id": "x", "name": f"{first} {last}", "phone": phone})
    proxied.patch(f"/v1/Customers/{customer}", json=[{"op": "replace", "path": "/email", "value": email}])
    proxied.patch(f"/v1/Customers/{customer}", json=[{"op": "test", "path": "/email", "value": last}])
    proxied.post("/v1/Notes", json={"customer_id": customer, "body": f"{first} {last} called from {phone}"})
    proxied.get(f"/v1/Nothing/{email}", params={"who": last})
    proxied.post("/v1/Nothing", json={"who": [first, {"at": street}]})
    proxied.post("/v1/Nothing", data=f"who={last}")
    proxied.get(f"/v1/Customers/{last}")
    proxied.get("/v1/Customers", params={"page": last, "sort": f"-{first}"})


def test_personal_data_is_replaced(mock: Client, tmp_path: Path) -> None:
    with recording(mock, tmp_path, Pseudonyms(b"k" * 32)) as (proxied, _):
        personal_traffic(proxied)
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert not [text for text in PERSONAL if text in written]
    (customer,) = fixture_of(tmp_path)["entities"]["CUSTOMER"]
    assert customer["status"] == "ACTIVE"
    assert "@" in customer["email"]


def test_personal_data_is_replaced_in_what_the_mock_does_not_know(tmp_path: Path) -> None:
    first, last, email, phone, street = PERSONAL
    person = {"person_id": 7, "nickname": first, "at": {"street": street}, f"{first} {last}": {"mail": email}}
    page = {"ok": True, "has_more": False, "record_count": 1, "records": [person]}
    output = Recording(tmp_path, Pseudonyms(b"k" * 32))
    replies = (Reply(body=page), Reply(400, {"message": phone}))
    with scripted(*replies) as service, proxying(service.url, output) as proxied:
        proxied.get("/v1/People", params={"nickname": first})
        proxied.get("/v1/People", params={"phone": phone})
    output.save()
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert not [text for text in PERSONAL if text in written]
    assert fixture_of(tmp_path)["records"]["People"][0]["person_id"] == 7


def test_personal_data_may_be_kept(mock: Client, tmp_path: Path) -> None:
    with recording(mock, tmp_path) as (proxied, _):
        personal_traffic(proxied)
    (customer,) = fixture_of(tmp_path)["entities"]["CUSTOMER"]
    assert customer["email"] == PERSONAL[2]
    assert customer["billing_address"]["first_name"] == PERSONAL[0]
