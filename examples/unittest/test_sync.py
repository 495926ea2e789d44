"""MockRevio with unittest: one server per test class, a clean world for each test.

Run with: python -m unittest
"""

from __future__ import annotations

import unittest
from typing import Any

import requests

from mockrevio import MockRevio


def link_account(url: str, credentials: tuple[str, str], customer_id: int, account_id: str) -> int:
    """The code under test: link a customer to a Salesforce account, with one retry after a 503."""
    link: dict[str, Any] = {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": customer_id,
        "external_id": account_id,
    }
    for _ in range(2):
        response = requests.post(f"{url}/IntegrationKeyLink", json=link, auth=credentials, timeout=10)
        if response.status_code != 503:
            break
    response.raise_for_status()
    return int(response.json()["id"])


class TestLinkAccount(unittest.TestCase):
    revio: MockRevio

    @classmethod
    def setUpClass(cls) -> None:
        cls.revio = cls.enterClassContext(MockRevio())

    def setUp(self) -> None:
        self.revio.reset()

    def tearDown(self) -> None:
        self.revio.check()  # fails the test if a fault never fired

    def link(self, customer_id: int = 1015) -> int:
        return link_account(self.revio.url, self.revio.credentials, customer_id, "0012D00000dAsFzQAK")

    def test_links_an_account(self) -> None:
        self.assertEqual(self.link(), 1)
        self.assertEqual([link["internal_id"] for link in self.revio.links], [1015])

    def test_retries_once_after_a_503(self) -> None:
        self.revio.fail(times=1, method="POST")
        self.link()
        self.revio.assert_called(method="POST", path="/v1/IntegrationKeyLink", times=2)

    def test_gives_up_after_a_second_503(self) -> None:
        self.revio.fail(times=2, method="POST")
        with self.assertRaises(requests.HTTPError):
            self.link()
        self.assertEqual(len(self.revio.links), 0)

    def test_does_not_link_a_missing_customer(self) -> None:
        with self.assertRaises(requests.HTTPError):
            self.link(customer_id=4711)


if __name__ == "__main__":
    unittest.main()
