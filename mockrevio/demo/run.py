"""`mockrevio demo`: a server, the console in a browser, and the story until it is stopped."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import PurePath
from random import Random

from mockrevio import real_time
from mockrevio.demo.receiver import receiving
from mockrevio.demo.stage import Stage
from mockrevio.demo.steps import Caption, play
from mockrevio.demo.story import story
from mockrevio.demo.traffic import Traffic
from mockrevio.reporting import report_exception, write_line
from mockrevio.server import serve_until_stopped
from mockrevio.settings import Settings
from mockrevio.threads import run_in_thread, start_daemon

_RESTART_DELAY = 5.0
"""Seconds until the story starts again after an unexpected error."""

_TEXT_BROWSERS = ("www-browser", "links", "elinks", "lynx", "w3m")
"""They would take over the terminal, and they run no scripts."""


def demonstrate(settings: Settings, *, pace: float, browser: bool, subscription_key: str | None) -> None:
    """Serve and play the story until SIGINT or SIGTERM, then end within a second.

    `pace` is how much faster than usual the story is played. Raises what `serve_until_stopped` raises.
    """
    serve_until_stopped(settings, Demo(settings, pace, browser, subscription_key))


class Demo:
    """Plays the story while the server runs."""

    def __init__(self, settings: Settings, pace: float, browser: bool, subscription_key: str | None) -> None:
        self._settings = settings
        self._pace = pace
        self._browser = browser
        self._key = subscription_key
        self._stopped = threading.Event()

    def start(self, url: str) -> None:
        """Open the console of the server at this address, and start the story."""
        if self._browser:
            start_daemon(lambda: open_in_browser(f"{url}/__admin/"), "mockrevio-browser")
        run_in_thread(lambda: self._run(url), "mockrevio-demo")

    def stop(self) -> None:
        """Have the story end soon."""
        self._stopped.set()

    def _run(self, url: str) -> None:
        traffic = Traffic(url, self._settings, self._key)
        random = Random(self._settings.seed)  # noqa: S311 (a story is no secret)
        while not self._stopped.is_set():
            try:
                with receiving() as hook:
                    play(
                        story(Stage(random, self._pace), hook),
                        send=traffic.send,
                        announce=_announce,
                        wait=self._wait,
                    )
            except Exception as error:  # the server must go on
                report_exception(error)
                self._stopped.wait(_RESTART_DELAY)

    def _wait(self, seconds: float) -> bool:
        return self._stopped.wait(seconds / self._pace)


def _announce(caption: Caption) -> None:
    now = datetime.fromtimestamp(real_time.seconds_since_epoch()).astimezone()
    write_line(f"{now:%H:%M:%S} {caption.scene}: {caption.text}")


def open_in_browser(url: str) -> None:
    """Open a page in the user's browser, if there is one: its address is printed in any case."""
    import webbrowser

    try:
        browser = webbrowser.get()
        if PurePath(getattr(browser, "name", "")).name not in _TEXT_BROWSERS:
            browser.open(url)
    except (webbrowser.Error, OSError):
        return
