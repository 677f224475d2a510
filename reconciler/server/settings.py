"""What a server process is told at its start. Plain data, so that it can be handed to worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the registry is, and how much one request may bring.

    A relative SQLite path in `database` starts at `root`. The URL may hold a password, so it is kept out of the repr.
    """

    database: str = field(repr=False)
    root: Path
    body_limit: int = MEBIBYTE
    changeset_limit: int = 8 * MEBIBYTE
