"""What we show people is what lint asks of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.manifests import ManifestPath, load_manifests

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]


def _manifests() -> list[str]:
    blocks = (block for page in PAGES for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    return [block for block in blocks if re.search("^selector:", block, re.MULTILINE)]


@pytest.mark.parametrize("text", _manifests())
def test_a_manifest_of_the_documentation_gives_no_finding(text: str, tmp_path: Path) -> None:
    file = ManifestPath(tmp_path / "a.yaml", "a.yaml", text.encode())
    loaded = load_manifests([file], root=tmp_path, environment={})
    assert loaded.diagnostics == ()
    assert len(loaded.desired) >= 1


def test_the_examples_give_no_finding() -> None:
    assert _manifests(), "the README shows a manifest"
    loaded = load_manifests([ManifestPath(ROOT / "examples", "examples")], root=ROOT, environment={})
    assert loaded.diagnostics == ()
