"""anyio and trio: TLS on a stream, whose peer the layer of TLS has to know."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import Peer, peer_of, plain_peer
from mockrevio.testing.intercept.tls import over


def _make_wrap(original: Any, remote_address: Any) -> Any:
    async def wrap(cls: Any, transport_stream: Any, **options: Any) -> Any:
        with over(plain_peer(transport_stream.extra(remote_address, None))):  # noqa: S610 (not Django)
            return await original(cls, transport_stream, **options)

    return wrap


def _install_anyio(module: ModuleType, patches: Patches) -> None:
    remote_address = sys.modules["anyio.abc"].SocketAttribute.remote_address
    patches.wrap(module.TLSStream, "wrap", lambda original: _make_wrap(original, remote_address))


def _make_init(original: Any) -> Any:
    def init(stream: Any, transport_stream: Any, *args: Any, **options: Any) -> None:
        with over(_peer_of_stream(transport_stream)):
            original(stream, transport_stream, *args, **options)

    return init


def _peer_of_stream(stream: Any) -> Peer | None:
    return peer_of(getattr(stream, "socket", None))


def _install_trio(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.SSLStream, "__init__", _make_init)


HOOKS = (
    Hook("anyio.streams.tls", "anyio", _install_anyio, ("TLSStream.wrap",)),
    Hook("trio", "trio", _install_trio, ("open_tcp_stream",)),
)
