"""mockrevio, run as a pod of examples/kubernetes runs it: user, environment, files, probes, node loss.

What the kubelet would do is done by hand: the ConfigMap's links, a root that is mounted read-only, a user id
that nobody has, in group 0, without capabilities.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.installing import UnprivilegedUser, can_switch_user
from tests.kubernetes.documents import configuration, kustomize, only
from tests.programs import find, needs
from tests.support import Client
from tests.test_dockerfile import ENVIRONMENT, free_port

pytestmark = [
    needs("kubectl", "unshare", "setpriv"),
    pytest.mark.skipif(not can_switch_user(), reason="only root can switch users and mount"),
]

TOKEN = "sesame"  # noqa: S105 (of this test)
SECRET = {"MOCKREVIO_ADMIN_TOKEN": TOKEN, "MOCKREVIO_CREDENTIALS": "tester@acme:secret ann@other:one:GET"}
"""What the user puts into the Secret `mockrevio`."""

USER = UnprivilegedUser(1000680000)
"""Such as OpenShift picks."""

_START = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro /
cd /
if touch "$2" 2>/dev/null; then echo "the root can be written" >&2; exit 99; fi
shift 2
exec "$@"
"""
"""Make the root read-only, except for one folder, and run a command."""


@dataclass
class Pod:
    """A container of the manifest, and the files that outlive it."""

    folder: Path
    port: int
    container: dict[str, Any]
    mounted: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """Its volume."""
        return self.folder / "data"

    def command(self) -> list[str]:
        """The entry point of the image, as the manifest's user."""
        capabilities = ["--no-new-privs"]
        switch = USER.command_prefix()
        if not any("caps" in word for word in switch):  # those that only let it read this installation
            capabilities += ["--bounding-set=-all", "--inh-caps=-all"]
        program = [*switch, *capabilities, str(Path(sys.executable).with_name("mockrevio")), "serve"]
        outside = str(Path(tempfile.gettempdir()).parent / "mockrevio-root-is-writable")
        shell = ["sh", "-c", _START, "sh", str(self.data), outside]
        return [find("unshare") or "unshare", "--mount", "--propagation", "private", *shell, *program]

    def environment(self) -> dict[str, str]:
        """The image's, the manifest's and the Secret's, with the folders and the port of this test."""
        given = {each["name"]: each["value"] for each in self.container["env"]}
        (source,) = self.container["envFrom"]
        assert source == {"secretRef": {"name": "mockrevio"}}
        merged = {**ENVIRONMENT, **SECRET, **given}
        merged["MOCKREVIO_CONFIG"] = merged["MOCKREVIO_CONFIG"].replace("/etc/mockrevio", str(self.mounted))
        merged["MOCKREVIO_DATA"] = merged["MOCKREVIO_DATA"].replace("/data", str(self.data))
        # The shell that mounts finds its programs on PATH; mockrevio needs none.
        paths = {"PATH": os.environ["PATH"]}
        return {**merged, **paths, "MOCKREVIO_PORT": str(self.port), "MOCKREVIO_HOST": "127.0.0.1"}

    @contextmanager
    def start(self) -> Iterator[subprocess.Popen[str]]:
        """Start it, and wait for the startup probe to succeed, no longer than the manifest allows."""
        process = subprocess.Popen(
            self.command(), env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            probe = self.container["startupProbe"]
            deadline = time.monotonic() + probe["failureThreshold"] * probe["periodSeconds"]
            while self.probe("startupProbe") != 200:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=30)

    def probe(self, name: str) -> int | None:
        """The status that the kubelet gets: it calls the pod by its address, without a token."""
        try:
            response = requests.get(
                self.url + self.container[name]["httpGet"]["path"],
                headers={"Host": f"10.42.7.3:{self.port}", "User-Agent": "kube-probe/1.37"},
                timeout=self.container[name].get("timeoutSeconds", 1) + 5,
            )
        except requests.ConnectionError:
            return None
        if response.ok:
            assert response.json() == {"ok": True}
        return response.status_code


