from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.project import GitState, git_state


@pytest.fixture(autouse=True)
def own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep this machine's git configuration, and a repository around the temporary folder, out of it."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def git(folder: Path, *arguments: str) -> str:
    command = [shutil.which("git") or "git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository with one commit of `sessions/a.yaml` and `README`."""
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions/a.yaml").write_text("tag: a\n", encoding="utf-8")
    (tmp_path / "README").write_text("x\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First")
    return tmp_path


def test_without_a_repository_git_says_nothing(tmp_path: Path) -> None:
    assert git_state(tmp_path) == GitState(None, dirty=False)


def test_a_repository_without_a_commit_says_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a").touch()
    assert git_state(tmp_path) == GitState()


def test_a_clean_folder_is_at_its_commit(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert len(commit) == 40
    assert git_state(repository) == GitState(commit, dirty=False)
    assert git_state(repository / "sessions") == GitState(commit, dirty=False)


@pytest.mark.parametrize("name", ["sessions/a.yaml", "sessions/new.yaml"])
def test_a_change_below_the_folder_makes_it_dirty(name: str, repository: Path) -> None:
    (repository / name).write_text("tag: b\n", encoding="utf-8")
    assert git_state(repository).dirty
    assert git_state(repository / "sessions").dirty


def test_a_change_elsewhere_does_not(repository: Path) -> None:
    (repository / "README").write_text("y\n", encoding="utf-8")
    assert git_state(repository).dirty
    assert not git_state(repository / "sessions").dirty


def test_a_staged_change_and_a_deletion_are_changes(repository: Path) -> None:
    (repository / "sessions/a.yaml").unlink()
    assert git_state(repository).dirty
    git(repository, "add", "--all")
    assert git_state(repository).dirty


def test_an_ignored_file_is_no_change(repository: Path) -> None:
    (repository / ".git/info/exclude").write_text("*.db\n", encoding="utf-8")
    (repository / "registry.db").touch()
    assert not git_state(repository).dirty


def test_without_git_or_without_the_folder_nothing_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_state(repository / "gone") == GitState()
    monkeypatch.setenv("PATH", str(repository / "no-programs"))
    assert git_state(repository) == GitState()
