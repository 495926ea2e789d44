"""Receivers that speak HTTPS."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from mockrevio import MockRevio
from tests.receivers import receiving
from tests.revio.webhooks.common import pay, wait_until_attempted

trustme = pytest.importorskip("trustme", reason="comes with the extra tls")


def tls_context(*names: str) -> ssl.SSLContext:
    """A server's context with a certificate of an authority that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(*names).configure_cert(context)
    return context


def test_a_receiver_on_this_machine_may_have_any_certificate(mock: MockRevio) -> None:
    with receiving(tls_context("somebody.test")) as receiver:
        assert receiver.url.startswith("https://")
        mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
        pay(mock)
        mock.webhooks.assert_delivered()
        assert len(receiver.events()) == 1


def test_another_receiver_needs_a_valid_one(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo

    def resolve_to_here(host: str, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == "receiver.test" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_to_here)
    with (
        receiving(tls_context("receiver.test")) as receiver,
        MockRevio(fixture="empty", webhook_host="receiver.test") as mock,
    ):
        url = receiver.url.replace("127.0.0.1", "receiver.test")
        mock.webhooks.subscribe(url, "PAYMENT_CREATED")
        pay(mock)
        [attempt] = wait_until_attempted(mock, 1)["attempts"]
        assert "certificate verify failed" in str(attempt["error"])
        assert not receiver.received
