"""Starting threads where the operating system may refuse: containers limit processes, users and memory."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from mockrevio.reporting import ThrottledReport

_refused = ThrottledReport("cannot start a thread, so work waits for the running ones")


def start_daemon(run: Callable[[], None], name: str) -> threading.Thread | None:
    """Start a thread that does not keep the process alive. None, with a message, if the system refuses."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        report_refused_thread(error)
        return None
    return thread


def run_in_thread(run: Callable[[], None], name: str) -> threading.Thread:
    """Start a thread that the process waits for at its end. If the system refuses, run in this one."""
    thread = threading.Thread(target=run, name=name)
    try:
        thread.start()
    except RuntimeError as error:
        report_refused_thread(error)
        run()
        return threading.current_thread()
    return thread


def report_refused_thread(error: RuntimeError) -> None:
    """Report that a thread could not be started, at most once a minute."""
    _refused.report(error)


def threads_are_greenlets() -> bool:
    """Whether gevent has replaced the threads of `threading`."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))
