"""examples/helm/mockrevio, linted and rendered by Helm 3 and 4 and checked against Kubernetes' schemas."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockrevio import __version__
from mockrevio.settings import Settings
from tests.examples.pages import read_page
from tests.kubernetes.documents import (
    CHART,
    RenderError,
    check_references,
    check_restricted,
    configuration,
    helm,
    only,
    pod_specs,
    template,
    validate,
)
from tests.programs import needs
from tests.support import ROOT
from tests.test_dockerfile import ENVIRONMENT

pytestmark = needs("helm", "helm3")

VALUES: Mapping[str, dict[str, Any]] = {
    "defaults": {},
    "as long as the pod": {"persistence": {"enabled": False}},
    "an existing claim and secret": {
        "persistence": {"existingClaim": "mine"},
        "secrets": {"existing": "vault"},
        "fullnameOverride": "revio",
    },
    "open to others": {
        "secrets": {"adminToken": "sesame", "credentials": ["ann@acme:one", "bob@acme:two:GET"]},
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "annotations": {"example.com/a": "b"},
            "hosts": ["mock.example.com"],
            "paths": ["/v1", "/__admin"],
            "tls": [{"secretName": "cert", "hosts": ["mock.example.com"]}],
        },
        "service": {"type": "LoadBalancer", "port": 80, "annotations": {"a": "b"}},
    },
    "everything": {
        "image": {"repository": "registry.example.com/mockrevio", "digest": f"sha256:{'0' * 64}"},
        "imagePullSecrets": [{"name": "pull"}],
        "settings": {
            "durability": None,
            "isolate_clients": True,
            "max_connections": 1000000,
            "error_rate": 0.05,
            "latency": "100ms..800ms",
            "rate_limit": "500/60",
            "auth": "off",
            "seed": 7,
            "fixture": ["empty", "/etc/mockrevio/mine.json"],
            "allow_host": ["10.0.0.0/8"],
            "error_status": ["link.duplicate=409"],
            "tls": "auto",
        },
        "fixtures": {"mine.json": {"entities": {"CUSTOMER": [4711]}}, "text.json": '{"entities": {}}'},
        "secrets": {"subscriptionKeys": ["one", "two"]},
        "extraEnv": [{"name": "MOCKREVIO_LOG_SIZE", "value": "50"}],
        "extraEnvFrom": [{"secretRef": {"name": "vault"}}],
        "extraVolumes": [{"name": "big", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "big", "mountPath": "/fixtures"}],
        "persistence": {"storageClass": "fast", "accessMode": "ReadWriteOncePod", "annotations": {"a": "b"}},
        "podAnnotations": {"a": "b"},
        "podLabels": {"a": "b"},
        "nodeSelector": {"kubernetes.io/arch": "arm64"},
        "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {"podAntiAffinity": {}},
        "priorityClassName": "high",
        "serviceAccountName": "mock",
    },
    "openshift": {"podSecurityContext": {"fsGroup": None, "fsGroupChangePolicy": None}},
}
EXISTING = frozenset({"PersistentVolumeClaim/mine", "Secret/vault"})


@pytest.mark.parametrize("program", ["helm", "helm3"])
@pytest.mark.parametrize("name", VALUES)
def test_the_chart_is_clean_and_renders_valid_documents(name: str, program: str) -> None:
    given = VALUES[name]
    assert "0 chart(s) failed" in helm(program, "lint", given)
    documents = template(program, given)
    validate(documents)
    check_references(documents, EXISTING)
    check_restricted(documents)
    deployment = only(documents, "Deployment")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})


@pytest.mark.parametrize("name", VALUES)
def test_mockrevio_accepts_the_settings_that_the_chart_writes(name: str, tmp_path: Path) -> None:
    documents = template("helm", VALUES[name])
    mounted = configuration(documents, tmp_path)
    config = mounted / "mockrevio.toml"
    config.write_text(config.read_text("utf-8").replace("/etc/mockrevio", str(mounted)), "utf-8")
    (container,) = only(documents, "Deployment")["spec"]["template"]["spec"]["containers"]
    environ = {**ENVIRONMENT, **{each["name"]: each["value"] for each in container["env"]}}
    for document in documents:
        if document["kind"] == "Secret":
            environ.update(document["stringData"])
    settings = Settings.load(config=config, environ={**environ, "MOCKREVIO_CONFIG": ""})
    service = only(documents, "Service")["metadata"]["name"]
    full = f"{service}.mocks.svc.cluster.local"
    assert {service, f"{service}.mocks", f"{service}.mocks.svc", full} <= set(settings.allow_host)
    if name == "everything":
        assert (settings.max_connections, settings.log_size, settings.seed) == (1000000, 50, 7)
        assert (str(settings.error_rate), settings.auth, settings.isolate_clients) == (
            "0.05:503",
            "off",
            True,
        )
        assert settings.fixture == ("empty", f"{mounted}/mine.json")
        assert json.loads((mounted / "mine.json").read_text("utf-8")) == {"entities": {"CUSTOMER": [4711]}}
    if name == "open to others":
        assert [each.login for each in settings.credentials] == ["ann", "bob"]
        assert "mock.example.com" in settings.allow_host


def test_fixtures_are_loaded_on_top_of_the_default_in_the_order_of_their_names() -> None:
    documents = template("helm", {"fixtures": {"b.json": {}, "a.json": {}}})
    text = only(documents, "ConfigMap")["data"]["mockrevio.toml"]
    assert 'fixture = ["default","/etc/mockrevio/a.json","/etc/mockrevio/b.json"]' in text


def test_probes_use_https_where_the_server_does() -> None:
    for settings, scheme in (
        ({}, "HTTP"),
        ({"tls": "auto"}, "HTTPS"),
        ({"tls_cert": "/tls/tls.crt"}, "HTTPS"),
    ):
        (spec,) = pod_specs([only(template("helm", {"settings": settings}), "Deployment")])
        (container,) = spec["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["scheme"] == scheme


def test_a_changed_setting_or_secret_restarts_the_pod() -> None:
    def annotations(values: dict[str, Any]) -> dict[str, str]:
        metadata: dict[str, Any] = only(template("helm", values), "Deployment")["spec"]["template"][
            "metadata"
        ]
        return dict(metadata["annotations"])

    before = annotations({})
    assert annotations({}) == before
    assert annotations({"settings": {"latency": "1s"}}) != before
    assert annotations({"secrets": {"adminToken": "new"}}) != before


def test_data_are_in_a_claim_or_in_the_pod() -> None:
    kinds = [
        [each["kind"] for each in template("helm", {"persistence": {"enabled": enabled}})]
        for enabled in (True, False)
    ]
    assert ["PersistentVolumeClaim" in each for each in kinds] == [True, False]


@pytest.mark.parametrize("program", ["helm", "helm3"])
@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"settings": {"isolate_client": True}}, "isolate_client"),
        ({"settings": {"auth": False}}, "auth"),
        ({"settings": {"admin_token": "x"}}, "admin_token"),
        ({"settings": {"port": 80}}, "port"),
        ({"persistance": {"enabled": False}}, "persistance"),
        ({"persistence": {"accessMode": "ReadWriteMany"}}, "accessMode"),
        ({"secrets": {"credentials": ["ann@acme:a password"]}}, "credentials"),
        ({"secrets": {"existing": "vault", "adminToken": "x"}}, "secrets.existing"),
        ({"ingress": {"enabled": True}}, "ingress.hosts"),
        ({"ingress": {"enabled": True, "hosts": ["a"], "paths": ["/"]}}, "secrets.adminToken"),
        ({"fixtures": {"Mine": {}}}, "Mine"),
    ],
    ids=str,
)
def test_a_mistake_is_refused_and_named(values: dict[str, Any], named: str, program: str) -> None:
    with pytest.raises(RenderError, match=re.escape(named)):
        template(program, values)


def test_the_notes_name_the_address_and_warn_without_a_token() -> None:
    def notes(values: dict[str, Any]) -> str:
        return helm("helm", "install", values).partition("NOTES:\n")[2]

    assert "REVIO_URL=http://demo-mockrevio.mocks:7384/v1\n" in notes({})
    assert "WARNING: there is no admin token" in notes({})
    assert "WARNING" not in notes({"secrets": {"adminToken": "x"}})
    assert "https://" in notes({"settings": {"tls": "auto"}})
    assert "as long as the pod" in notes({"persistence": {"enabled": False}})


def test_the_schema_lists_the_settings_that_mockrevio_has() -> None:
    spec = importlib.util.spec_from_file_location("chart_schema", ROOT / "docs" / "chart_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (CHART / "values.schema.json").read_text("utf-8") == module.rendered(), "run make tables"


def test_the_chart_has_the_version_of_the_package() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)


def test_the_values_in_the_readme_work(tmp_path: Path) -> None:
    (step,) = [step for step in read_page(CHART / "README.md") if step.words == ("yaml",)]
    documents = template("helm", yaml.safe_load(step.text))
    validate(documents)
    customers = configuration(documents, tmp_path) / "customers.json"
    command = [sys.executable, "-m", "mockrevio", "fixture", "check", "empty", str(customers)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "OK: 2 CUSTOMER" in checked.stdout


def test_the_readme_describes_every_value() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))["properties"]
    assert schema.keys() - {"global"} == values.keys()
    readme = (CHART / "README.md").read_text("utf-8")
    for name, value in values.items():
        fixed = isinstance(value, dict) and schema[name].get("additionalProperties") is False
        for path in [f"{name}.{key}" for key in value] if fixed and name != "settings" else [name]:
            assert f"`{path}`" in readme, path
