"""What a run imports: modules are counted, because milliseconds are the machine's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MANIFEST = "name: A\ntag: a\nschema: {id: u_1}\nselector: $Session{id}\nexpiry: 7\nperiod: days\n"
SCRIPT = (
    "import sys; from reconciler.cli.main import run; code = run(sys.argv[1:]);"
    "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
)


def imported(folder: Path, *arguments: str) -> set[str]:
    (folder / "a.yaml").write_text(MANIFEST)
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_validating_manifests_imports_neither_models_nor_registries_nor_what_a_plan_needs(tmp_path: Path) -> None:
    found = imported(tmp_path, "validate", "a.yaml")
    assert "reconciler.manifests.load" in found
    heavy = {"pydantic", "httpx", "sqlalchemy", "deepdiff", "rich", "reconciler.render.html_page", "xml.etree"}
    assert found.isdisjoint(heavy)
    assert found.isdisjoint({"reconciler.apply", "reconciler.render.markdown", "reconciler.registry.store"})
    assert sum(1 for name in found if name.startswith("reconciler")) < 160


def test_planning_on_no_registry_imports_none(tmp_path: Path) -> None:
    found = imported(tmp_path, "plan", "a.yaml")
    assert found.isdisjoint({"pydantic", "httpx", "sqlalchemy", "deepdiff", "rich", "reconciler.apply"})
