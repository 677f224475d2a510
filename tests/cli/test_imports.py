"""What a run imports and makes: modules and data classes are counted, because milliseconds are the machine's.

Making a data class takes as long as importing three small modules. The bounds lie a little above what is needed now.
"""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.registry.http.fake import TOKEN, FakeServer

MANIFEST = "name: A\ntag: {tag}\nschema: {{id: u_1}}\nselector: $Session{{id}}\nexpiry: 7\nperiod: days\n"
SCRIPT = """
import sys
from reconciler.cli.entry import main
try:
    main()
finally:
    sys.stdout.flush()
    print(*sorted(sys.modules), file=sys.stderr)
    for name, module in [*sys.modules.items()]:
        for each in [*vars(module).values()] if name.startswith("reconciler") else ():
            if isinstance(each, type) and "__dataclass_fields__" in vars(each) and each.__module__ == name:
                print(f"{name}:{each.__name__}", file=sys.stderr)
"""
HEAVY = {"pydantic", "httpx", "sqlalchemy", "deepdiff", "rich", "cel", "cryptography", "xml.etree"}
# Libraries of Python's own that take long to import.
SLOW = {"difflib", "concurrent.futures", "logging", "tempfile", "shutil", "asyncio", "traceback", "ssl"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a run had imported at its end, and its data classes."""

    out: str
    modules: frozenset[str]
    made: frozenset[str]

    @property
    def ours(self) -> frozenset[str]:
        return frozenset(name for name in self.modules if name.partition(".")[0] == "reconciler")


def imported(folder: Path, *arguments: str) -> Imported:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found = done.stderr.split()
    return Imported(
        done.stdout,
        frozenset(name for name in found if ":" not in name),
        frozenset(name for name in found if ":" in name),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.yaml").write_text(MANIFEST.format(tag="a"))
    return work


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.setenv("RECONCILER_TOKEN", TOKEN)
    served = FakeServer(tmp_path / "served")
    yield served
    served.close()


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_the_front_page_imports_next_to_nothing(folder: Path, option: str) -> None:
    found = imported(folder, option)
    assert found.modules.isdisjoint({"click", "typing", "dataclasses", "re", "textwrap", "shutil"} - _of_the_start())
    assert len(found.ours) <= 8
    assert not found.made


def test_validating_imports_neither_models_nor_registries_nor_what_a_plan_needs(folder: Path) -> None:
    found = imported(folder, "validate", "a.yaml")
    assert "Success" in found.out
    assert found.modules.isdisjoint(HEAVY | SLOW | {"subprocess"})
    assert found.ours.isdisjoint({"reconciler.registry", "reconciler.port", "reconciler.runtime", "reconciler.apply"})
    assert found.ours.isdisjoint({"reconciler.plan.model", "reconciler.policy.model", "reconciler.cli.run.planning"})
    assert len(found.ours) <= 83
    assert len(found.made) <= 28


def test_planning_on_no_registry_imports_none(folder: Path) -> None:
    found = imported(folder, "plan", "a.yaml")
    assert "1 to create" in found.out
    assert found.modules.isdisjoint(HEAVY | SLOW | {"subprocess"})
    assert found.ours.isdisjoint({"reconciler.apply", "reconciler.runtime", "reconciler.policy.model"})
    assert len(found.ours) <= 114
    assert len(found.made) <= 55


def test_a_plan_of_what_is_known_imports_no_parser(folder: Path, server: FakeServer) -> None:
    for number in range(60):  # fewer are not worth a cache
        (folder / f"m{number}.yaml").write_text(MANIFEST.format(tag=f"m{number}"))
    asked = (".", "--registry", server.url, "--product", "storefront")
    imported(folder, "apply", *asked, "--auto-approve")
    found = imported(folder, "plan", *asked)
    assert "No changes" in found.out
    assert found.modules.isdisjoint({"ruamel.yaml", "_ruamel_yaml", "sqlalchemy", "pydantic", "deepdiff", "rich"})
    assert found.ours.isdisjoint({"reconciler.apply", "reconciler.runtime.model", "reconciler.plan.differences"})
    assert len(found.ours) <= 122
    assert len(found.made) <= 70


def _of_the_start() -> set[str]:
    """Return what Python itself imports, in an environment with hooks of its own."""
    command = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "package",
    [
        *("manifests", "nodes", "plan", "policy", "port", "project", "project.git"),
        *("registry", "registry.http", "render", "runtime"),
    ],
)
def test_a_package_has_all_that_it_names_whatever_was_imported_first(package: str) -> None:
    found = importlib.import_module(f"reconciler.{package}")
    modules = {each.name for each in pkgutil.iter_modules(found.__path__)}
    # Importing a module puts it into its package under its name, where it would stand in for what has that name.
    assert modules.isdisjoint(found.__all__)
    assert vars(found)["_LATE"].keys() <= set(found.__all__)
    assert all(hasattr(found, name) for name in found.__all__)
