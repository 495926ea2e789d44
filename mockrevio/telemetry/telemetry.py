"""Everything that observes the calls of one app: the log on standard output, the counts, the traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockrevio.control.calls import CallObserver
from mockrevio.reporting import write_line
from mockrevio.settings import Settings
from mockrevio.telemetry.call_counts import CallCounts

if TYPE_CHECKING:
    from mockrevio.telemetry.call_log import CallLog
    from mockrevio.telemetry.traces import Traces

CLOSE_TIME = 0.2
"""Seconds that the lines and spans that are left have to go out when the app is closed."""


class Telemetry:
    """What an app shows its operators. The counts are always kept; the log and the traces have settings."""

    def __init__(self, settings: Settings) -> None:
        """Raises ExtraMissing if the traces need libraries that are not installed."""
        self.counts = CallCounts()
        self.open_streams: set[object] = set()
        """The streams of events that are being sent."""
        self.log: CallLog | None = None
        self._traces: Traces | None = None
        if settings.log_format != "none":
            from mockrevio.telemetry.call_log import CallLog

            self.log = CallLog(settings.log_format)
        if settings.traces != "none":
            from mockrevio.telemetry.traces import Traces

            self._traces = Traces(settings)

    @property
    def observers(self) -> tuple[CallObserver, ...]:
        """What has to be called with each call that is over."""
        return tuple(each.observe for each in (self.counts, self.log, self._traces) if each is not None)

    def message(self, text: str) -> None:
        """Write a line to standard output, in the format of the log."""
        if self.log is None:
            write_line(text)
        else:
            self.log.message(text)

    def close(self) -> None:
        """Write what is left, as far as that takes no longer than `CLOSE_TIME`."""
        if self._traces is not None:
            self._traces.close(CLOSE_TIME)
        if self.log is not None:
            self.log.writer.close(CLOSE_TIME)
