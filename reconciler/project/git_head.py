"""What files held at the commit that is checked out. Only those that differ from it are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reconciler.project.git import git_output


def texts_at_head(folder: Path, files: Iterable[Path]) -> dict[Path, bytes]:
    """Return what each of the files held at HEAD, where that differs from now, in the repository of `folder`.

    Files that are new, and those outside of the repository, are left out; so are all of them where git says nothing.
    """
    differing = git_output(
        folder, "diff", "--name-only", "--no-relative", "--diff-filter=M", "--ignore-submodules", "-z", "HEAD"
    )
    top = git_output(folder, "rev-parse", "--show-toplevel") if differing else None
    if not differing or not top:
        return {}
    root = Path(os.fsdecode(top).rstrip("\r\n"))
    names = {root / os.fsdecode(name): name for name in differing.split(b"\0") if name}
    texts: dict[Path, bytes] = {}
    for file in files:
        name = names.get(Path(os.path.realpath(file)))
        content = git_output(folder, "cat-file", "blob", f"HEAD:{os.fsdecode(name)}") if name else None
        if content is not None:
            texts[file] = content
    return texts
