"""The environment that `mockrevio exec` gives to a command: proxies, secrets, trust."""

from __future__ import annotations

import hashlib
import ssl
import struct
import sys
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT, run
from tests.programs import find, needs
from tests.testing.exec.common import environment_of

PROXIES = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
NO_PROXY = {"NO_PROXY": "", "no_proxy": ""}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "corp.example, localhost"}, "corp.example,localhost,127.0.0.1,::1"),
        ({"no_proxy": "corp.example"}, "corp.example,127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "*"}, "*"),
    ],
    ids=repr,
)
def test_the_mock_is_exempt_from_proxies_like_what_was_before(given: dict[str, str], expected: str) -> None:
    environment = environment_of(env={**NO_PROXY, **given})
    assert (environment["NO_PROXY"], environment["no_proxy"]) == (expected, expected)


@needs("curl")
def test_clients_do_not_ask_a_proxy_for_the_mock() -> None:
    program = (
        "import os, requests; print(requests.get(os.environ['MOCKREVIO_ADMIN_URL'] + '/health').status_code)"
    )
    ended = run("exec", "--", sys.executable, "-c", program, env={**PROXIES, **NO_PROXY})
    assert ended.stdout == b"200\n", ended.stderr
    ended = run(
        "exec", "--", "sh", "-c", 'curl -fsS "$MOCKREVIO_ADMIN_URL/health"', env={**PROXIES, **NO_PROXY}
    )
    assert ended.returncode == 0, ended.stderr


def test_secrets_of_the_mock_are_handed_to_the_command() -> None:
    options = ("--admin-token", "token-1", "--subscription-key", "key-1", "--credentials", "ann@acme:pa:ss")
    environment = environment_of(*options)
    names = ("MOCKREVIO_ADMIN_TOKEN", "REVIO_SUBSCRIPTION_KEY", "REVIO_USERNAME", "REVIO_PASSWORD")
    assert [environment[name] for name in names] == ["token-1", "key-1", "ann@acme", "pa:ss"]


def test_a_subscription_key_of_the_environment_is_handed_on_but_no_hash() -> None:
    hashed = f"sha256:00:{'0' * 64}"
    environment = environment_of(env={"MOCKREVIO_SUBSCRIPTION_KEY": f"{hashed} key-2"})
    assert environment["REVIO_SUBSCRIPTION_KEY"] == "key-2"
    assert "REVIO_SUBSCRIPTION_KEY" not in environment_of("--subscription-key", hashed)


def test_without_https_and_secrets_nothing_else_is_set() -> None:
    environment = environment_of(env=NO_PROXY)
    for name in (
        "NODE_EXTRA_CA_CERTS",
        "JAVA_TOOL_OPTIONS",
        "MOCKREVIO_ADMIN_TOKEN",
        "REVIO_SUBSCRIPTION_KEY",
    ):
        assert environment.get(name) == CLEAN_ENVIRONMENT.get(name)


# HTTPS.

URLLIB = (
    "import os, urllib.request as u; print(u.urlopen(os.environ['MOCKREVIO_ADMIN_URL'] + '/health').status)"
)
REQUESTS = "import os, requests as r; print(r.get(os.environ['MOCKREVIO_ADMIN_URL'] + '/health').status_code)"
HTTPX = "import os, httpx as h; print(h.get(os.environ['MOCKREVIO_ADMIN_URL'] + '/health').status_code)"
NODE = "fetch(process.env.MOCKREVIO_ADMIN_URL + '/health').then((response) => console.log(response.status))"
CURL = 'curl -fsS -o /dev/null -w "%{http_code}\\n" "$MOCKREVIO_ADMIN_URL/health"'
JAVA = """
import java.net.URI;
import java.net.http.*;

class Health {
  public static void main(String[] args) throws Exception {
    var url = URI.create(System.getenv("MOCKREVIO_ADMIN_URL") + "/health");
    var request = HttpRequest.newBuilder(url).build();
    var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(response.statusCode());
  }
}
"""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param((sys.executable, "-c", URLLIB), id="urllib"),
        pytest.param((sys.executable, "-c", REQUESTS), id="requests"),
        pytest.param((sys.executable, "-c", HTTPX), id="httpx"),
        pytest.param(("node", "-e", NODE), id="node", marks=needs("node")),
        pytest.param(("sh", "-c", CURL), id="curl", marks=needs("curl")),
        *([pytest.param(("java", "Health.java"), id="java")] if find("javac") else []),
    ],
)
def test_clients_trust_the_certificate_of_the_mock(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "Health.java").write_text(JAVA, "utf-8")
    ended = run("exec", "--tls", "auto", "--", *command, cwd=tmp_path)
    assert ended.stdout == b"200\n", ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["Health.java"]


