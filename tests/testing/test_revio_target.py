"""`revio_target`: one suite against the mock and against the real service, which is another mock here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio import MockRevio
from tests.testing.suites import prepare, run, run_alone

pytest_plugins = ["pytester"]

SUITE = """
import pytest, requests

def test_a_link(revio_target):
    system = revio_target.existing("IntegrationSystem", system_name="salesforce")
    kind = revio_target.existing("IntegrationEntityType", entity_type_name="CUSTOMER")
    customer = revio_target.existing("CUSTOMER")
    link = {
        "integration_system_id": system["integration_system_id"],
        "integration_entity_type_id": kind["integration_entity_type_id"],
        "internal_id": customer["customer_id"],
        "external_id": revio_target.unique("0012D"),
    }
    with requests.Session() as session:
        session.auth, session.headers = revio_target.credentials, revio_target.headers
        created = session.post(revio_target.url + "/IntegrationKeyLink", json=link)
        assert created.status_code == 201
        revio_target.delete_later("IntegrationKeyLink", created.json()["id"])
        query = {"search.external_id": link["external_id"]}
        found = session.get(revio_target.url + "/IntegrationKeyLink", params=query).json()
    assert [record["internal_id"] for record in found["records"]] == [customer["customer_id"]]

def test_a_fault(revio_target):
    revio_target.mock.fail(status=503, times=1)
    url = revio_target.url + "/SystemStatus"
    assert requests.get(url, auth=revio_target.credentials).status_code == 503

@pytest.mark.mock_revio(fixture="demo")
def test_the_demo_fixture(revio_target):
    assert len(revio_target.mock.links) == 260

def test_nothing_is_there(revio_target):
    revio_target.existing("BILL", bill_id=77)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in ("REVIO_USERNAME", "REVIO_PASSWORD", "REVIO_SUBSCRIPTION_KEY"):
        monkeypatch.delenv(name, raising=False)
    prepare(pytester).makepyfile(SUITE)
    return pytester


@pytest.fixture
def sandbox() -> Iterator[MockRevio]:
    """The real service: another customer's data, a subscription key, and only one user."""
    with MockRevio(credentials=["sync@acme:hunter22"], subscription_key=["key-0123"]) as service:
        service.entities.add("CUSTOMER", 77, status="ACTIVE")
        yield service


@pytest.fixture
def access(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (after it)
    monkeypatch.setenv("REVIO_USERNAME", "sync@acme")
    monkeypatch.setenv("REVIO_PASSWORD", "hunter22")
    monkeypatch.setenv("REVIO_SUBSCRIPTION_KEY", "key-0123")


def test_the_mock_is_the_target_by_default(suite: pytest.Pytester) -> None:
    result = run(suite, "-rs")
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["*SKIPPED*http://127.0.0.1:*/v1 has no Bills with bill_id=77"])


@pytest.mark.usefixtures("access")
@pytest.mark.parametrize("ending", ["", "/v1"])
def test_one_option_runs_it_against_a_service(
    suite: pytest.Pytester, sandbox: MockRevio, ending: str
) -> None:
    url = sandbox.base_url
    result = run(suite, "-rs", f"--mock-revio-target={url}{ending}")
    result.assert_outcomes(passed=1, skipped=3)
    result.stdout.fnmatch_lines_random(
        [
            f"mockrevio: revio_target is {url}/v1, as sync@acme",
            f"*SKIPPED*only a mock has mock.fail; this suite runs against {url}/v1",
            f"*SKIPPED*only a mock has the marker's fixture; this suite runs against {url}/v1",
        ]
    )
    assert sandbox.links == []
    assert sandbox.requests.count(method="POST", status=201) == 1
    assert "hunter22" not in result.stdout.str() + result.stderr.str()


@pytest.mark.usefixtures("access")
def test_what_the_service_does_not_delete_is_an_error_that_names_it(
    suite: pytest.Pytester, sandbox: MockRevio
) -> None:
    sandbox.fail(status=403, method="DELETE")
    result = run(suite, f"--mock-revio-target={sandbox.base_url}", "-k", "link")
    result.assert_outcomes(passed=1, errors=1)
    (link,) = sandbox.links
    name = f"IntegrationKeyLink/{link['integration_key_link_id']}: 403"
    result.stdout.fnmatch_lines([f"*did not delete what the test has created: {name}*"])


def test_credentials_that_are_missing_are_named(suite: pytest.Pytester, sandbox: MockRevio) -> None:
    result = run(suite, f"--mock-revio-target={sandbox.base_url}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--mock-revio-target: needs the environment variables REVIO_USERNAME and REVIO_PASSWORD"]
    )


@pytest.mark.usefixtures("access")
def test_a_service_that_rejects_them_is_named(
    suite: pytest.Pytester, sandbox: MockRevio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIO_PASSWORD", "hunter33")
    result = run(suite, f"--mock-revio-target={sandbox.base_url}")
    result.stdout.fnmatch_lines(["*responds to GET /SystemStatus with 401, as sync@acme: *"])
    assert "hunter33" not in result.stdout.str() + result.stderr.str()


@pytest.mark.usefixtures("access")
def test_a_wrong_address_is_named(suite: pytest.Pytester) -> None:
    result = run(suite, "--mock-revio-target=restapi.rev.io")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--mock-revio-target: must be https://HOST*, not 'restapi.rev.io'"])


def test_a_field_that_there_is_not_is_named(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_it(revio_target): revio_target.existing('CUSTOMER', state='TX')")
    result = run(suite, "-k", "test_it")
    result.stdout.fnmatch_lines(["*UnknownArgument: Customers has no field 'state'; its fields: *"])


@pytest.mark.usefixtures("access")
def test_a_missing_extra_is_named(suite: pytest.Pytester, sandbox: MockRevio) -> None:
    suite.makepyfile(requests="raise ModuleNotFoundError('no', name='requests')")
    result = run_alone(suite, f"--mock-revio-target={sandbox.base_url}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--mock-revio-target needs mockrevio[[]contract[]]; install it with pip install *"]
    )
