"""A million sessions of a hundred thousand users: how long questions about them take.

    python benchmarks/sessions.py

It starts a PostgreSQL of its own, fills it, asks, prunes, and prints a table; `--json FILE` and `--plans FILE` keep the
figures and the database's query plans. `sessions.md` tells what was found.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

# Run as a script, this folder is on the path, and the one that holds it is not.
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.session_scale import report
from benchmarks.session_scale.pruning import pruned
from benchmarks.session_scale.questions import explained, questions, timed
from benchmarks.session_scale.shop import fill
from reconciler.registry.store import Database, open_database
from tests.postgres import postgres_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    asked = _parser().parse_args(arguments)
    found: dict[str, Any] = {"load_average": [os.getloadavg()[0]], "processors": os.cpu_count()}
    for part in asked.parts:
        found[part] = _scale(part, asked)
    found["load_average"].append(os.getloadavg()[0])
    print(report.table(found))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2, default=asdict) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure sessions by the million.")
    parser.add_argument("parts", nargs="*", choices=_PARTS, default=_DEFAULT_PARTS, help="what to measure")
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15, help="how often each thing is measured")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    parser.add_argument("--plans", type=Path, metavar="FILE", help="write PostgreSQL's query plans to this file")
    return parser


def _scale(kind: str, asked: argparse.Namespace) -> dict[str, Any]:
    with _database_url(kind) as (url, root):
        print(f"{kind}: filling it with {asked.sessions:,} sessions of {asked.users:,} users", file=sys.stderr)
        # SQLite moves what was written to where it is read from when it is closed.
        with closing(open_database(url, root)) as database:
            fill(database, asked.sessions, asked.users)
        # Sessions and users point at each other. Now, and not in the middle of what is measured.
        gc.collect()
        with closing(open_database(url, root)) as database:
            return _answers(database, asked, kind)


def _answers(database: Database, asked: argparse.Namespace, kind: str) -> dict[str, Any]:
    with questions(database) as asking:
        timings = timed(asking, asked.rounds)
        if asked.plans and kind == "postgresql":
            plans = [(question.name, explained(database, question)) for question in asking]
            asked.plans.write_text(report.plans(plans), encoding="utf-8")
    return {"answers": timings, "prune": pruned(database)}


@contextmanager
def _database_url(kind: str) -> Iterator[tuple[str, Path]]:
    with _folder() as folder:
        if kind == "sqlite":
            yield "sqlite:///sessions.db", folder
            return
        with postgres_server() as server, server.database() as url:
            yield url, folder


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reconciler-benchmark-") as folder:
        yield Path(folder)


_PARTS = ("postgresql", "sqlite")
_DEFAULT_PARTS = ("postgresql",)

if __name__ == "__main__":
    main()
