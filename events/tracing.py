"""The publishing service's own trace, where it has OpenTelemetry; this package does not need it."""


def current() -> str | None:
    """The `traceparent` of the span that is open in this thread; None without one."""
    try:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )
    except ImportError:
        return None
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")
