"""The code of a call, which the live log shows, makes the same call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from tests.console.common import Console
from tests.console.logged_calls import DETAIL, NO_CUSTOMER, call, logged
from tests.programs import PYTEST_OF_A_USER, find, needs

pytestmark = needs("chromium", "chromedriver")


def code(page: Console, language: str) -> str:
    """The code of the open call in a language."""
    page.click(language)
    page.wait_for(language, f"{DETAIL} [role=tab][aria-selected=true]")
    element = page.driver.find_element(By.CSS_SELECTOR, f"{DETAIL} [aria-label='{language} code']")
    return str(element.get_attribute("textContent"))


def run(language: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run code as its reader does."""
    commands = {
        "curl": ["sh", "-c", text],
        "Python": [sys.executable, "-c", text],
        "Node": [str(find("node")), "--input-type=module", "-e", text],
    }
    return subprocess.run(commands[language], capture_output=True, text=True, timeout=60, check=False)


PATCH = '[{"op": "replace", "path": "/status", "value": "Ä"}]'
CALLS: dict[str, dict[str, Any]] = {
    "quotes and letters": {"method": "POST", "path": "/v1/IntegrationKeyLink", "json": NO_CUSTOMER},
    "no body, a name twice": {
        "path": "/v1/Customers",
        "params": {"status": ["A", "it's & more"], "page": "1"},
    },
    "numbers as they are": {
        "method": "POST",
        "path": "/v1/Customers",
        "data": '{"class_id": 1.0, "n": 12345678901234567890}',
        "headers": {"Content-Type": "application/json"},
    },
    "a patch": {
        "method": "PATCH",
        "path": "/v1/Customers/1015",
        "data": PATCH.encode(),
        "headers": {"Content-Type": "application/json-patch+json", "X-Mock-Latency": "1ms"},
    },
    "a form": {
        "method": "POST",
        "path": "/v1/IntegrationKeyLink",
        "data": {"internal_id": "1", "external_id": "@a"},
    },
    "no credentials": {"path": "/v1/Cust omers/ä", "auth": lambda request: request},
}


@needs("node", "curl")
@pytest.mark.parametrize("name", CALLS)
def test_the_code_of_a_call_makes_the_same_call(page: Console, name: str, tmp_path: Path) -> None:
    (request_id,) = call(page.client, **CALLS[name])
    original = logged(page.client, request_id)
    page.open("log", request_id)
    same = ("method", "path", "query", "json", "login", "client")
    for language in ("curl", "Python", "Node"):
        done = run(language, code(page, language))
        assert done.returncode == 0, done.stderr
        latest = page.client.get("/__admin/requests?limit=1").json()["requests"][0]
        assert latest["id"] > request_id
        assert {each: latest[each] for each in same} == {each: original[each] for each in same}, language
        for header in ("content-type", "x-mock-latency"):
            assert latest["headers"].get(header) == original["headers"].get(header), language
        assert latest["response"]["status"] == original["response"]["status"], language
        if original["json"] is None:
            assert latest["body"] == original["body"], language
        assert language == "curl" or str(original["response"]["status"]) in done.stdout
    test = tmp_path / "test_call.py"
    test.write_text(code(page, "pytest"), "utf-8")
    options = ["-q", "--mock-revio-fixture", "demo", *PYTEST_OF_A_USER.split()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
