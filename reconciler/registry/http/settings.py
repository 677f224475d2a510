"""What the environment says of HTTP registries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.project import cache_folder

CA_FILE = "RECONCILER_CA_FILE"
ALLOW_INSECURE = "RECONCILER_ALLOW_INSECURE"


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
            cache_folder=cache_folder(environment, "snapshots"),
        )


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "") not in ("", "0")
