"""Every number that design section 8 wants held, in one run: `python -m benchmarks [--only plan,apply] [--sizes 1000]`.

It generates manifests, starts `reconciler serve` with the same records, runs ours and what ours is compared with in
alternation, and prints each figure beside what it must be; `--json FILE` keeps all of it. `--readme FILE` measures
nothing: it writes the table of such a file into the README.
"""

from __future__ import annotations

import argparse
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import described, load, load_of, machine
from benchmarks.parts import applying, octodns, plan, requests, starting, terraform, verifying
from benchmarks.readme import write_readme
from benchmarks.rows import Row, table
from benchmarks.setting import Asked, Found, Setting, say, setting

PARTS: Mapping[str, Callable[[Setting], Found]] = {
    "plan": plan.measure,
    "terraform": terraform.measure,
    "octodns": octodns.measure,
    "requests": requests.measure,
    "apply": applying.measure,
    "start": starting.measure,
    "verify": verifying.measure,
}
_DEFAULTS = Asked()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    given = _parser().parse_args(arguments)
    if given.readme:
        write_readme(given.readme)
        return
    found: dict[str, Any] = {**machine(), "load_average": [load()], "parts": {}}
    for _ in _measured(given.only, Asked(given.sizes, given.runs, given.slow_runs), found):
        # After every part: what took half an hour is not lost with the next one.
        if given.json:
            given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(_closing(found)))
    if any("failed" in part["figures"] for part in found["parts"].values()):
        raise SystemExit(1)


def _measured(parts: Sequence[str], asked: Asked, found: dict[str, Any]) -> Iterator[None]:
    with setting(asked) as there:
        for name in parts:
            say(f"{name} …")
            part = _part(name, there)
            found["versions"] |= part.versions
            found["parts"][name] = {"rows": [row.to_json() for row in part.rows], "figures": part.figures}
            found["load_average"].append(load())
            print("\n".join([f"\n{name}", *table(part.rows)]), flush=True)
            yield


def _part(name: str, there: Setting) -> Found:
    """Measure a part. One that fails says so in a row, and the others are measured all the same."""
    try:
        return PARTS[name](there)
    except Exception as error:  # noqa: BLE001 - whatever it is
        traceback.print_exc()
        return Found([Row(f"{name}: failed", None, 0, beside=repr(error))], {"failed": repr(error)})


def _closing(found: dict[str, Any]) -> list[str]:
    rows = [Row.from_json(row) for part in found["parts"].values() for row in part["rows"]]
    wanted = [row for row in rows if row.must is not None]
    return [
        "",
        f"{sum(row.is_met is True for row in wanted)} of {len(wanted)} are met.",
        *(f"  not met: {row.what}: {row.verdict}" for row in wanted if not row.is_met),
        "benchmarks/NOTES.md says what is known of why.",
        f"{described(found)}, {load_of(found)}; where others use the machine, go by the ratios of CPU.",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_parts, default=tuple(PARTS), help=f"parts, with commas: {','.join(PARTS)}")
    parser.add_argument("--sizes", type=_sizes, default=_DEFAULTS.sizes, help="numbers of manifests, with commas")
    parser.add_argument("--runs", type=int, default=_DEFAULTS.runs, help="runs of everything else")
    parser.add_argument(
        "--slow-runs",
        type=int,
        default=_DEFAULTS.slow_runs,
        help="runs of what takes long: Terraform, octoDNS, 100,000 manifests",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file as well")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="write the table of this file into the README")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in PARTS]:
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}")
    return names


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(size) for size in text.split(",")))


if __name__ == "__main__":
    main()
