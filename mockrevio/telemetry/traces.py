"""A span for each call, exported by OpenTelemetry. Import it only if traces are switched on."""

from __future__ import annotations

import logging
import threading
from typing import Any

from mockrevio import __version__, real_time
from mockrevio.control.calls import Broken
from mockrevio.control.clock import Clock
from mockrevio.control.request_log import LogEntry
from mockrevio.errors import ExtraMissing
from mockrevio.reporting import ThrottledReport
from mockrevio.revio.wire.secrets import mask_query
from mockrevio.settings import Settings
from mockrevio.telemetry.call_counts import METHODS
from mockrevio.telemetry.route_templates import OTHER, route_template

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ExtraMissing(
        "--traces needs mockrevio[otel]; install it with pip install 'mockrevio[otel]'"
    ) from None


class _Throttle(logging.Handler):
    """Reports what OpenTelemetry's libraries log, but at most once a minute."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._report = ThrottledReport("spans cannot be exported")

    def emit(self, record: logging.LogRecord) -> None:
        """Report a message."""
        self._report.report(RuntimeError(record.getMessage()))


def _throttle_messages() -> None:
    """Without a collector, the libraries would log each attempt. A program that logs itself decides that."""
    logger = logging.getLogger("opentelemetry")
    if not logger.hasHandlers():
        logger.addHandler(_Throttle())


def _server(host: str) -> dict[str, Any]:
    """The attributes of the server's address, from a Host header."""
    address, _, port = host.rpartition(":")
    if not address or not port.isdecimal():  # no port, or an IPv6 address without one
        return {"server.address": host.strip("[]") or None}
    return {"server.address": address.strip("[]"), "server.port": int(port)}


class Traces:
    """Makes a span of each call once it is over. A thread of OpenTelemetry's exports them in batches.

    Where to, with which headers, and how many is up to OpenTelemetry's own variables, `OTEL_*`, which its
    libraries read themselves. If no collector answers, spans are dropped.
    """

    def __init__(self, settings: Settings) -> None:
        self._scheme = "https" if settings.tls == "auto" or settings.tls_cert is not None else "http"
        ours = Resource({SERVICE_NAME: "mockrevio", SERVICE_VERSION: __version__})
        resource = Resource.create().merge(ours).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("mockrevio", __version__)
        self._propagator = TraceContextTextMapPropagator()
        _throttle_messages()

    def observe(self, entry: LogEntry, broken: Broken | None, duration: float, clock: Clock) -> None:
        """Record the span of a call that is over."""
        del clock
        request, response = entry.request, entry.response
        end = int(real_time.seconds_since_epoch() * 1e9)
        route = route_template(request.path)
        method = METHODS.get(request.method, "HTTP")
        span = self._tracer.start_span(
            method if route == OTHER else f"{method} {route}",
            self._propagator.extract(request.headers),
            SpanKind.SERVER,
            start_time=end - int(duration * 1e9),
            attributes=self._attributes(entry, route, broken),
        )
        status = None if response is None else response.status
        if broken is not None or status is None or status >= 500:
            span.set_status(Status(StatusCode.ERROR, broken))
        span.end(end)

    def _attributes(self, entry: LogEntry, route: str, broken: Broken | None) -> dict[str, Any]:
        """By the semantic conventions for HTTP servers; what they have no name for begins with mockrevio."""
        request, response = entry.request, entry.response
        status = None if response is None else response.status
        known = request.method in METHODS
        values = {
            "http.request.method": request.method if known else "_OTHER",
            "http.request.method_original": None if known else request.method,
            "http.route": None if route == OTHER else route,
            "http.response.status_code": status,
            "url.scheme": self._scheme,
            "url.path": request.path,
            "url.query": mask_query(request.query_string) or None,
            **_server(request.headers.get("host", "")),
            "client.address": None if entry.peer is None else entry.peer.host,
            "client.port": None if entry.peer is None or not entry.peer.port else int(entry.peer.port),
            "user_agent.original": request.headers.get("user-agent"),
            "error.type": broken or (str(status) if status is not None and status >= 500 else None),
            "mockrevio.request_id": entry.id,
            "mockrevio.client": request.client,
            "mockrevio.fault": entry.fault,
            "mockrevio.rules": list(entry.behaviours) or None,
        }
        return {name: value for name, value in values.items() if value is not None}

    def close(self, seconds: float) -> None:
        """Export what is left, but give up after some seconds: a collector may not answer."""
        thread = threading.Thread(target=self._provider.shutdown, name="mockrevio-traces", daemon=True)
        thread.start()
        thread.join(seconds)
