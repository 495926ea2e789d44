"""The metrics of this process in the formats of Prometheus. Import it only to answer a scrape."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import choose_encoder

from mockrevio import __version__, real_time
from mockrevio.telemetry.call_counts import BUCKETS, Durations
from mockrevio.telemetry.telemetry import Telemetry
from mockrevio.world.statistics import Statistics
from mockrevio.world.worlds import Worlds


def render_metrics(worlds: Worlds, telemetry: Telemetry, accept: str) -> tuple[bytes, str]:
    """All metrics, and their content type: that of OpenMetrics if the `Accept` header prefers it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(worlds, telemetry))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collector:
    """Collects what the parts of the mock count anyway."""

    def __init__(self, worlds: Worlds, telemetry: Telemetry) -> None:
        self._worlds = worlds
        self._telemetry = telemetry

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        statistics = self._worlds.statistics()
        yield from self._calls(statistics)
        yield from self._worlds_and_storage(statistics)
        yield from _webhooks(statistics)
        yield from self._process()

    def _calls(self, statistics: Statistics) -> Iterator[Metric]:
        counts = self._telemetry.counts
        calls = CounterMetricFamily(
            "mockrevio_calls",
            "API calls that are over.",
            labels=["route", "method", "status", "status_class", "client"],
        )
        for kind, count in counts.calls():
            calls.add_metric([kind.route, kind.method, kind.status, kind.status_class, kind.client], count)
        yield calls
        yield _histogram(
            "mockrevio_call_duration_seconds",
            "Real time from the arrival of a call to its response, delays by faults included.",
            counts.durations(),
        )
        yield _gauge(
            "mockrevio_calls_in_progress", "API calls without a response.", statistics.calls_in_progress
        )
        yield _counter_by(
            "mockrevio_broken_calls", "Calls without a whole response.", "reason", counts.broken()
        )
        yield _counter_by("mockrevio_faults_fired", "Faults that fired on calls.", "kind", counts.faults())
        yield _gauge("mockrevio_streams_open", "Streams of events.", len(self._telemetry.open_streams))

    def _worlds_and_storage(self, statistics: Statistics) -> Iterator[Metric]:
        yield _gauge("mockrevio_worlds", "Worlds in memory.", len(self._worlds.names()))
        yield _gauge("mockrevio_request_log_entries", "Calls in the request logs.", statistics.log_entries)
        yield _gauge(
            "mockrevio_request_log_bytes", "Memory of the request logs, about.", statistics.log_bytes
        )
        yield _counter(
            "mockrevio_request_log_evicted", "Calls that request logs have evicted.", statistics.log_evictions
        )
        yield _gauge("mockrevio_wal_bytes", "Size of the write-ahead logs.", statistics.wal_bytes)
        yield SummaryMetricFamily(
            "mockrevio_checkpoint_duration_seconds",
            "Time to write a data file anew, when its write-ahead log is folded into it.",
            count_value=statistics.checkpoints,
            sum_value=statistics.checkpoint_seconds,
        )
        yield _counter(
            "mockrevio_checkpoint_failures", "Checkpoints that failed.", statistics.checkpoint_failures
        )

    def _process(self) -> Iterator[Metric]:
        log = self._telemetry.log
        dropped = 0 if log is None else log.writer.total_dropped
        yield _counter("mockrevio_log_lines_dropped", "Lines about calls that were not written.", dropped)
        started = real_time.seconds_since_epoch() - (real_time.monotonic() - self._worlds.started)
        yield _gauge("mockrevio_start_time_seconds", "When the server was started, since 1970.", started)
        info = GaugeMetricFamily("mockrevio_build_info", "The version.", labels=["version", "python"])
        info.add_metric([__version__, platform.python_version()], 1)
        yield info


def _webhooks(statistics: Statistics) -> Iterator[Metric]:
    yield _gauge(
        "mockrevio_webhook_deliveries_pending", "Notifications to be sent.", statistics.pending_deliveries
    )
    yield _counter_by(
        "mockrevio_webhook_deliveries",
        "Notifications that are no longer pending.",
        "status",
        statistics.deliveries,
    )
    yield _counter_by(
        "mockrevio_webhook_faults_fired",
        "Faults that fired on notifications.",
        "kind",
        statistics.delivery_faults,
    )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)


def _counter_by(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, durations: Mapping[tuple[str, str], Durations]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=["route", "method"])
    bounds = [*map(str, BUCKETS), "+Inf"]
    for labels, each in sorted(durations.items()):
        total, buckets = 0, []
        for bound, count in zip(bounds, each.buckets, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric(labels, buckets, sum_value=each.seconds)
    return family
