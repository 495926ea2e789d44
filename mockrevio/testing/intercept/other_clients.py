"""Clients with their own network code. They cannot be redirected, so intercepted hosts are rejected."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import refusals
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches

_OWN_CODE = "it has its own network code"


def _install_pycurl(module: ModuleType, patches: Patches) -> None:
    def make(curl: Any) -> Any:
        class Curl(curl):  # type: ignore[misc]
            """A pycurl.Curl that checks the URL."""

            setopt = refusals.guard("pycurl", _OWN_CODE)(curl.setopt)

        return Curl

    patches.wrap(module, "Curl", make)


def _install_curl_cffi(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.Curl, "setopt", refusals.guard("curl_cffi", _OWN_CODE))


def _install_grpc(module: ModuleType, patches: Patches) -> None:
    for name in ("secure_channel", "insecure_channel"):
        patches.wrap(module, name, refusals.guard("grpc", _OWN_CODE))


HOOKS = (
    Hook("pycurl", "pycurl", _install_pycurl),
    Hook("curl_cffi.curl", "curl_cffi", _install_curl_cffi),
    Hook("grpc", "grpc", _install_grpc),
    Hook("grpc.aio", "grpc", _install_grpc),
)
