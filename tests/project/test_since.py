"""The only commit of a range tells who removed a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.plan import LineCommit
from reconciler.project import only_commit_since
from tests.git_repository import Repository, new_repository, own_configuration


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, tmp_path)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
    root = tmp_path / "here"
    root.mkdir()
    return new_repository(root)


def _commit(repository: Repository, name: str, author: str = "Ada") -> str:
    with (repository.root / name).open("a", encoding="utf-8") as file:
        file.write("more\n")
    return repository.commit(author=author)


def test_one_commit_that_touched_the_paths_is_told(repository: Repository) -> None:
    first = _commit(repository, "a b*.yaml")
    _commit(repository, "other", author="Eve")
    second = _commit(repository, "a b*.yaml", author="Bücher@mail.example.com")
    told = only_commit_since(repository.root, first, ["a b*.yaml"])
    assert told == LineCommit(second, "Bücher", 1_767_323_045)
    assert only_commit_since(repository.root, first[:9], ["gone", "a b*.yaml"]) == told


def test_none_and_several_say_nothing(repository: Repository) -> None:
    first = _commit(repository, "a")
    assert only_commit_since(repository.root, first, ["a"]) is None
    _commit(repository, "a")
    second = _commit(repository, "b")
    assert only_commit_since(repository.root, first, ["a", "b"]) is None
    assert only_commit_since(repository.root, second, ["a", "b"]) is None


def test_changes_that_are_not_committed_say_nothing(repository: Repository) -> None:
    first = _commit(repository, "a")
    _commit(repository, "a")
    (repository.root / "b").touch()
    assert only_commit_since(repository.root, first, ["a"]) is not None
    (repository.root / "a").write_text("else", encoding="utf-8")
    assert only_commit_since(repository.root, first, ["a"]) is None


def test_a_commit_that_git_does_not_know_says_nothing(repository: Repository, tmp_path: Path) -> None:
    first = _commit(repository, "a")
    _commit(repository, "a")
    assert only_commit_since(repository.root, "f" * 40, ["a"]) is None
    assert only_commit_since(tmp_path, first, ["a"]) is None


def test_a_commit_in_another_line_of_history_is_the_only_one_of_those_that_are_new(repository: Repository) -> None:
    first = _commit(repository, "a")
    repository.git("checkout", "--quiet", "-b", "side")
    on_side = _commit(repository, "a", author="Bob")
    repository.git("checkout", "--quiet", "main")
    _commit(repository, "b")
    repository.git("merge", "--quiet", "--no-edit", "side")
    told = only_commit_since(repository.root, first, ["a"])
    assert told is not None
    assert (told.commit, told.author) == (on_side, "Bob")
