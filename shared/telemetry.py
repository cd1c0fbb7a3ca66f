"""Logs, and traces by the OpenTelemetry conventions: one place that knows exporters.

Log lines are JSON and carry the trace they belong to. Messages name ids, types and counts, never contents.
"""

import logging
import sys
from typing import Any

from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.exporter.zipkin.json.v2 import JsonV2Encoder
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind
from pythonjsonlogger.json import JsonFormatter

from shared.settings import ServiceSettings

ADDRESSES = frozenset({"http.target", "http.url", "url.path", "url.full", "url.query"})
BROWSERS = frozenset({"http.user_agent", "user_agent.original"})


class Formatter(JsonFormatter):
    """A line of JSON with time, level, logger, service and trace."""

    def __init__(self, service: str) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service": service},
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Add the trace that is going on."""
        super().add_fields(log_data, record, message_dict)
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            log_data["trace_id"] = f"{context.trace_id:032x}"

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the standard library's name
        """The exception's class and where it was raised, not its words: they may hold what a citizen wrote."""
        kind, _, traceback = ei
        frames = []
        while traceback is not None:
            code = traceback.tb_frame.f_code
            frames.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_qualname}")
            traceback = traceback.tb_next
        return " < ".join([kind.__name__ if kind else "?", *reversed(frames[-12:])])


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """JSON lines to standard output; libraries speak up only to warn."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Formatter(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("aiokafka", "uvicorn.access", "httpx", "alembic", "sqlalchemy", "faststream", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


class TopicsAsPeers(JsonV2Encoder):
    """Names the topic as the remote end of producer and consumer spans, so that Zipkin draws services and topics."""

    def _encode_span(self, span: Span, encoded_local_endpoint: Any) -> dict[str, Any]:
        encoded: dict[str, Any] = super()._encode_span(span, encoded_local_endpoint)
        if not isinstance(span, ReadableSpan):
            return encoded
        attributes = span.attributes or {}
        peer = attributes.get("messaging.destination.template") or attributes.get("messaging.destination.name")
        if peer and span.kind in (SpanKind.PRODUCER, SpanKind.CONSUMER):
            encoded["remoteEndpoint"] = {"serviceName": str(peer)}
        return encoded


def trace_requests(app: FastAPI, provider: TracerProvider | None = None) -> None:
    """A span for each request of an application, with `http.route` but without the address itself.

    An address may be a reporter's private link, also where no route takes it: with a slash too many, or by the wrong method.
    """
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        server_request_hook=_forget_visitor,
        excluded_urls="/live,/ready,/internal,/static,/k/",
        exclude_spans=["send", "receive"],
    )


def _forget_visitor(span: Span, scope: dict[str, Any]) -> None:
    """Of an address its first part stays; of the browser nothing, so that nobody's reports can be joined by it (rules.md §7)."""
    page = "/" + str(scope["path"]).lstrip("/").partition("/")[0]
    told = span.attributes or {} if isinstance(span, ReadableSpan) else {}
    for name in ADDRESSES.intersection(told):
        span.set_attribute(name, page)
    for name in BROWSERS.intersection(told):
        span.set_attribute(name, "")


def configure_tracing(settings: ServiceSettings) -> TracerProvider | None:
    """Traces go where `settings.traces` says; None and no cost where it says `none`.

    Raises:
        ValueError: `traces` is none of `none`, `zipkin:<url>`, `otlp:<url>`.
    """
    kind, _, url = settings.traces.partition(":")
    if kind == "none":
        return None
    exporter: SpanExporter
    if kind == "zipkin":
        exporter = ZipkinExporter(endpoint=url)
        exporter.encoder = TopicsAsPeers()  # type: ignore[assignment]  # annotated as version 1, whichever is in use
    elif kind == "otlp":
        exporter = OTLPSpanExporter(endpoint=url)
    else:
        raise ValueError("LAPOR_TRACES: none, zipkin:<url> or otlp:<url>")
    resource = Resource.create({"service.name": settings.service, "service.instance.id": settings.instance})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider
