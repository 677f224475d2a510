"""Exit codes: a contract that people's pipelines rely on."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run came to."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    STALE = 5
    PARTIAL = 6
    UNREACHABLE = 7
    USAGE = 64


MEANINGS = {
    ExitCode.OK: "success",
    ExitCode.ERROR: "error",
    ExitCode.CHANGES: "changes present (plan --detailed-exitcode), or drift found (drift)",
    ExitCode.INVALID: "invalid manifests or project file",
    ExitCode.REFUSED: "refused by a guard",
    ExitCode.STALE: "stale plan or lost race; nothing was overwritten",
    ExitCode.PARTIAL: "partly applied",
    ExitCode.UNREACHABLE: "registry unreachable, or it refused the token",
    ExitCode.USAGE: "wrong usage",
}
