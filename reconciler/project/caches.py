"""Where this user's caches are: what may be lost at any time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

NO_CACHE = "RECONCILER_NO_CACHE"


def cache_folder(environment: Mapping[str, str], name: str) -> Path | None:
    """Return the folder of one cache; None where there is to be none."""
    if environment.get(NO_CACHE, "") not in ("", "0"):
        return None
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():  # the XDG specification has relative ones ignored
        return named / "reconciler" / name
    try:
        return Path.home() / ".cache" / "reconciler" / name
    except RuntimeError:  # nobody's home
        return None
