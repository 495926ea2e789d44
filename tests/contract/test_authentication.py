"""HTTP Basic authentication as in Rev.io (D), and the settings that change it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import requests

from mockrevio.settings import parse_credential
from tests.contract.raw import basic
from tests.support import LINK, Client, serving

LINKS = "/v1/IntegrationKeyLink"
STATUS = "/v1/SystemStatus"


def send(
    client: Client, authorization: str | None, method: str = "GET", path: str = STATUS
) -> requests.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.request(method, client.url + path, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("login@client", "password"),
        ("me@example.com@client", "password"),
        ("a@b@c@client", "p"),
        ("login@client", "a:b:c"),
        ("login@client", ":"),
        ("lögin@client", "pässword"),
        ("login@client", " "),
    ],
)
def test_any_well_formed_credentials_are_accepted(client: Client, user: str, password: str) -> None:
    response = send(client, basic(user, password))
    assert (response.status_code, response.json()) == (200, {"ok": True})


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic ", "Basic\t", "bASIC   "])
def test_the_scheme_ignores_case(client: Client, scheme: str) -> None:
    authorization = basic("login@client", "x").replace("Basic", scheme)
    assert send(client, authorization).status_code == 200


def test_credentials_may_be_latin_1(client: Client) -> None:
    encoded = base64.b64encode("lögin@client:x".encode("latin-1")).decode()
    assert send(client, f"Basic {encoded}").status_code == 200


@pytest.mark.parametrize(
    ("authorization", "explanation"),
    [
        (None, "missing"),
        ("", "missing"),
        ("Basic", "login@clientcode:password"),
        ("Basic !!!", "base64"),
        ("Basic ü", "base64"),
        ("Bearer abc", "scheme 'Bearer'"),
        ("hunter2 abc", "the Authorization header has an unknown scheme; send Basic"),
        ("hunter2", "the Authorization header has no scheme; send Basic"),
        (basic("login", "password"), "login@clientcode:password"),
        (basic("login@", "password"), "login@clientcode:password"),
        (basic("@client", "password"), "login@clientcode:password"),
        (basic("login@client", ""), "login@clientcode:password"),
        ("Basic " + base64.b64encode(b"login@client").decode(), "login@clientcode:password"),
    ],
)
def test_missing_or_malformed_credentials_are_401_with_a_challenge(
    client: Client, authorization: str | None, explanation: str
) -> None:
    header = None if authorization is None else authorization.encode("latin-1").decode("latin-1")
    response = send(client, header)
    assert (response.status_code, response.reason) == (401, "Unauthorized")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="Rev.io"'
    assert response.json() == [
        {"ok": False, "error": "unauthorized", "message": "Authorization has been denied for this request."}
    ]
    assert explanation in response.headers["X-Mock-Explain"]


def test_a_link_names_the_user_whose_login_created_it(client: Client) -> None:
    response = client.post(LINKS, json=LINK, auth=("me@example.com@acme", "x"))
    record = client.get(f"{LINKS}/{response.json()['id']}").json()
    user = client.get(f"/v1/Users/{record['created_by']}").json()
    assert (user["login_name"], user["active"]) == ("me@example.com", True)


def test_strict_login_rejects_a_login_with_an_at_sign() -> None:
    with serving(strict_login=True) as client:
        assert send(client, basic("login@client", "x")).status_code == 200
        response = send(client, basic("me@example.com@client", "x"))
        assert response.status_code == 401
        assert "--strict-login" in response.headers["X-Mock-Explain"]


@pytest.fixture(scope="module")
def listed() -> Iterator[Client]:
    """A server with listed credentials."""
    texts = ("all@acme:se:cret", "reader@acme:secret:GET", "poster@acme:secret:GET,POST", "e@x.com@acme:s")
    with serving(credentials=tuple(parse_credential(text) for text in texts)) as client:
        yield client


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("all@acme", "se:cret", 200),
        ("e@x.com@acme", "s", 200),
        ("reader@acme", "secret", 200),
        ("all@acme", "se", 401),
        ("all@acme", "wrong", 401),
        ("all@other", "se:cret", 401),
        ("ALL@acme", "se:cret", 401),
        ("nobody@acme", "se:cret", 401),
        ("reader@acme", "secret:GET", 401),
    ],
)
def test_only_listed_credentials_are_accepted(listed: Client, user: str, password: str, status: int) -> None:
    assert send(listed, basic(user, password)).status_code == status


@pytest.mark.parametrize(
    ("user", "password", "allowed"),
    [
        ("reader@acme", "secret", {"GET"}),
        ("poster@acme", "secret", {"GET", "POST"}),
        ("all@acme", "se:cret", {"GET", "POST", "PUT", "DELETE", "PATCH"}),
    ],
)
def test_a_method_without_permission_is_403(
    listed: Client, user: str, password: str, allowed: set[str]
) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        response = send(listed, basic(user, password), method, LINKS)
        assert (response.status_code == 403) == (method not in allowed)
        if response.status_code == 403:
            assert (response.reason, response.json()[0]["error"]) == ("Forbidden", "forbidden")
            assert ", ".join(sorted(allowed)) in response.headers["X-Mock-Explain"]
    for method in ("HEAD", "OPTIONS"):  # GET permission covers these
        assert send(listed, basic(user, password), method, LINKS).status_code == 200


@pytest.fixture(scope="module")
def unauthenticated() -> Iterator[Client]:
    """A server without authentication."""
    with serving(auth="off") as client:
        yield client


@pytest.mark.parametrize("authorization", [None, "", "Bearer x", "Basic !!!", basic("login@client", "x")])
def test_with_authentication_off_any_request_is_accepted(
    unauthenticated: Client, authorization: str | None
) -> None:
    assert send(unauthenticated, authorization).status_code == 200
    response = send(unauthenticated, authorization, "DELETE", f"{LINKS}/1")
    assert response.status_code == 404
