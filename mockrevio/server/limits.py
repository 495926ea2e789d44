"""What the server allows a connection. Times are seconds, sizes are bytes."""

from __future__ import annotations

BACKLOG = 1024
"""Connections that may wait to be accepted."""

ACCEPT_BATCH = 32
"""Connections that are accepted before other work runs."""

ACCEPT_PAUSE = 0.1
"""Until the next attempt after accepting has failed."""

OTHER_FILES = 64
"""Open files that are no connections: the logs, the loop, what is loaded, notifications on their way."""

SHORT_IDLE_TIMEOUT = 1.0
"""The idle timeout while there are no descriptors for new connections."""

MAX_UNREAD = 64 * 1024
"""Buffered input of a queued connection; beyond it, reading pauses. asyncio reads up to 256 KiB at once."""

MAX_HEAD_SIZE = 64 * 1024
"""Request line and headers; more is a 414 or a 431."""

MAX_METHOD = 64
MAX_HEADER_NAME = 256
MAX_DRAIN = 64 * 1024 * 1024
"""Bytes of an unwanted body that are received and discarded, so that the client can read the response."""

HEAD_TIMEOUT = 30.0
"""From the first byte of a head to its last."""

BODY_TIMEOUT = 10.0
"""Between two pieces of a body."""

WRITE_TIMEOUT = 60.0
"""Until a client that reads nothing of its response is disconnected."""

LINGER_TIMEOUT = 2.0
"""How long a client may go on sending after its response, before its connection is closed."""

HANDSHAKE_TIMEOUT = 10.0
SWEEP_INTERVAL = 0.25
"""How often connections are checked for timeouts."""

SWEEP_BATCH = 200
"""Connections whose timeout is handled before other work runs."""

STOP_TIMEOUT = 0.35
"""How long requests in progress may take to finish when the server stops."""

EXIT_TIMEOUT = 0.75
"""From the signal until `mockrevio serve` ends, even if a thread is still busy."""

LOADING_TIMEOUT = 0.25
"""How long requests wait for the app to load. Most starts take less, so that no client gets a 503."""

POOL_THREADS = 8
"""Threads for requests that may block or compute for long."""

GROUP_THREADS = 4
"""How many of these may serve the same world: all of its requests may wait for one lock."""

THREAD_PAUSE = 0.5
"""Until the next attempt after a thread could not be started."""

SYNC_THREADS = 4
"""Threads that sync logs to the disk; busy workers must not delay them."""
