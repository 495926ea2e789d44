"""What users generate from the documents works: clients in TypeScript, Python and Java, and newman's run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.npm import installed_packages
from tests.programs import needs
from tests.support import ROOT, Client, serving

DOCUMENTS = ROOT / "openapi"
NODE = ROOT / "tests" / "openapi" / "node"
PYTHON_CLIENT = "openapi-python-client==0.29.1"
OPENAPI_GENERATOR = "openapi-generator-cli==7.26.0"


def succeed(
    *command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program, which must succeed."""
    ended = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout[-5000:]}\n{ended.stderr[-5000:]}"
    return ended


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the programs for Node, installed as `package-lock.json` says."""
    return installed_packages(NODE) / ".bin"


def installed(folder: Path, package: str) -> Path:
    """The folder of the programs of an environment with a package."""
    venv.create(folder)
    programs = folder / "bin"
    succeed(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", programs / "python", package)
    return programs


TYPESCRIPT = """
import type { components, operations, paths } from "./revio";
import type { paths as adminPaths } from "./admin";

const link: components["schemas"]["IntegrationKeyLinkInput"] = {
  integration_system_id: 4, integration_entity_type_id: 2, internal_id: 1015, external_id: "x",
};
// @ts-expect-error: three required fields are missing
const missing: components["schemas"]["IntegrationKeyLinkInput"] = { internal_id: 1015 };
const query: operations["listCustomers"]["parameters"]["query"] = { "search.status": ["ACTIVE"], page: 1 };
type Page = paths["/Customers"]["get"]["responses"]["200"]["content"]["application/json"];
const city = (page: Page): string | null | undefined => page.records[0]?.billing_address?.city;
type Health = adminPaths["/health"]["get"]["responses"]["200"]["content"]["application/json"];
const version = (health: Health): string | undefined => health.version;
export { link, missing, query, city, version };
"""


@needs("node", "npm")
def test_typescript_types_of_both_documents_compile_and_are_strict(node: Path, tmp_path: Path) -> None:
    for name in ("revio", "admin"):
        succeed(node / "openapi-typescript", DOCUMENTS / f"{name}.json", "-o", tmp_path / f"{name}.d.ts")
    (tmp_path / "use.ts").write_text(TYPESCRIPT, "utf-8")
    succeed(
        node / "tsc", "--noEmit", "--strict", "--skipLibCheck", "false", tmp_path / "use.ts", cwd=tmp_path
    )


@needs("node", "npm")
def test_the_postman_collection_passes_against_a_mock_twice(node: Path, tmp_path: Path) -> None:
    """Twice: it leaves nothing behind that would be in its own way."""
    collection = DOCUMENTS / "revio.postman_collection.json"
    report = tmp_path / "report.json"
    with serving() as client:
        links = client.get("/v1/IntegrationKeyLink").json()
        succeed(
            *(node / "newman", "run", collection, "--iteration-count", "2", "--env-var"),
            *(f"baseUrl={client.url}/v1", "--reporters", "json", "--reporter-json-export", report),
        )
        assert client.get("/v1/IntegrationKeyLink").json() == links
        assert client.get("/__admin/check").json() == {"faults": [], "requests": []}
    run = json.loads(report.read_text("utf-8"))["run"]
    document = json.loads((DOCUMENTS / "revio.json").read_text("utf-8"))
    methods = ("get", "post", "put", "patch", "delete")
    operations = sum(method in item for item in document["paths"].values() for method in methods)
    assert run["stats"]["requests"]["total"] == 2 * operations
    assert run["stats"]["assertions"]["failed"] == 0
    assert run["failures"] == []


PROGRAM = """
import sys
from revio import AuthenticatedClient
from revio.api.customers import list_customers
from revio.api.integration_key_link import create_integration_key_link, delete_integration_key_link
from revio.api.integration_key_link import get_integration_key_link, list_integration_key_link
from revio.models import Error, IntegrationKeyLinkInput

client = AuthenticatedClient(sys.argv[1], token=sys.argv[2], prefix="Basic")
link = IntegrationKeyLinkInput(4, 2, 1015, "0012D00000dAsFzQAK")
created = create_integration_key_link.sync(client=client, body=link)
assert created.ok, created
page = list_integration_key_link.sync(client=client, search_external_id=["0012D00000dAsFzQAK"], page_size=5)
assert [each.integration_key_link_id for each in page.records] == [created.id], page
assert get_integration_key_link.sync(created.id, client=client).internal_id == 1015
again = create_integration_key_link.sync(client=client, body=link)
assert isinstance(again[0], Error) and again[0].error == "duplicate", again
assert delete_integration_key_link.sync(created.id, client=client).id == created.id
customers = list_customers.sync(client=client, search_status=["ACTIVE"], sort="-customer_id")
assert all(each.status == "ACTIVE" for each in customers.records) and customers.records
print("done")
"""


def test_the_python_client_works_with_a_mock(tmp_path: Path) -> None:
    programs = installed(tmp_path / "environment", PYTHON_CLIENT)
    config = tmp_path / "config.json"
    config.write_text('{"post_hooks": []}', "utf-8")  # it would format the code
    for name in ("revio", "admin"):
        generated = succeed(
            *(programs / "openapi-python-client", "generate", "--path", DOCUMENTS / f"{name}.json"),
            *("--output-path", tmp_path / name, "--meta", "none", "--config", config, "--fail-on-warning"),
        )
        assert "arning" not in generated.stdout, generated.stdout[-3000:]
    succeed(programs / "python", "-m", "compileall", "-q", tmp_path / "admin")
    with serving() as client:
        header = _authorization(client)
        ran = succeed(programs / "python", "-c", PROGRAM, f"{client.url}/v1", header, cwd=tmp_path)
    assert ran.stdout == "done\n"


def _authorization(client: Client) -> str:
    """The credentials as a client sends them."""
    sent = client.get("/v1/SystemStatus").request.headers["Authorization"]
    return sent.removeprefix("Basic ")


@needs("java")
def test_openapi_generator_makes_a_java_client_of_both_documents(tmp_path: Path) -> None:
    programs = installed(tmp_path / "environment", OPENAPI_GENERATOR)
    for name in ("revio", "admin"):
        generated = succeed(
            *(programs / "openapi-generator-cli", "generate", "-g", "java", "--library", "native", "-i"),
            *(DOCUMENTS / f"{name}.json", "-o", tmp_path / name),
            *("--global-property", "apis,models,supportingFiles,apiDocs=false,modelDocs=false"),
        )
        assert "collision" not in generated.stdout + generated.stderr
    apis = tmp_path / "revio" / "src" / "main" / "java" / "org" / "openapitools" / "client" / "api"
    api = (apis / "IntegrationKeyLinkApi.java").read_text("utf-8")
    assert re.search(
        r"public WriteResponse createIntegrationKeyLink\(.*IntegrationKeyLinkInput integrationKeyLinkInput",
        api,
    )
    assert len(list(apis.glob("*Api.java"))) == len(
        {
            operation["tags"][0]
            for item in json.loads((DOCUMENTS / "revio.json").read_text("utf-8"))["paths"].values()
            for name, operation in item.items()
            if name != "parameters"
        }
    )


def test_the_lock_file_names_no_registry() -> None:
    """npm then uses the one that the user has configured."""
    assert '"resolved": "http' not in (NODE / "package-lock.json").read_text("utf-8")
