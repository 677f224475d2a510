from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.project import GitState, git_state
from tests.git_repository import Repository, own_configuration


@pytest.fixture(autouse=True)
def hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_configuration(monkeypatch, tmp_path.parent)


def git(folder: Path, *arguments: str) -> str:
    return Repository(folder).git(*arguments)


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
