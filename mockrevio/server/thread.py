"""The thread that a server runs in."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mockrevio.errors import ServerError
from mockrevio.threads import threads_are_greenlets


def start_thread(run: Callable[[], None]) -> Callable[[], object]:
    """Call `run` in a new thread of the operating system; return a function that waits for its end.

    Raises ServerError if the operating system starts no more threads.
    """
    if not threads_are_greenlets():
        thread = threading.Thread(target=run, name="mockrevio-server", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise ServerError(f"the server needs a thread, which the system refuses: {error}") from None
        return thread.join
    # `threading` starts greenlets now. For asyncio, all greenlets of a thread are one, so that a second event
    # loop could not run.
    from gevent.threadpool import ThreadPool  # type: ignore[import-untyped]

    pool = ThreadPool(1)
    result = pool.spawn(run)

    def join() -> None:
        result.wait()
        pool.kill()

    return join
