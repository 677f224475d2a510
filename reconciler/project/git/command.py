"""Running git: fixed words, no shell, no prompt, nothing fetched, and never for long."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TIMEOUT_SECONDS = 10.0

# A partial clone would fetch what it lacks, and a path of a user's is no pattern.
_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}


def run_git(
    folder: Path, *arguments: str, given: bytes = b"", timeout_seconds: float = TIMEOUT_SECONDS
) -> bytes | None:
    """Return what git prints when it is run in `folder` with `given` on stdin; None where it fails or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "--no-optional-locks", *arguments],  # noqa: S607 - git is where PATH says
            cwd=folder,
            input=given,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
            env={**os.environ, **_ENVIRONMENT},
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def text_of(output: bytes | None) -> str | None:
    """Return output as a line of text; a path in it keeps bytes that are no text."""
    return None if output is None else output.decode("utf-8", "surrogateescape").strip("\r\n")
