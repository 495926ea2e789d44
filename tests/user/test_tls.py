"""With `mockrevio[tls]`: a mock that serves HTTPS with a certificate of its own."""

from __future__ import annotations

import json
import ssl
import urllib.request
from pathlib import Path

import cryptography  # noqa: F401 (what the extra installs)

from mockrevio import MockRevio
from tests.user.common import basic


def test_a_client_that_trusts_the_authority_of_the_mock_calls_it(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with MockRevio(tls="auto", tls_ca_out=authority) as revio:
        context = ssl.create_default_context(cafile=str(authority))
        call = urllib.request.Request(f"{revio.url}/Customers/1015", headers=basic(revio))  # noqa: S310
        with urllib.request.urlopen(call, timeout=10, context=context) as answer:  # noqa: S310
            assert json.load(answer)["customer_id"] == 1015
