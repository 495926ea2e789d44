"""The end of a process that serves: the signals that ask for it, and the threads that it waits for."""

from __future__ import annotations

import signal
import threading
from typing import Any

from mockrevio import real_time


def on_stop_signals(handler: Any) -> None:
    """Handle the signals that ask a process to stop."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handler)


def join_threads(deadline: float) -> bool:
    """Wait for the end of all threads; False if that takes longer than until `deadline`."""
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join(max(deadline - real_time.monotonic(), 0))
            if thread.is_alive():
                return False
    return True
