"""`apply` of 100 updates to a registry that answers each after 10 ms and has nothing else to do.

What is measured is the client: how near it comes to 16 calls at a time with nothing between them. So the registry is
not our server, whose database takes longer than 10 ms on a busy disk, but one that speaks the same protocol: it passes
what is read on to our server, and answers each write by itself, 10 ms after it has all of it, with the record as it
would be then. Nothing is kept, so that every run finds the same. The span goes from the first byte of the first write's
arrival to the last answer's leaving; both sides share the machine. A bare script that makes the same calls shows what
the machine allows (bare_writes.py).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from benchmarks.exchange import Answered, Answering, Asked, Exchange, exchange, forwarding
from benchmarks.manifests import write_manifests
from benchmarks.measuring import Command
from benchmarks.rows import Row
from benchmarks.setting import Found, Setting

_UPDATES = 100
_PARALLELISM = 16
_SECONDS = 0.01
_OK, _PRECONDITION_FAILED = 200, 412
_PRODUCT = "apply"
_IDEAL = -(-_UPDATES // _PARALLELISM) * _SECONDS
_BARE = str(Path(__file__).parents[1] / "bare_writes.py")


def measure(setting: Setting) -> Found:
    """Measure the span of the writes, ours and those of a bare script in turns, and count them."""
    setting.served.fill(_PRODUCT, write_manifests(setting.root / "before", _UPDATES))
    changed = write_manifests(setting.root / "after", _UPDATES, changed=1)
    with exchange(_registry(setting)) as registry:
        asked = (
            "--product",
            _PRODUCT,
            "--registry",
            registry.url,
            "--auto-approve",
            "--parallelism",
            str(_PARALLELISM),
        )
        ours = setting.reconciler("apply", str(changed), *asked)
        bare = Command([sys.executable, _BARE, registry.url, _PRODUCT, str(_PARALLELISM)], setting.environment)
        for command in (ours, bare):
            _written(command, registry)  # Python compiles what it has not met yet
        turns = [(_written(ours, registry), _written(bare, registry)) for _ in range(setting.asked.runs)]
    return Found(
        [
            _row(f"`apply` of {_UPDATES} updates, time of the writes / ideal", [one for one, _ in turns], 1.5),
            _row("the same calls from a bare script / ideal", [two for _, two in turns], None),
            Row(
                f"write calls for {_UPDATES} updates, too many or too few",
                max(abs(one.writes - _UPDATES) for one, _ in turns),
                0,
            ),
        ],
        {"ideal": _IDEAL, "ours": [asdict(one) for one, _ in turns], "bare": [asdict(two) for _, two in turns]},
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """How many writes a command made, the seconds from the first to the last, and the processor time of all of it."""

    writes: int
    span: float
    cpu_seconds: float


def _written(command: Command, registry: Exchange) -> _Written:
    usage = command.run()
    seen = [each for each in registry.taken() if each.asked.is_write and each.answered.status == _OK]
    span = max(each.ended for each in seen) - min(each.began for each in seen)
    return _Written(len(seen), span, usage.cpu_seconds)


def _row(what: str, runs: list[_Written], must: float | None) -> Row:
    spans = [run.span for run in runs]
    span, cpu = statistics.median(spans), statistics.median(run.cpu_seconds for run in runs)
    beside = f"{1000 * span:.0f} ms, ideally {1000 * _IDEAL:.0f}; the best run {1000 * min(spans):.0f}; "
    return Row(what, span / _IDEAL, must, beside=f"{beside}{cpu:.2f} s of CPU for the whole command")


def _registry(setting: Setting) -> Answering:
    pass_on = forwarding(setting.served.url)
    records = {record["tag"]: record for record in setting.served.records(_PRODUCT)}

    async def answering(asked: Asked) -> Answered:
        if not asked.is_write:
            return await pass_on(asked)
        answered = _updated(records, asked)
        await asyncio.sleep(_SECONDS)
        return answered

    return answering


def _updated(records: dict[str, Any], asked: Asked) -> Answered:
    record = records[unquote(asked.path.rpartition("/")[2])]
    if asked.method != "PATCH" or asked.headers.get("if-match") != f'"{record["revision"]}"':
        return Answered(_PRECONDITION_FAILED, {"Content-Type": "application/problem+json"}, b"{}")
    spec, revision = {**record["spec"], **json.loads(asked.body)}, record["revision"] + _UPDATES
    body = json.dumps({**record, "spec": spec, "applied": spec, "revision": revision}).encode()
    return Answered(_OK, {"Content-Type": "application/json", "ETag": f'"{revision}"'}, body)
