"""Manifests in a temporary folder, loaded as a run does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.manifests import Loaded, ManifestPath, load_manifests

PLAIN = """\
name: User
tag: user
schema:
  userId: user_123
  details:
    email: ada@example.com
    age: 36
selector: $Session{userId}
expiry: 7
period: days
"""


@dataclass(frozen=True)
class Folder:
    """A folder that files are written to and loaded from; locations are spelled relative to it."""

    path: Path

    def write(self, name: str, text: str | bytes = PLAIN) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def named(self, *names: str) -> list[ManifestPath]:
        return [ManifestPath(self.path / name, name) for name in names]

    def load(self, *names: str, overlays: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> Loaded:
        return load_manifests(
            self.named(*(names or (".",))),
            overlays=self.named(*overlays),
            without=[self.path / name for name in overlays],
            root=self.path,
            environment=environment or {},
        )


def places(loaded: Loaded) -> list[tuple[str, str]]:
    """Return code and place of every problem."""
    return [(each.code.value, str(each.location)) for each in loaded.diagnostics]
