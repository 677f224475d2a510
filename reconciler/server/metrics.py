"""Prometheus metrics of the requests.

With several workers each process counts for itself; `PROMETHEUS_MULTIPROC_DIR`, which `reconciler serve` sets, lets
whichever is asked add up all of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from reconciler import __version__

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


SessionCall: TypeAlias = Literal["start", "verify", "refresh", "revoke"]
SessionOutcome: TypeAlias = Literal["ok", "invalid", "expired", "revoked", "reused", "refused"]


class Metrics:
    """The process's metrics. Labels take values from short lists only: no path or method of a stranger's choosing."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "reconciler_http_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "reconciler_http_request_seconds",
            "Time from a request's arrival to the end of its answer.",
            ("method", "route"),
            registry=self._registry,
        )
        self._sessions = Counter(
            "reconciler_sessions",
            "Sessions started, refreshed and revoked, and tokens verified, by what came of it.",
            ("call", "outcome"),
            registry=self._registry,
        )
        self._open = Gauge(
            "reconciler_http_requests_open",
            "Requests being answered now.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        build = Gauge(
            "reconciler_build_info",
            "Always 1; the label says which version runs.",
            ("version",),
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        build.labels(__version__).set(1)

    def arrived(self) -> None:
        """Count a request that begins."""
        self._open.inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that ended."""
        method = method if method in _METHODS else "OTHER"
        self._open.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def session(self, call: SessionCall, outcome: SessionOutcome, number: int = 1) -> None:
        """Count what a session call came to. Neither product nor environment is a label: there may be any number."""
        self._sessions.labels(call, outcome).inc(number)

    def exposition(self) -> bytes:
        """Return the metrics of this process, or of all workers together, as Prometheus reads them."""
        registry = self._registry
        if folder := os.environ.get(MULTIPROCESS_FOLDER):
            _forget_the_dead(Path(folder))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _forget_the_dead(folder: Path) -> None:
    """Remove the open requests of workers that were killed: nobody will ever close them."""
    for file in folder.glob("gauge_live*_*.db"):
        number = int(file.stem.rpartition("_")[2])
        if not _is_alive(number):
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
