"""`--only` and `--skip`: which tags a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Selection:
    """Shell patterns over tags. Nothing in `only` means all; `skip` wins."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only or self.skip)

    def includes(self, tag: str) -> bool:
        """Tell whether the run is about this tag."""
        if not self:
            return True
        wanted = not self.only or any(fnmatchcase(tag, pattern) for pattern in self.only)
        return wanted and not any(fnmatchcase(tag, pattern) for pattern in self.skip)
