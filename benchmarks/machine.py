"""What was measured on, and with what: without it no figure says anything."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LIBRARIES = ("reconciler", "click", "httpx", "orjson", "pydantic", "ruamel.yaml", "ruamel.yaml.clib", "SQLAlchemy")
_SERVERS = ("fastapi", "uvicorn", "joserfc")


def machine() -> dict[str, Any]:
    """Return the machine, the versions and the moment."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in _LIBRARIES + _SERVERS}},
    }


def load() -> float:
    """Return how many processes wanted a core over the last minute."""
    return os.getloadavg()[0]


def described(found: dict[str, Any]) -> str:
    """Return a machine as a sentence."""
    python, ours = found["versions"]["Python"], found["versions"]["reconciler"]
    peers = "".join(
        f", {name} {found['versions'][name]}" for name in ("Terraform", "octoDNS") if name in found["versions"]
    )
    return (
        f"{found['date']}, {found['cores']} cores ({found['processor']}), {found['memory_gb']} GB, {found['system']}, "
        f"Python {python}, reconciler {ours}{peers}"
    )


def load_of(found: dict[str, Any]) -> str:
    """Return how busy the machine was, ours included, as a phrase."""
    loads = found["load_average"]
    return f"load average {min(loads):.1f} to {max(loads):.1f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
