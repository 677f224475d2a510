"""`verify` over HTTP, against the bare framework: FastAPI on the same uvicorn, answering a constant body.

Both are processes of their own, asked over the same number of open connections. Rounds alternate. Beside the rate
stands how much processor time a request takes in the server, which other work on the machine changes less.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.session_scale.asking import Asked, asking
from benchmarks.session_scale.ratios import Ratio, ratio
from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE, data_of, service_of, with_type
from reconciler.access import Role
from reconciler.registry.store import TokenStore
from reconciler.registry.store.sessions.master_key import VARIABLE
from reconciler.runtime.surroundings import utc_now
from tests.server.running import Process

_TOKENS = 200
_ROOT = Path(__file__).parents[2]
_BARE = Path(__file__).with_name("bare.py")
_VERIFY = f"/v1/products/{PRODUCT}/envs/{ENV}/sessions/{TYPE.tag}/verify"
_SQLITE = "sqlite:///verify.db"


def over_http(folder: Path, rounds: int, database: str = _SQLITE) -> tuple[Ratio, Ratio]:
    """Measure `verify` over HTTP: the rates, and the rates per second of processor time."""
    secret, tokens = _prepared(folder, database)
    with ExitStack() as stack:
        environment = {VARIABLE: MASTER.text, "PYTHONPATH": str(_ROOT), "RECONCILER_DATABASE": database}
        process = stack.enter_context(Process(folder, **environment))
        ours = Asked(process.url(), process.popen.pid, _VERIFY, tokens, secret)
        bare = Asked(*stack.enter_context(_bare()), "/verify", tokens, secret)
        ask_ours, ask_bare = (stack.enter_context(asking(each, folder)) for each in (ours, bare))
        measured = [(ask_ours.round(), ask_bare.round()) for _ in range(rounds)]
    return (
        ratio("verify over HTTP / bare FastAPI", [(one.rate, two.rate) for one, two in measured], must=0.5),
        ratio("the same, by processor time", [(one.cpu_rate, two.cpu_rate) for one, two in measured], must=0.5),
    )


def _prepared(folder: Path, database: str) -> tuple[str, list[str]]:
    """Return an API token, and session tokens."""
    with closing(with_type(folder, database)) as opened, service_of(opened) as service:
        _, secret = TokenStore(opened, utc_now).create("benchmark", Role.RUNTIME)
        sessions = service.sessions(PRODUCT, ENV)
        return secret, [sessions.start(TYPE.tag, data_of(user)).token for user in range(_TOKENS)]


@contextmanager
def _bare() -> Iterator[tuple[str, int]]:
    """Run the bare framework on a free port, and give its URL and process id."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        command = [sys.executable, str(_BARE), str(bound.fileno())]
        popen = subprocess.Popen(command, pass_fds=[bound.fileno()])  # noqa: S603 - our own script
    try:
        yield f"http://127.0.0.1:{port}", popen.pid
    finally:
        popen.terminate()
        popen.wait(30)
