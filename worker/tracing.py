"""Traces by OpenTelemetry: from an event's `traceparent` over intake to the ledger's call and the
status event. Off unless configured; a trace context is then handed on as it came."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NoOpTracerProvider,
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    TracerProvider,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from worker import logs

__all__ = ["Open", "SpanKind", "begin", "exporting", "span"]

_FORMAT = TraceContextTextMapPropagator()
_LAST_SECONDS = 1.5  # until whatever was not sent by then is given up
_TRACE_ID = slice(3, 35)  # W3C trace context: version, trace id, parent id, flags

Value = str | int | float | bool


@dataclass
class _Traced:
    """Where spans go: nowhere, until a process exports them."""

    provider: TracerProvider = field(default_factory=NoOpTracerProvider)

    @property
    def tracer(self) -> Tracer:
        return self.provider.get_tracer("cmms-books")


_traced = _Traced()


@contextmanager
def exporting(endpoint: str | None, process: str, ratio: float = 1.0) -> Iterator[None]:
    """Send spans to an OTLP/HTTP collector inside the block; None: nowhere.

    `ratio` is the part of the traces that begin here which is kept; those that begin elsewhere
    are kept as their beginner says. What is not sent yet goes out at the end of the block, as far
    as the collector takes it at once.
    """
    if endpoint is None:
        yield
        return
    # Here, since they take a while to import, and most processes trace nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider as Exporting  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415

    named = {"service.name": "cmms-books", "service.instance.id": process}
    provider = Exporting(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create(named),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=2)))
    _traced.provider = provider
    try:
        yield
    finally:
        _traced.provider = NoOpTracerProvider()
        # A collector that is slow does not keep a process that was told to stop.
        last = threading.Thread(target=provider.shutdown, daemon=True)
        last.start()
        last.join(_LAST_SECONDS)


class Open:
    """A span that has begun; `traceparent` is what is handed on to whatever follows from it."""

    def __init__(self, span_: Span, came_from: str | None) -> None:
        self._span = span_
        known = span_.get_span_context()
        self.traceparent = _written(span_) if known.is_valid and _is_on() else came_from

    def end(self, fault: str | None = None) -> None:
        """The end of it; `fault` names what went wrong, without data."""
        if fault is not None:
            self._span.set_status(StatusCode.ERROR, fault)
        self._span.end()


def begin(
    name: str, came_from: str | None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Value
) -> Open:
    """Begin a span below `came_from`, or a trace of its own where that is None."""
    return Open(_traced.tracer.start_span(name, _context(came_from), kind, attributes), came_from)


@contextmanager
def span(
    name: str,
    came_from: Sequence[str | None] = (),
    kind: SpanKind = SpanKind.INTERNAL,
    **attributes: Value,
) -> Iterator[None]:
    """A span round the block, and the trace's id on every line that is logged in it.

    What serves several traces at once is a span in each of them, all linked to the one that was
    done: a batch call is seen from every document in it. Without any it belongs to the span that
    is open in this thread.
    """
    parents = sorted({one for one in came_from if one})
    context = _context(parents[0]) if len(parents) == 1 else None
    links = _links(parents) if len(parents) > 1 else []
    with (
        _traced.tracer.start_as_current_span(
            name,
            context,
            kind,
            attributes,
            links,
            record_exception=False,
            set_status_on_exception=False,
        ) as done,
        logs.bind(trace=parents[0][_TRACE_ID] if len(parents) == 1 else None),
    ):
        seen_from = [
            _traced.tracer.start_span(
                name, _context(one), kind, attributes, [Link(done.get_span_context())]
            )
            for one in (parents if len(parents) > 1 else ())
        ]
        try:
            yield
        except BaseException as error:
            for one in (done, *seen_from):
                one.set_status(StatusCode.ERROR, type(error).__name__)  # its text may hold data
            raise
        finally:
            for one in seen_from:
                one.end()


def _links(parents: Sequence[str]) -> list[Link]:
    return [Link(get_current_span(_context(one)).get_span_context()) for one in parents]


def _is_on() -> bool:
    return not isinstance(_traced.provider, NoOpTracerProvider)


def _context(traceparent: str | None) -> Context:
    """The context that a `traceparent` names; an empty one for None and for what is none."""
    return _FORMAT.extract({"traceparent": traceparent} if traceparent else {}, Context())


def _written(span_: Span) -> str | None:
    carrier: dict[str, str] = {}
    _FORMAT.inject(carrier, set_span_in_context(span_, Context()))
    return carrier.get("traceparent")
