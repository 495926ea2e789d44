"""Rendering the manifest and the chart with the real programs, and checking what they render."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import yaml

from tests.programs import find
from tests.support import ROOT

MANIFESTS = ROOT / "examples" / "kubernetes"
CHART = ROOT / "examples" / "helm" / "mockrevio"
VERSIONS = ("1.27", "1.37")
"""The oldest Kubernetes that the chart names, and the newest when this was written."""

Document = dict[str, Any]


def kustomize(name: str, folder: Path = MANIFESTS) -> list[Document]:
    """The documents of `kubectl kustomize examples/kubernetes/NAME`."""
    return _documents(_run("kubectl", "kustomize", str(folder / name)))


_ARGUMENTS = {
    "lint": ["--strict", str(CHART)],
    "template": ["demo", str(CHART)],
    "install": ["demo", str(CHART), "--dry-run=client"],
}


def helm(program: str, command: str, values: Mapping[str, Any] | None = None, *options: str) -> str:
    """The output of a command of Helm's with these values, in the namespace `mocks`, without a cluster."""
    arguments = _ARGUMENTS[command]
    given = json.dumps(values or {})  # JSON is YAML
    return _run(
        program, command, *arguments, "--namespace", "mocks", "--values", "-", *options, standard_input=given
    )


def template(program: str, values: Mapping[str, Any] | None = None, *options: str) -> list[Document]:
    """The documents that the chart renders with these values."""
    return _documents(helm(program, "template", values, *options))


def only(documents: list[Document], kind: str) -> Document:
    """The only document of this kind."""
    (document,) = [each for each in documents if each["kind"] == kind]
    return document


def pod_specs(documents: list[Document]) -> Iterator[Document]:
    """The specifications of all pods, also of those that a Deployment starts."""
    for document in documents:
        if document["kind"] == "Pod":
            yield document["spec"]
        elif document["kind"] == "Deployment":
            yield document["spec"]["template"]["spec"]


def validate(documents: list[Document]) -> None:
    """Check documents against Kubernetes' own schemas; a field that they do not know is an error."""
    for document in documents:
        for version in VERSIONS:
            kubernetes_validate.validate(document, version, strict=True)


def check_references(documents: list[Document], existing: frozenset[str] = frozenset()) -> None:
    """Selectors, ports, and the names of ConfigMaps, Secrets and claims lead to something that is there.

    `existing` has what the user makes.
    """
    deployment, service = only(documents, "Deployment"), only(documents, "Service")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (service["spec"]["selector"], deployment["spec"]["selector"]["matchLabels"]):
        assert selector.items() <= labels.items()
    (spec,) = pod_specs([deployment])
    (container,) = spec["containers"]
    ports = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    present = {f"{each['kind']}/{each['metadata']['name']}" for each in documents} | existing
    for volume in volumes.values():
        if "configMap" in volume:
            assert f"ConfigMap/{volume['configMap']['name']}" in present
        if "persistentVolumeClaim" in volume:
            assert f"PersistentVolumeClaim/{volume['persistentVolumeClaim']['claimName']}" in present
    for source in container.get("envFrom", ()):
        assert f"Secret/{source['secretRef']['name']}" in present


def check_restricted(documents: list[Document]) -> None:
    """All pods obey the Pod Security Standard `restricted`, with a read-only root and no API token."""
    specs = list(pod_specs(documents))
    assert specs
    for spec in specs:
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert "runAsUser" not in spec["securityContext"], "the cluster may choose any"
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        for volume in spec.get("volumes", ()):
            assert volume.keys() - {"name"} <= {"persistentVolumeClaim", "configMap", "emptyDir", "secret"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"memory"} <= container["resources"]["limits"].keys()


def _documents(text: str) -> list[Document]:
    return [document for document in yaml.safe_load_all(text) if document is not None]


def _run(program: str, *arguments: str, standard_input: str | None = None) -> str:
    path = find(program)
    assert path, f"{program} is missing: make installs it"
    ended = subprocess.run(
        [path, *arguments], input=standard_input, capture_output=True, text=True, timeout=60, check=False
    )
    if ended.returncode:
        raise RenderError(ended.stdout + ended.stderr)
    return ended.stdout


class RenderError(Exception):
    """What a program said when it refused."""


def configuration(documents: list[Document], folder: Path) -> Path:
    """Write the ConfigMap as the kubelet mounts it: each file is a link into a folder that is a link."""
    mounted = folder / "etc" / "mockrevio"
    version = mounted / "..2026_01_05_09_30_00.1"
    version.mkdir(parents=True)
    (mounted / "..data").symlink_to(version.name)
    for name, text in only(documents, "ConfigMap")["data"].items():
        (version / name).write_text(text, "utf-8")
        (mounted / name).symlink_to(f"..data/{name}")
    return mounted
