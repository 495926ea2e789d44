"""MockRevio with unittest: one server for the class, a clean world for each test.

python -m unittest
"""

from __future__ import annotations

import unittest
from typing import Any

import requests

from mockrevio import MockRevio


def link_account(url: str, credentials: tuple[str, str], customer_id: int, account_id: str) -> int:
    """The code under test: link a customer to a Salesforce account; one more attempt after a 503."""
    link: dict[str, Any] = {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": customer_id,
        "external_id": account_id,
    }
    for _ in range(2):
        answer = requests.post(f"{url}/IntegrationKeyLink", json=link, auth=credentials, timeout=10)
        if answer.status_code != 503:
            break
    answer.raise_for_status()
    return int(answer.json()["id"])


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

    def test_an_account_is_linked(self) -> None:
        self.assertEqual(self.link(), 1)
        self.assertEqual([each["internal_id"] for each in self.revio.links], [1015])

    def test_one_failure_is_outlasted(self) -> None:
        self.revio.fail(times=1, method="POST")
        self.link()
        self.revio.assert_called(method="POST", path="/v1/IntegrationKeyLink", times=2)

    def test_two_failures_are_not(self) -> None:
        self.revio.fail(times=2, method="POST")
        with self.assertRaises(requests.HTTPError):
            self.link()
        self.assertEqual(len(self.revio.links), 0)

    def test_a_customer_that_does_not_exist_is_not_linked(self) -> None:
        with self.assertRaises(requests.HTTPError):
            self.link(customer_id=4711)


if __name__ == "__main__":
    unittest.main()
