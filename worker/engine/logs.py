"""Structured logs: one JSON object per line, one line per event.

An event has a constant name and ids, codes, counts and durations. Nothing that a tenant wrote is ever logged,
and no key. Therefore the messages of errors are omitted: an error of the database or of a parser may quote
its input.
"""

import logging
import sys
from pathlib import Path
from typing import Final

import structlog

__all__ = ["Logger", "configure_logs", "describe_error", "get_logger"]

Logger = structlog.typing.FilteringBoundLogger

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def _in_order(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Put the fields of every line first, where a person looks for them."""
    first = ("time", "level", "event", "worker")
    return {name: event[name] for name in first if name in event} | dict(event)


def configure_logs(level: str, **bound: str | int) -> None:
    """Send the logs of this process to standard error, with ``bound`` on every line."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _in_order,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    global _bound  # noqa: PLW0603 - the process has one set of values for all its lines
    _bound = bound


_bound: dict[str, str | int] = {}


def get_logger() -> Logger:
    """Return the logger of this process."""
    # Bound now: the lazy proxy would bind again for each event, including those below the level.
    logger: Logger = structlog.get_logger(**_bound).bind()
    return logger


def describe_error(error: BaseException) -> dict[str, str]:
    """Return the type of an error and the place that raised it, without its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    described = {"error": type(error).__name__}
    if trace is not None:
        code = trace.tb_frame.f_code
        described["at"] = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
    return described
