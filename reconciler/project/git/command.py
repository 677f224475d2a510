"""Running git: fixed words, no shell, no prompt, nothing fetched, and never for long."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import CompletedProcess

TIMEOUT_SECONDS = 10.0

# Goes before the words of a call that takes patterns of paths: a path of a user's is none. Not every call bears it.
LITERALLY = "--literal-pathspecs"

# A partial clone would fetch what it lacks.
_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

# Git hands these to its hooks. They name the repository of the commit that is being made, and git then takes whatever
# folder it is run in for the top of the work tree.
_OF_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX")


def run_git(
    folder: Path, *arguments: str, given: bytes = b"", timeout_seconds: float = TIMEOUT_SECONDS
) -> bytes | None:
    """Return what git prints when it is run in `folder` with `given` on stdin; None where it fails or is not there.

    Outside of any repository it would fail, so it is not started.
    """
    if not _is_inside(folder):
        return None
    done = _run(folder, arguments, given, timeout_seconds)
    return done.stdout if done and done.returncode == 0 else None


def why_not(folder: Path) -> str | None:
    """Return why git knows nothing of a folder, in its own words; None where it does."""
    done = _run(folder, ("rev-parse", "--show-toplevel"), b"", TIMEOUT_SECONDS)
    if done is None:
        return "git could not be run"
    said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return said.removeprefix("fatal: ") if done.returncode else None


def text_of(output: bytes | None) -> str | None:
    """Return output as a line of text; a path in it keeps bytes that are no text."""
    return None if output is None else output.decode("utf-8", "surrogateescape").strip("\r\n")


def _run(
    folder: Path, arguments: tuple[str, ...], given: bytes, timeout_seconds: float
) -> CompletedProcess[bytes] | None:
    import subprocess  # noqa: PLC0415 - slow to import, and not every project is in a repository

    try:
        return subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "--no-optional-locks", *arguments],  # noqa: S607 - git is where PATH says
            cwd=folder,
            input=given,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
            env=_environment(),
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _is_inside(folder: Path) -> bool:
    """Tell whether git may find a repository from here: as it does itself, in the folder or in one above it."""
    if "GIT_DIR" in os.environ:
        return True
    real = Path(os.path.realpath(folder))
    return any(os.path.lexists(above / ".git") for above in (real, *real.parents))


def _environment() -> dict[str, str]:
    """Return git's environment. What a hook was handed stays where somebody also says where the work tree is."""
    dropped = () if "GIT_WORK_TREE" in os.environ else _OF_HOOKS
    return {**{name: value for name, value in os.environ.items() if name not in dropped}, **_ENVIRONMENT}
