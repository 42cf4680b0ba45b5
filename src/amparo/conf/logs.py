"""Logs: an event name and identifiers. Every key that is not on the list is dropped before it is written."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

# Identifiers, counts and states only: never a text, a URL, a fingerprint, an address, a code or a name.
ALLOWED_KEYS = frozenset(
    {
        "attempt",
        "bank",
        "case",
        "count",
        "decision",
        "entries",
        "error",
        "event",
        "item",
        "job",
        "kind",
        "level",
        "matcher",
        "milliseconds",
        "notice",
        "organisation",
        "port",
        "position",
        "state",
        "status",
        "timestamp",
        "worker",
    },
)


def keep_allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


class OnlyOurs(logging.Filter):
    """Lets a foreign record through as its logger's name and level: messages of libraries may quote input."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("amparo"):
            cause = record.exc_info[0] if record.exc_info else None
            record.msg = f"{record.name}: {cause.__name__ if cause else record.levelname.lower()}"
            record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return True


def configure(settings: Mapping[str, str]) -> None:
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings["format"] == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnlyOurs())
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
