"""Hosts as settings name them, from parsing to the calls that they allow."""

from __future__ import annotations

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, SettingError
from mockrevio.settings.hosts import HostPattern, InvalidHost, parse_hostname
from tests.load_settings import load
from tests.support import serving


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("mock", "mock"),
        (" Mock.Example. ", "mock.example"),
        ("rev_mock", "rev_mock"),
        ("*.SVC.cluster.local", "*.svc.cluster.local"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3/32", "10.1.2.3"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("[FD00::0:1]", "fd00::1"),
        ("fd00::1", "fd00::1"),
        ("fd00::/8", "fd00::/8"),
        ("müller.test", "xn--mller-kva.test"),
    ],
)
def test_a_host_has_one_usual_form(text: str, usual: str) -> None:
    assert HostPattern.parse(text).text == usual
    assert HostPattern.parse(usual).text == usual


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("http://mock:7384", "use only the name: mock"),
        ("https://Mock/v1", "use only the name: mock"),
        ("http://*.example.test", "use only the name: *.example.test"),
        ("mock:7384", "use only the name: mock"),
        ("10.0.0.1:80", "use only the name: 10.0.0.1"),
        ("[::1]:7384", "use only the name: ::1"),
        ("user@mock", "use only the name: mock"),
        ("10.1.2.3/8", "the network of this address is 10.0.0.0/8"),
        ("fd00::1/8", "the network of this address is fd00::/8"),
        ("*", "* would allow every host"),
        ("mock.*", "* would allow every host"),
        ("m*.test", "* would allow every host"),
        ("a,b", "set each host separately"),
        ("a b", "set each host separately"),
        ("10.0.0.300", None),
        ("10.0", None),
        ("0x7f.1", None),
        ("a..b", None),
        ("x" * 64, None),
        ("::1::", None),
        ("http://[", None),
    ],
)
def test_what_is_no_host_is_refused_with_what_was_meant(text: str, hint: str | None) -> None:
    with pytest.raises(InvalidHost) as caught:
        HostPattern.parse(text)
    assert (caught.value.hint or "").startswith(hint or "")
    assert hint or caught.value.hint is None


@pytest.mark.parametrize(
    ("pattern", "hosts", "others"),
    [
        ("mock", ("mock", "MOCK", "mock."), ("amock", "mock.test", "a.mock")),
        ("*.a.test", ("b.a.test", "c.b.A.test", "b.a.test."), ("a.test", "ba.test", "b.a.test.evil")),
        ("10.0.0.0/8", ("10.255.1.2", "::ffff:10.0.0.1"), ("11.0.0.1", "10.0.0.1.evil.test", "fd00::1", "a")),
        ("fd00::/8", ("fd00::1", "[fdff::1]"), ("fe00::1", "10.0.0.1")),
        ("::2", ("::2", "0:0::2", "[::2]"), ("::3", "0.0.0.2")),
        ("10.0.0.1", ("10.0.0.1",), ("10.0.0.2", "10.0.0.01", "167772161")),
    ],
)
def test_a_pattern_matches_its_hosts_alone(
    pattern: str, hosts: tuple[str, ...], others: tuple[str, ...]
) -> None:
    parsed = HostPattern.parse(pattern)
    assert [parsed.matches(host) for host in hosts] == [True] * len(hosts)
    assert [parsed.matches(host) for host in others] == [False] * len(others)


def test_a_certificate_is_for_names_and_addresses() -> None:
    assert [parse_hostname(text) for text in ("Mock", "*.a.test", "[::1]")] == ["mock", "*.a.test", "::1"]
    with pytest.raises(SettingError, match="a certificate cannot be for a network"):
        load({"tls": "auto", "hostname": ("10.0.0.0/8",)})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("mock.default.svc.cluster.local:7384", 200),
        ("MOCK.default.SVC.cluster.local.", 200),
        ("10.20.30.40:7384", 200),
        ("[fd00::5]:7384", 200),
        ("svc.cluster.local", 403),
        ("11.0.0.1", 403),
        ("10.0.0.1.evil.example", 403),
    ],
)
def test_the_admin_api_accepts_the_hosts_of_domains_and_networks(host: str, status: int) -> None:
    with serving(allow_host=("*.svc.cluster.local", "10.0.0.0/8", "fd00::/8")) as client:
        assert client.get("/__admin/entities", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("url", ["http://10.0.0.7/hook", "http://[fd00::7]:80/hook", "http://A.b.test/hook"])
def test_webhooks_go_to_the_hosts_of_domains_and_networks(url: str) -> None:
    with MockRevio(fixture="empty", webhook_host=("10.0.0.0/8", "fd00::/8", "*.b.test")) as mock:
        receivers = f"{mock.url}/WebhookReceivers"
        response = requests.post(receivers, auth=mock.credentials, json={"url": url}, timeout=30)
        assert response.status_code == 201, response.text
        mock.reset()
        with pytest.raises(AdminCallRefused, match="--webhook-host"):
            mock.webhooks.subscribe("http://11.0.0.1/hook", "PAYMENT_CREATED")
