"""Keeping the embedded registry out of git."""

from __future__ import annotations

from pathlib import Path

from reconciler.cli.output.console import Console
from reconciler.cli.output.files import write_atomically
from reconciler.cli.scaffolding.scaffold import STATE_FOLDER, repository_of
from reconciler.project import is_ignored


def ignore_state_folder(console: Console, root: Path, registry: str) -> None:
    """Add the folder of the embedded registry to `.gitignore`, where there is a repository and it is not in it yet."""
    if STATE_FOLDER not in registry or repository_of(root) is None or is_ignored(root, STATE_FOLDER):
        return
    file = root / ".gitignore"
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        write_atomically(file, f"{before}{gap}{STATE_FOLDER}\n")
    except (OSError, UnicodeDecodeError):
        console.err(f"Note: .gitignore can't be written. Add {STATE_FOLDER} to it: the registry is not for git.")
        return
    console.out(f"added {STATE_FOLDER} to .gitignore")
