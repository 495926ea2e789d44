"""examples/kubernetes, rendered by kubectl and checked against Kubernetes' schemas."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mockrevio import __version__
from tests.kubernetes.documents import (
    MANIFESTS,
    Document,
    check_references,
    check_restricted,
    kustomize,
    only,
    validate,
)
from tests.programs import needs
from tests.support import ROOT
from tests.test_dockerfile import ENVIRONMENT, FINAL, values

pytestmark = needs("kubectl")


@pytest.fixture(scope="module", params=["base", "openshift"])
def documents(request: pytest.FixtureRequest) -> list[Document]:
    """What the cluster gets."""
    return kustomize(request.param)


def test_every_document_is_valid_and_refers_to_others_that_exist(documents: list[Document]) -> None:
    validate(documents)
    kinds = sorted(each["kind"] for each in documents)
    assert kinds == ["ConfigMap", "Deployment", "PersistentVolumeClaim", "Service"]
    check_references(documents, frozenset({"Secret/mockrevio"}))


def test_the_pod_obeys_the_restricted_standard(documents: list[Document]) -> None:
    check_restricted(documents)


def test_there_are_never_two_pods(documents: list[Document]) -> None:
    deployment = only(documents, "Deployment")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    assert only(documents, "PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_image_port_and_data_folder_are_those_of_the_image(documents: list[Document]) -> None:
    (container,) = only(documents, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"registry.example.com/mockrevio:{__version__}"
    (port,) = container["ports"]
    assert [str(port["containerPort"])] == values(FINAL, "EXPOSE")
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts["data"] == ENVIRONMENT["MOCKREVIO_DATA"]
    assert "command" not in container
    assert "args" not in container


def test_only_the_base_names_a_group_for_the_volume() -> None:
    """OpenShift admits no group outside the project's range."""
    groups = [
        only(kustomize(name), "Deployment")["spec"]["template"]["spec"]["securityContext"].get("fsGroup")
        for name in ("base", "openshift")
    ]
    assert groups == [10001, None]


def test_a_changed_setting_gets_a_configmap_of_another_name(tmp_path: Path) -> None:
    """So the Deployment changes, and its pod restarts."""
    shutil.copytree(MANIFESTS / "base", tmp_path / "base")
    before = only(kustomize("base", tmp_path), "Deployment")
    assert before == only(kustomize("base"), "Deployment")
    with (tmp_path / "base" / "mockrevio.toml").open("a", encoding="utf-8") as file:
        file.write('latency = "1s"\n')
    assert only(kustomize("base", tmp_path), "Deployment") != before


def test_the_page_names_the_commands_and_files() -> None:
    text = (ROOT / "docs" / "kubernetes.md").read_text("utf-8")
    for part in ("kubectl apply --kustomize examples/kubernetes/base", "examples/kubernetes/openshift"):
        assert part in text
