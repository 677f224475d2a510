"""What files held at the commit that is checked out. Only those that differ from it are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reconciler.project.git.command import run_git
from reconciler.project.git.revision import contents, repository_of


def texts_at_head(folder: Path, files: Iterable[Path]) -> dict[Path, bytes]:
    """Return what each of the files held at HEAD, where that differs from now, in the repository of `folder`.

    Files that are new, and those outside of the repository, are left out; so are all of them where git says nothing.
    """
    differing = run_git(
        folder, "diff", "--name-only", "--no-relative", "--diff-filter=M", "--ignore-submodules", "-z", "HEAD"
    )
    top = repository_of(folder) if differing else None
    if not differing or not top:
        return {}
    names = {top / name: name for name in differing.decode("utf-8", "surrogateescape").split("\0") if name}
    changed = [(file, names[real]) for file in files if (real := Path(os.path.realpath(file))) in names]
    texts = contents(top, [("HEAD", name) for _, name in changed])
    return {file: text for (file, _), text in zip(changed, texts, strict=True) if text is not None}
