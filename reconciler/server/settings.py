"""What a server process is told at its start. Plain data, so that it can be handed to worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler.runtime.policy import RefreshPolicy

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the registry is, and how much one request may bring.

    A relative SQLite path in `database` starts at `root`. The URL may hold a password, so it is kept out of the repr.
    Without a `master_key_file` the master key is kept where it is by default; the environment's goes before any file.
    With `ductape` the clients of the Ductape platform are answered too, and pages of `ductape_origins` may be such.
    """

    database: str = field(repr=False)
    root: Path
    body_limit: int = MEBIBYTE
    changeset_limit: int = 8 * MEBIBYTE
    master_key_file: Path | None = None
    refresh: RefreshPolicy = field(default_factory=RefreshPolicy)
    ductape: bool = False
    ductape_origins: tuple[str, ...] = ()
