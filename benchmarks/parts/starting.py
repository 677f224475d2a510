"""What a command costs that has next to nothing to do, against Python doing nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict

from benchmarks.manifests import tag_of, write_manifests
from benchmarks.measuring import Command, alternated
from benchmarks.rows import Row
from benchmarks.setting import Found, Setting

_MUST = {"--help": 3, "validate of one file": 8}


def measure(setting: Setting) -> Found:
    """Measure `--help` and `validate`."""
    file = write_manifests(setting.root / "one", 1) / f"{tag_of(0)}.yaml"
    commands = {
        "python": Command([sys.executable, "-c", "pass"], setting.environment),
        "--help": setting.reconciler("--help"),
        "validate of one file": setting.reconciler("validate", str(file)),
    }
    alternated(commands, 1)  # Python compiles what it has not met yet
    found = alternated(commands, setting.asked.runs)
    python = found.median("python")
    rows = []
    for what, must in _MUST.items():
        ours, ratio = found.median(what), found.ratio(what, "python")
        beside = f"{1000 * ours.seconds:.0f} ms, Python {1000 * python.seconds:.0f}; by CPU {ratio.cpu_seconds:.2f}"
        rows.append(Row(f"`{what}` / `python -c pass`", ratio.seconds, must, beside=beside))
    return Found(rows, {what: asdict(usage) for what, usage in found.medians().items()})
