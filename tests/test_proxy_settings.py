"""The settings that describe a proxy, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from mockrevio.errors import SettingError
from mockrevio.settings.proxies import is_in_networks
from tests.load_settings import load


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("/revio", "/revio"),
        (" /Staging/revio-1.2_~/ ", "/Staging/revio-1.2_~"),
        ("/", ""),
        ("/...", "/..."),
        ("/.well-known", "/.well-known"),
        ("/v10", "/v10"),
        ("/staging/v1", "/staging/v1"),
    ],
)
def test_a_base_path_has_one_usual_form(text: str, prefix: str) -> None:
    assert load({"base_path": text}).base_path == prefix


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("revio", "did you mean /revio?"),
        ("revio/", "did you mean /revio?"),
        ("https://a.test/revio", None),
        ("//revio", None),
        ("/a//b", None),
        ("/..", None),
        ("/a/.", None),
        ("/a/../b", None),
        ("/a b", None),
        ("/a%20b", None),
        ("/a?b", None),
        ("/\u00e4", None),
        ("/V1", "/V1 is a path of the mock itself; use another prefix"),
        ("/v1/mock", "/v1 is a path of the mock itself; use another prefix"),
        ("/__admin", "/__admin is a path of the mock itself; use another prefix"),
    ],
)
def test_what_is_no_base_path_is_refused_with_what_was_meant(text: str, hint: str | None) -> None:
    with pytest.raises(SettingError) as error:
        load({"base_path": text})
    message = f"--base-path: must be a path such as /revio, of letters, digits and - . _ ~, not {text!r}"
    assert str(error.value) == (f"{message}; {hint}" if hint else message)


@pytest.mark.parametrize(
    ("text", "usual"),
    [("10.0.0.1", "10.0.0.1"), ("[2001:DB8::0]", "2001:db8::"), ("::ffff:10.0.0.0/104", "10.0.0.0/8")],
)
def test_a_network_has_one_usual_form(text: str, usual: str) -> None:
    assert load({"trusted_proxy": [text]}).trusted_proxy == (usual,)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("nginx", "a connection shows no name; use the address or the network of the proxy"),
        ("*.test", "a connection shows no name; use the address or the network of the proxy"),
        ("0.0.0.0/0", "this would trust every client; use the network of the proxy"),
        ("::/0", "this would trust every client; use the network of the proxy"),
        ("::ffff:0.0.0.0/96", "this would trust every client; use the network of the proxy"),
        ("10.0.0.1/8", "the network of this address is 10.0.0.0/8"),
    ],
)
def test_what_is_no_network_is_refused_with_what_was_meant(text: str, hint: str) -> None:
    with pytest.raises(SettingError) as error:
        load({"trusted_proxy": [text]})
    expected = f"--trusted-proxy: must be an IP address or a network such as 10.0.0.0/8, not {text!r}; {hint}"
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        *[("10.255.0.1", True), ("::ffff:10.0.0.1", True), ("2001:db8::5", True), ("fe80::1%eth0", True)],
        *[("11.0.0.1", False), ("2001:db9::5", False), ("localhost", False), ("", False), ("unknown", False)],
    ],
)
def test_an_address_is_in_the_networks_or_not(address: str, trusted: bool) -> None:
    assert is_in_networks(address, ("10.0.0.0/8", "2001:db8::/32", "fe80::/10")) is trusted


def test_several_proxies_are_set_one_after_the_other() -> None:
    environ = {"MOCKREVIO_TRUSTED_PROXY": "10.0.0.0/8 ::1"}
    assert load(environ=environ).trusted_proxy == ("10.0.0.0/8", "::1")
