"""Calls of this process to Rev.io's own addresses reach a mock: `Interception`.

There are two ways to hook. Most tools of this kind hook each HTTP library at its top (responses, respx,
vcrpy, pook). They are blind to what they do not know: a new library, a new version or a raw socket reaches
the real service. Others replace the socket (httpretty, mocket, pytest-socket). They see every library, but
neither connections that are open already nor the host behind a proxy.

Here the lower layers redirect, for every library that uses Python's own network code:

- `names`: an intercepted host resolves to a stand-in address on the loopback network;
- `sockets`: connecting to a stand-in connects to the mock;
- `tls`: the mock's side of TLS; a connection for the host that does not lead to the mock is stopped;
- `event_loops`: the same where an event loop does it in C.

Libraries only get hooks for what the layers cannot know: which pooled connections must not be used, which
requests would go to a proxy (`http_client`, `urllib3`, `httpcore`, `aiohttp`, `socks`), and what a stream is
connected to (`async_tls`). A library that does not look as expected is rejected when it is used for an
intercepted host (`refusals`), and so is one with its own network code (`other_clients`).

`installed` puts the hooks in when the first interception starts and removes them when the last one stops. All
interceptions share them; `routes` says which one a host belongs to. No environment variable is touched.
"""

from __future__ import annotations

from mockrevio.testing.intercept.interception import Interception

__all__ = ["Interception"]
