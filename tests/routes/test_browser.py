"""What a page of another origin can do to the mock in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from tests.programs import needs
from tests.routes.common import LINKS
from tests.routes.conftest import REBOUND
from tests.support import Client, serving

pytestmark = needs("chromium", "chromedriver")

LINK_START = (
    '{"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015, "external_id": "a'
)
SCRIPTS = """
const link = {integration_system_id: 4, integration_entity_type_id: 2, internal_id: 1015, external_id: "a"};
async function create(url) {
  const headers = {Authorization: "Basic " + btoa("app@acme:x"), "Content-Type": "application/json"};
  const response = await fetch(url, {method: "POST", headers, body: JSON.stringify(link)});
  return [response.status, await response.json(), response.headers.get("Location")];
}
async function refused(url) {
  const response = await fetch(url, {headers: {"Ocp-Apim-Subscription-Key": "x"}});
  return [response.status, (await response.json())[0].error, response.headers.get("X-Mock-Explain")];
}
async function send(url, method) {  // as a page can without being allowed to
  const body = method === "POST" ? JSON.stringify(link) : undefined;
  return (await fetch(url, {method, body, mode: "no-cors", credentials: "include"})).type;
}
function submit(url, name, value) {
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: url, enctype: "text/plain"});
  form.append(Object.assign(document.createElement("input"), {name, value}));
  document.body.append(form);
  form.submit();
}
function image(url) {
  return new Promise((done) => {
    Object.assign(new Image(), {onload: () => done("shown"), onerror: () => done("failed"), src: url});
  });
}
function socket(url) {
  return new Promise((done) => {
    const connection = new WebSocket(url.replace("http", "ws"));
    Object.assign(connection, {onopen: () => done("open"), onerror: () => done("failed")});
  });
}
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"<!doctype html><title>page</title><body><script>{SCRIPTS}</script>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The origin of a web page that is not the mock's."""
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: webdriver.Chrome, origin: str) -> webdriver.Chrome:
    """The browser with the page loaded."""
    browser.get(origin)
    return browser


def run(page: webdriver.Chrome, expression: str, *arguments: str) -> Any:
    """What an expression on the page resolves to, or the name of the error that it fails with."""
    script = (
        f"(async () => {expression})().then(value => value, error => error.name).then([...arguments].pop())"
    )
    return page.execute_async_script(script, *arguments)


def links(client: Client) -> list[str]:
    """The external ids of all key links."""
    return [link["external_id"] for link in client.get("/__admin/key_links").json()["key_links"]]


def answers(client: Client) -> list[tuple[str, int]]:
    """Method and status of each request in the log."""
    entries = client.get("/__admin/requests").json()["requests"]
    return [(entry["method"], entry["response"]["status"]) for entry in entries]


def submit(page: webdriver.Chrome, url: str, name: str = "", value: str = "") -> None:
    """Submit a form to the mock, and wait for its response."""
    page.execute_script("submit(...arguments)", url, name, value)
    WebDriverWait(page, 10, 0.05).until(lambda driver: driver.title != "page")


def test_a_form_with_credentials_in_its_address_creates_nothing(
    page: webdriver.Chrome, client: Client
) -> None:
    submit(page, client.url.replace("//", "//user%40acme:pw@", 1) + LINKS, LINK_START, '"}')
    assert "The origin of this request is not allowed." in page.page_source
    assert answers(client)[-1] == ("POST", 403)  # at first, browsers try without the credentials
    assert links(client) == []


def test_a_form_cannot_reset_the_mock(page: webdriver.Chrome, client: Client) -> None:
    client.link()
    submit(page, f"{client.url}/__admin/reset")
    assert "foreign_origin" in page.page_source
    assert len(links(client)) == 1


def test_a_page_of_another_origin_cannot_call_the_api(page: webdriver.Chrome, client: Client) -> None:
    assert run(page, "create(arguments[0])", client.url + LINKS) == "TypeError"
    assert run(page, "refused(arguments[0])", client.url + LINKS) == "TypeError"
    assert run(page, "send(arguments[0], 'POST')", client.url + LINKS) == "opaque"
    assert links(client) == []


def test_a_page_of_an_allowed_origin_can_call_the_api(page: webdriver.Chrome, origin: str) -> None:
    with serving(allow_origin=(origin,)) as client:
        location = f"{client.url}{LINKS}/1"
        expected = [201, {"ok": True, "id": 1}, location]
        assert run(page, "create(arguments[0])", client.url + LINKS) == expected
        assert links(client) == ["a"]
        status, error, explanation = run(page, "refused(arguments[0])", client.url + LINKS)
        assert (status, error) == (401, "unauthorized")
        assert "Authorization header is missing" in explanation


def test_the_admin_api_stays_closed_to_an_allowed_origin(page: webdriver.Chrome, origin: str) -> None:
    with serving(allow_origin=(origin,)) as client:
        client.link()
        assert run(page, "send(arguments[0], 'POST')", f"{client.url}/__admin/reset") == "opaque"
        for path in ("state", "health"):
            expression = "(await fetch(arguments[0])).status"
            assert run(page, f"{{ return {expression} }}", f"{client.url}/__admin/{path}") == "TypeError"
        assert len(links(client)) == 1


def test_images_and_sockets_reach_nothing(page: webdriver.Chrome) -> None:
    with serving(isolate_clients=True) as client:
        for path in ("/__admin/state?client=new", "/__admin/static/options.json", f"{LINKS}?client=new"):
            assert run(page, "image(arguments[0])", client.url + path) == "failed"
            assert run(page, "socket(arguments[0])", client.url + path) == "failed"
        assert client.get("/__admin/worlds").json()["worlds"] == []


def test_a_link_opens_the_console_and_nothing_else(page: webdriver.Chrome, client: Client) -> None:
    submit_link = "location = arguments[0]"
    page.execute_script(submit_link, f"{client.url}/__admin/state")
    WebDriverWait(page, 10, 0.05).until(lambda driver: "Sec-Fetch-Site: cross-site" in driver.page_source)
    page.back()
    WebDriverWait(page, 10, 0.05).until(lambda driver: driver.title == "page")
    page.execute_script(submit_link, f"{client.url}/__admin/")
    WebDriverWait(page, 10, 0.05).until(lambda driver: driver.title.endswith("mockrevio"))


def test_a_page_under_a_rebound_name_can_neither_read_nor_write(
    browser: webdriver.Chrome, client: Client
) -> None:
    """It has the mock's own origin: without TLS, the browser does not even say from where it reads."""
    client.link()
    browser.get(client.url.replace("127.0.0.1", REBOUND))
    call = """{
      const headers = {Authorization: "Basic " + btoa("app@acme:x"), "User-Agent": "curl/8.5.0"};
      const options = {method: arguments[1], headers, referrerPolicy: "no-referrer"};
      const response = await fetch(arguments[0], options);
      return [response.status, response.headers.get("X-Mock-Explain")];
    }"""
    for method in ("GET", "DELETE"):
        status, explanation = run(browser, call, f"{LINKS}/1", method)
        assert (status, f"allow it with --allow-host {REBOUND}" in explanation) == (403, True)
        assert run(browser, call, "/__admin/state", method)[0] == 403
    assert len(links(client)) == 1
