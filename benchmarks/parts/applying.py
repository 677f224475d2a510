"""`apply` of 100 updates to a registry that answers each after 10 ms and has nothing else to do.

What is measured is the client: how near it comes to 16 calls at a time with nothing between them. So the registry is
not our server, whose database takes longer than 10 ms on a busy disk, but one that speaks the same protocol: it passes
what is read on to our server, and answers each write by itself, 10 ms after it has all of it, with the record as it
would be then. Nothing is kept, so that every run finds the same. The span goes from the first byte of the first write's
arrival to the last answer's leaving; both sides share the machine.
"""

from __future__ import annotations

import asyncio
import json
import statistics
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from benchmarks.exchange import Answered, Answering, Asked, exchange, forwarding
from benchmarks.manifests import write_manifests
from benchmarks.rows import Row
from benchmarks.setting import Found, Setting

_UPDATES = 100
_PARALLELISM = 16
_SECONDS = 0.01
_OK, _PRECONDITION_FAILED = 200, 412
_PRODUCT = "apply"


def measure(setting: Setting) -> Found:
    """Measure the span of the writes, and count them."""
    setting.served.fill(_PRODUCT, write_manifests(setting.root / "before", _UPDATES))
    changed = write_manifests(setting.root / "after", _UPDATES, changed=1)
    spans, writes, usages = [], [], []
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
        command = setting.reconciler("apply", str(changed), *asked)
        command.run()  # Python compiles what it has not met yet
        registry.taken()
        for _ in range(setting.asked.runs):
            usages.append(command.run())
            seen = [each for each in registry.taken() if each.asked.is_write]
            spans.append(max(each.ended for each in seen) - min(each.began for each in seen))
            writes.append(len(seen))
    ideal = -(-_UPDATES // _PARALLELISM) * _SECONDS
    span = statistics.median(spans)
    beside = f"{1000 * span:.0f} ms, ideally {1000 * ideal:.0f}; the best run {1000 * min(spans):.0f}"
    return Found(
        [
            Row(f"`apply` of {_UPDATES} updates, time of the writes / ideal", span / ideal, 1.5, beside=beside),
            Row(f"write calls for {_UPDATES} updates, too many or too few", max(abs(n - _UPDATES) for n in writes), 0),
        ],
        {"spans": spans, "writes": writes, "ideal": ideal, "runs": [asdict(usage) for usage in usages]},
    )


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
