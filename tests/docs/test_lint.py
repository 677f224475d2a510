"""What we show people is what lint asks of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.manifests import ManifestPath, load_manifests
from reconciler.session_type.lint import LINT_CODES

ROOT = Path(__file__).parents[2]
_BROKEN = "errors.md"  # shows what lint and the rest of validate find
PAGES = [ROOT / "README.md", *(page for page in sorted((ROOT / "docs").glob("**/*.md")) if page.name != _BROKEN)]


def _manifests() -> list[str]:
    blocks = (block for page in PAGES for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    return [
        block
        for block in blocks
        if all(re.search(f"^{field}:", block, re.MULTILINE) for field in ("name", "selector", "expiry"))
    ]


@pytest.mark.parametrize("text", _manifests())
def test_a_manifest_of_the_documentation_gives_no_finding(text: str, tmp_path: Path) -> None:
    file = ManifestPath(tmp_path / "a.yaml", "a.yaml", text.encode())
    loaded = load_manifests([file], root=tmp_path, environment={"CHECKOUT_HOURS": "2"})
    assert len(loaded.desired) >= 1
    assert {each.code for each in loaded.diagnostics}.isdisjoint(LINT_CODES)


def test_the_examples_give_no_finding() -> None:
    assert _manifests(), "the README shows a manifest"
    loaded = load_manifests([ManifestPath(ROOT / "examples", "examples")], root=ROOT, environment={})
    assert loaded.diagnostics == ()