@pytest.fixture
def pod() -> Iterator[Pod]:
    """A pod that has not been started."""
    folder = Path(tempfile.mkdtemp(prefix="mockrevio-pod-"))
    try:
        folder.chmod(0o755)
        documents = kustomize("openshift")
        mounted = configuration(documents, folder)
        config = mounted / "mockrevio.toml"
        text = config.read_text("utf-8").replace("/etc/mockrevio", str(mounted))
        (mounted / "..data" / "mockrevio.toml").write_text(text, "utf-8")
        data = folder / "data"
        data.mkdir()
        data.chmod(0o2775)  # the kubelet makes the volume writable for the group
        shutil.chown(data, 0, 0)
        (data / "lost+found").mkdir(mode=0o700)  # as on a new ext4 volume
        (container,) = only(documents, "Deployment")["spec"]["template"]["spec"]["containers"]
        yield Pod(folder, free_port(), container, mounted)
    finally:
        shutil.rmtree(folder)


def admin(pod: Pod, path: str, host: str, token: str | None = TOKEN, **options: Any) -> requests.Response:
    """An admin call from another pod, by this name of the Service."""
    headers = {"Host": f"{host}:7384"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return requests.get(f"{pod.url}/__admin/{path}", headers=headers, timeout=30, **options)


def test_it_runs_as_any_user_on_a_read_only_root_and_the_probes_pass(pod: Pod) -> None:
    with pod.start() as process:
        assert {pod.probe(f"{name}Probe") for name in ("startup", "readiness", "liveness")} == {200}
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        assert re.search(rf"^Uid:\s+{USER.uid}\s", status, re.MULTILINE)
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
        root = Path(f"/proc/{process.pid}/mountinfo").read_text("utf-8")
        assert re.search(r"^\S+ \S+ \S+ \S+ / ro[, ]", root, re.MULTILINE)
        client = Client(pod.url)
        assert client.get("/v1/Customers/4711").json()["customer_id"] == 4711  # from the ConfigMap
        client.link()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0  # terminationGracePeriodSeconds
    written = {path.name for path in pod.data.iterdir()}
    assert {"acme.json", ".lock", "lost+found"} <= written
    assert (pod.data / "acme.json").stat().st_uid == USER.uid


def test_pods_reach_the_admin_api_by_the_services_names_with_the_token(pod: Pod) -> None:
    with pod.start():
        for host in ("mockrevio", "mockrevio.mocks.svc", "mockrevio.mocks.svc.cluster.local"):
            assert admin(pod, "settings", host).status_code == 200, host
        assert admin(pod, "settings", "mockrevio", token=None).status_code == 401
        assert admin(pod, "settings", "evil.example").status_code == 403
        other = requests.get(f"{pod.url}/v1/SystemStatus", auth=("ann@other", "one"), timeout=30)
        assert other.status_code == 200
        assert (
            requests.get(f"{pod.url}/v1/SystemStatus", auth=("eve@acme", "x"), timeout=30).status_code == 401
        )


def test_after_the_node_is_lost_the_next_pod_has_every_acknowledged_write(pod: Pod) -> None:
    """The process is killed without notice; the volume is attached elsewhere, for another user id."""
    with pod.start() as process:
        client = Client(pod.url)
        ids = [client.link(external_id=f"0012D{number}") for number in range(20)]
        process.kill()
        process.wait(30)
    with pod.start():
        client = Client(pod.url)
        records = client.get("/v1/IntegrationKeyLink?page_size=100").json()["records"]
        assert sorted(record["integration_key_link_id"] for record in records) == ids
        assert client.link(external_id="next") == ids[-1] + 1


def test_a_second_pod_on_the_same_volume_exits_and_the_first_keeps_running(pod: Pod) -> None:
    with pod.start():
        second = Pod(pod.folder, free_port(), pod.container, pod.mounted)
        ended = subprocess.run(
            second.command(),
            env=second.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 1
        assert f"{pod.data} is in use by another mockrevio process" in ended.stderr
        assert pod.probe("readinessProbe") == 200
        with socket.create_connection(("127.0.0.1", pod.port), timeout=10):
            pass
