"""Running the application: one process, or several that share a socket and nothing else.

The socket is bound before anything starts, so that a port which is taken is an error of the command and no log line of
a worker. uvicorn stops gracefully on SIGTERM: it takes no new connections and lets the requests in flight end.
"""

from __future__ import annotations

import gc
import logging.config
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from reconciler.errors import ReconcilerError
from reconciler.port import RegistryUnavailable
from reconciler.registry.url import parse_database_url
from reconciler.server.app import create_app, utc_now
from reconciler.server.logs import log_config
from reconciler.server.metrics import MULTIPROCESS_FOLDER
from reconciler.server.services import Services
from reconciler.server.settings import Settings

_BACKLOG = 2048
_HEAD_BYTES = 64 * 1024
_CONNECTIONS = 1000
# Longer than the usual proxy keeps a connection to us, so that it never sends into one that we are closing.
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 30
# A worker answers its supervisor only once it has started. uvicorn's five seconds are too few for that on a busy
# machine: it killed those that were starting, and started others. More would be longer than one that hangs may go on.
_WORKER_SECONDS = 15

__all__ = ["Listening", "Settings", "serve"]

# The command line counts on an early end and hardly collects. A server goes on; what one page of records is made of is
# not looked through before it has gone.
_OBJECTS_PER_COLLECTION = 20_000

_log = logging.getLogger("reconciler.server")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, and with how many processes."""

    host: str
    port: int
    workers: int = 1


def serve(settings: Settings, listening: Listening) -> bool:
    """Serve until a signal ends it; tell whether it ended well. Raises ReconcilerError where it can't listen."""
    logging.config.dictConfig(log_config())
    run = _one if listening.workers == 1 else _several
    with _bound(listening) as bound, _metrics_folder(listening.workers):
        _say_if_locked(settings)
        return run(_config(settings, listening), bound, parse_database_url(settings.database, settings.root).spelled)


def _config(settings: Settings, listening: Listening) -> uvicorn.Config:
    return uvicorn.Config(
        # Not a closure: it is handed to worker processes.
        partial(_application, settings),
        factory=True,
        workers=listening.workers,
        log_config=log_config(),
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        # The other parser knows no limit to a request's head, and would take any number of bytes from strangers.
        http="h11",
        h11_max_incomplete_event_size=_HEAD_BYTES,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_worker_healthcheck=_WORKER_SECONDS,
    )


def _application(settings: Settings) -> FastAPI:
    """Make the application in the process that serves it, which with several is a new one, and set that process up."""
    gc.set_threshold(_OBJECTS_PER_COLLECTION, 10, 10)
    return create_app(settings)


def _one(config: uvicorn.Config, bound: socket.socket, database: str) -> bool:
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # Until uvicorn listens for signals itself, and when it raises them once more after it is done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    _say_where(bound, database, workers=1)
    server.run(sockets=[bound])
    return server.started or server.should_exit


def _several(config: uvicorn.Config, bound: socket.socket, database: str) -> bool:
    supervisor = Multiprocess(config, sockets=[bound])
    _say_where(bound, database, workers=config.workers)
    supervisor.run()
    return all(process.process.exitcode in (0, -signal.SIGTERM) for process in supervisor.processes)


def _say_if_locked(settings: Settings) -> None:
    """Log that no session can be verified. That is no reason not to serve the registry."""
    with closing(Services(settings, utc_now)) as services:
        try:
            services.check_keys()
        except RegistryUnavailable as error:
            _log.error("sessions can't run here", extra={"error": error.message, "hint": error.hint})


def _say_where(bound: socket.socket, database: str, *, workers: int) -> None:
    """Log the address and the database, once signals are heeded: who reads it may send one."""
    host, port = bound.getsockname()[:2]
    spelled = f"[{host}]" if ":" in host else host
    _log.info("listening", extra={"url": f"http://{spelled}:{port}", "database": database, "workers": workers})


@contextmanager
def _bound(listening: Listening) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((listening.host, listening.port))
        except OSError as error:
            raise ReconcilerError(
                f"Can't listen on {listening.host}, port {listening.port}: {error.strerror}",
                hint="Is another server running there? `--port` takes another port, and 0 any free one.",
            ) from error
        bound.set_inheritable(True)
        yield bound


@contextmanager
def _metrics_folder(workers: int) -> Iterator[None]:
    """Give the workers a folder in which they add up their metrics, unless the environment names one."""
    if workers == 1 or os.environ.get(MULTIPROCESS_FOLDER):
        yield
        return
    folder = tempfile.mkdtemp(prefix="reconciler-metrics-")
    os.environ[MULTIPROCESS_FOLDER] = folder
    try:
        yield
    finally:
        del os.environ[MULTIPROCESS_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)
