"""Logs: one JSON object a line, on stderr. Whatever looks like a token is cut out, wherever it came from."""

from __future__ import annotations

import json
import logging
import re
import time
from functools import lru_cache
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
# PostgreSQL's errors repeat values in these parts.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^\[SQL|^\(Background|^$|\Z)", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r"(rc[tr]_)[A-Za-z0-9_\-.~%]+|(eyJ)[A-Za-z0-9_\-]{16,}[A-Za-z0-9_\-.]*")
# Made once: `json.dumps` with options makes one each time.
_ENCODER = json.JSONEncoder(default=str)


class JsonFormatter(logging.Formatter):
    """Formats a record, and what was given as `extra`, as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": f"{_second(int(record.created))}.{int(record.created % 1 * 1000):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None}
        if record.exc_info:
            line["traceback"] = _DETAIL.sub(r"\1: [cut]\n", self.formatException(record.exc_info))
        text = _ENCODER.encode(line)
        # Nearly no line has one, and to search for an expression takes as long as to write the line.
        if "rct_" in text or "rcr_" in text or "eyJ" in text:
            text = _TOKEN.sub(lambda found: f"{found[1] or found[2]}[cut]", text)
        return text


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    # Lines come by the thousand a second.
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))


def log_config(level: str = "INFO") -> dict[str, Any]:
    """Return the configuration for `logging.config`: uvicorn's loggers and ours to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "reconciler.server.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": {
            name: {"handlers": ["stderr"], "level": level, "propagate": False} for name in ("reconciler", "uvicorn")
        },
    }
