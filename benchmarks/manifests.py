"""The manifests that are measured: a folder of as many session types as wanted, one in a file."""

from __future__ import annotations

from pathlib import Path

_MANIFEST = """name: Session type {at}
tag: {tag}
description: {description}
schema:
  userId: user_{at}
  email: visitor@example.com
  roles: [reader, writer]
  details:
    country: NG
    verified: true
    visits: {visits}
selector: $Session{{userId}}
expiry: {expiry}
period: days
"""


def tag_of(at: int) -> str:
    """Return the tag of a manifest."""
    return f"type-{at:06}"


def description_of(at: int) -> str:
    """Return the description of a manifest."""
    return f"What a visitor of shop {at} is signed in with"


def write_manifests(folder: Path, count: int, *, changed: int = 0) -> Path:
    """Write the manifests, every `changed`th of them with another lifetime."""
    folder.mkdir(parents=True)
    for at in range(count):
        expiry = 1 + at % 30 + (31 if changed and at % changed == 0 else 0)
        text = _MANIFEST.format(at=at, tag=tag_of(at), description=description_of(at), visits=at % 97, expiry=expiry)
        (folder / f"{tag_of(at)}.yaml").write_text(text)
    return folder