@pytest.mark.parametrize(
    "name", ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]
)
def test_certificates_that_were_trusted_before_still_are(name: str, tmp_path: Path) -> None:
    corporate = "-----BEGIN CERTIFICATE-----\ncorporate\n-----END CERTIFICATE-----"
    (tmp_path / "corporate.pem").write_text(f"Corporate CA\n{corporate}\n", "utf-8")
    program = f"import os; print(open(os.environ['{name}']).read())"
    # The Java trust store takes no certificate that is none.
    env = {name: str(tmp_path / "corporate.pem")} if name != "SSL_CERT_FILE" else {name: _real(tmp_path)}
    ended = run("exec", "--tls", "auto", "--", sys.executable, "-c", program, env=env)
    bundle = ended.stdout.decode()
    assert ended.returncode == 0, ended.stderr
    assert bundle.count("BEGIN CERTIFICATE") == 2
    if name != "SSL_CERT_FILE":
        assert corporate in bundle


def _real(folder: Path) -> str:
    import trustme

    trustme.CA().cert_pem.write_to_path(folder / "real.pem")
    return str(folder / "real.pem")


def test_the_certificates_of_the_system_are_trusted_too() -> None:
    program = "import os; print(open(os.environ['SSL_CERT_FILE']).read().count('BEGIN CERTIFICATE'))"
    ended = run("exec", "--tls", "auto", "--", sys.executable, "-c", program, env={"SSL_CERT_FILE": ""})
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    expected = system.read_text("utf-8").count("BEGIN CERTIFICATE") if system.is_file() else 0
    assert int(ended.stdout) == expected + 1


def test_the_trust_store_of_java_has_the_same_certificates(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    program = (
        "import os, pathlib, shutil; options = os.environ['JAVA_TOOL_OPTIONS']; print(options)\n"
        "store = options.split('trustStore=')[1].split()[0]; shutil.copy(store, 'copy.jks')"
    )
    ended = run(
        *("exec", "--tls", "auto", "--tls-ca-out", str(authority), "--", sys.executable, "-c", program),
        cwd=tmp_path,
        env={"SSL_CERT_FILE": _real(tmp_path), "JAVA_TOOL_OPTIONS": "-Xmx64m"},
    )
    options = ended.stdout.decode().split()
    assert options[0] == "-Xmx64m"
    assert options[2:] == [
        "-Djavax.net.ssl.trustStoreType=JKS",
        "-Djavax.net.ssl.trustStorePassword=changeit",
    ]
    expected = [
        ssl.PEM_cert_to_DER_cert(path.read_text("utf-8")) for path in (authority, tmp_path / "real.pem")
    ]
    assert read_jks((tmp_path / "copy.jks").read_bytes(), "changeit") == expected


def read_jks(store: bytes, password: str) -> list[bytes]:
    """The trusted certificates of a Java key store, whose digest is verified."""
    content, digest = store[:-20], store[-20:]
    assert hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + content).digest() == digest  # noqa: S324
    magic, version, count = struct.unpack_from(">III", content)
    assert (magic, version) == (0xFEEDFEED, 2)
    position, certificates = 12, []
    for _ in range(count):
        tag, alias_length = struct.unpack_from(">IH", content, position)
        assert tag == 2  # a trusted certificate
        position += 6 + alias_length + 8
        (kind_length,) = struct.unpack_from(">H", content, position)
        assert content[position + 2 :][:kind_length] == b"X.509"
        position += 2 + kind_length
        (length,) = struct.unpack_from(">I", content, position)
        certificates.append(content[position + 4 :][:length])
        position += 4 + length
    assert position == len(content)
    return certificates
