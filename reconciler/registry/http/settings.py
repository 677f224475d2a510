"""What the environment says of HTTP registries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CA_FILE = "RECONCILER_CA_FILE"
ALLOW_INSECURE = "RECONCILER_ALLOW_INSECURE"
NO_CACHE = "RECONCILER_NO_CACHE"


@dataclass(frozen=True, slots=True)
class Settings:
    """`ca_file` replaces the authorities that are trusted; without `cache_folder` no snapshot is kept."""

    ca_file: str | None = None
    allow_insecure: bool = False
    cache_folder: Path | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read them."""
        return cls(
            ca_file=environment.get(CA_FILE) or None,
            allow_insecure=_is_on(environment, ALLOW_INSECURE),
            cache_folder=None if _is_on(environment, NO_CACHE) else _cache_folder(environment),
        )


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "") not in ("", "0")


def _cache_folder(environment: Mapping[str, str]) -> Path | None:
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():  # the XDG specification has relative ones ignored
        return named / "reconciler" / "snapshots"
    try:
        return Path.home() / ".cache" / "reconciler" / "snapshots"
    except RuntimeError:  # nobody's home
        return None
