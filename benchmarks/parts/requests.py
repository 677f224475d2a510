"""The requests of a plan, counted by a proxy before the server."""

from __future__ import annotations

import json
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.exchange import Exchange, Seen, exchange, forwarding
from benchmarks.measuring import Command
from benchmarks.rows import Row
from benchmarks.setting import Found, Setting

_PAGE = 1000
_NOT_MODIFIED = 304
_GZIP = 16 + zlib.MAX_WBITS


def measure(setting: Setting) -> Found:
    """Count what a cold and a warm plan ask for when nothing has changed."""
    size = setting.asked.peers_size
    stock = setting.stock(size)
    with exchange(forwarding(setting.served.url)) as proxy:
        cold = _counted(setting.plan(stock.folder, stock.product, url=proxy.url, cold=True), proxy)
        warm = _counted(setting.plan(stock.folder, stock.product, url=proxy.url), proxy)
    pages = -(-size // _PAGE)
    return Found(
        [
            Row(f"requests of a plan, {size:,} manifests, cold", len(cold), pages, beside=_told(cold)),
            Row(f"requests of a plan, {size:,} manifests, nothing moved", len(warm), 1, beside=_told(warm)),
            Row(
                "of them, not answered with 304",
                sum(seen.answered.status != _NOT_MODIFIED for seen in warm),
                0,
            ),
        ],
        {"cold": [_figures(seen) for seen in cold], "warm": [_figures(seen) for seen in warm]},
    )


def _counted(plan: Command, proxy: Exchange) -> list[Seen]:
    plan.run()
    return proxy.taken()


def _told(seen: list[Seen]) -> str:
    return "; ".join(
        f"{each.asked.method} …/{urlsplit(each.asked.path).path.rpartition('/')[2]} {each.answered.status} "
        f"({_records(each)} records, {len(each.answered.body):,} bytes)"
        for each in seen
    )


def _records(seen: Seen) -> int:
    """Return how many records an answer holds."""
    body = seen.answered.body
    if any(name.lower() == "content-encoding" for name in seen.answered.headers):
        body = zlib.decompress(body, _GZIP)
    return len(json.loads(body).get("items", ())) if body else 0


def _figures(seen: Seen) -> dict[str, Any]:
    path = urlsplit(seen.asked.path)
    limit = parse_qs(path.query).get("limit", [""])[0]
    return {
        "method": seen.asked.method,
        "path": path.path,
        "limit": limit,
        "status": seen.answered.status,
        "records": _records(seen),
    }
