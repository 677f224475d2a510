"""The pre-commit hooks, run by pre-commit itself before a commit.

As hooks of a local repository: installing them from a clone is pre-commit's own affair, and wants a package index.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.ci.runner import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

FILE = ROOT / ".pre-commit-hooks.yaml"
HOOKS = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))


class Repository:
    """A git repository with both hooks."""

    def __init__(self, shop: Shop, home: Path) -> None:
        self.shop, self.home = shop, home
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "reconciler").write_text(
            f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n', encoding="utf-8"
        )
        (home / "bin" / "reconciler").chmod(0o755)
        with (shop.root / ".pre-commit-config.yaml").open("w", encoding="utf-8") as stream:
            hooks = [{**hook, "language": "system"} for hook in HOOKS]
            YAML().dump({"repos": [{"repo": "local", "hooks": hooks}]}, stream)
        self.git("init", "--quiet")
        self.run("install")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._in_it(sys.executable, "-m", "pre_commit", *arguments)

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._in_it("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments)

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.git("add", "--all")
        return self.git("commit", "--message", "Change a session")

    def _in_it(self, *line: str) -> subprocess.CompletedProcess[str]:
        own = {
            "HOME": str(self.home),
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(self.home / "cache"),
            "PYTHONPATH": str(ROOT),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(
            line, cwd=self.shop.root, env=kept | own, capture_output=True, text=True, check=False, timeout=120
        )


@pytest.fixture
def repository(shop: Shop, tmp_path: Path) -> Repository:
    shop.write("reconciler.yaml", "product: storefront\nmanifests: [sessions/]\n")
    shop.session("cart")
    return Repository(shop, tmp_path / "home")


def test_pre_commit_takes_the_hooks(repository: Repository) -> None:
    done = repository.run("validate-manifest", str(FILE))
    assert done.returncode == 0, done.stdout
    assert [hook["id"] for hook in HOOKS] == ["reconciler-validate", "reconciler-fmt"]
    assert all(hook["language"] == "python" for hook in HOOKS)


def test_a_commit_of_valid_manifests_goes_through(repository: Repository) -> None:
    done = repository.commit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert repository.git("log", "--oneline").stdout.count("\n") == 1


def test_an_invalid_manifest_stops_the_commit_and_says_where(repository: Repository) -> None:
    repository.shop.session("cart", expiry=0)
    done = repository.commit()
    assert done.returncode == 1
    assert "sessions/cart.yaml:9:9" in done.stdout + done.stderr
    assert repository.git("log").returncode != 0


def test_a_manifest_out_of_layout_is_laid_out_and_the_commit_stopped_once(repository: Repository) -> None:
    file = repository.shop.session("cart")
    neat = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"^period: days$", "period:    day", neat, flags=re.MULTILINE), encoding="utf-8")
    stopped = repository.commit()
    assert stopped.returncode == 1
    assert "files were modified by this hook" in stopped.stdout + stopped.stderr
    assert file.read_text(encoding="utf-8") == neat
    assert repository.commit().returncode == 0


def test_a_commit_without_yaml_runs_neither(repository: Repository) -> None:
    assert repository.commit().returncode == 0
    repository.shop.write("notes.txt", "nothing\n")
    assert "(no files to check)Skipped" in repository.commit().stderr
