"""Who wrote a line, asked of real repositories."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.plan import LineCommit
from reconciler.project import BlamedFile, blame
from tests.git_repository import Repository, new_repository, own_configuration, recorded_calls


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, tmp_path)
    root = tmp_path / "here"
    (root / "sessions").mkdir(parents=True)
    return new_repository(root)


def _write(repository: Repository, *lines: str, name: str = "sessions/a.yaml") -> BlamedFile:
    file = repository.root / name
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return BlamedFile(file.parent, file.name)


def _told(file: BlamedFile, *lines: int) -> dict[int, tuple[str, str]]:
    return {line: (found.commit, found.author) for line, found in blame({file: lines})[file].items()}


def test_each_line_has_the_commit_and_the_author_that_wrote_it(repository: Repository) -> None:
    _write(repository, "a", "b", "c")
    first = repository.commit(author="Ada Lovelace")
    file = _write(repository, "a", "B", "c")
    second = repository.commit(author="Bücher-Ñandú 購物車")
    assert _told(file, 1, 2, 3) == {
        1: (first, "Ada Lovelace"),
        2: (second, "Bücher-Ñandú 購物車"),
        3: (first, "Ada Lovelace"),
    }


def test_only_the_lines_that_were_asked_after_are_told_however_far_apart(repository: Repository) -> None:
    file = _write(repository, *map(str, range(2000)))
    commit = repository.commit()
    lines = range(1, 2001, 15)
    assert _told(file, *lines) == dict.fromkeys(lines, (commit, "Ada Lovelace"))
    assert _told(file, 1, 1000) == dict.fromkeys((1, 1000), (commit, "Ada Lovelace"))


def test_a_line_that_is_not_committed_is_nobodys_yet(repository: Repository) -> None:
    _write(repository, "a", "b")
    commit = repository.commit()
    file = _write(repository, "a", "B")
    assert _told(file, 1, 2) == {1: (commit, "Ada Lovelace")}
    repository.git("add", ".")
    assert _told(file, 1, 2) == {1: (commit, "Ada Lovelace")}


def test_a_file_as_it_was_is_told_by_the_lines_of_then(repository: Repository) -> None:
    _write(repository, "a", "b")
    first = repository.commit(author="Ada")
    _write(repository, "new", "a", "b")
    repository.commit(author="Bob")
    (repository.root / "sessions/a.yaml").unlink()
    file = BlamedFile(repository.root, "sessions/a.yaml", first)
    assert _told(file, 1, 2) == dict.fromkeys((1, 2), (first, "Ada"))


def test_the_newest_of_several_commits_can_be_told(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
    file = _write(repository, "a")
    commit = repository.commit()
    assert blame({file: [1]})[file] == {1: LineCommit(commit, "Ada Lovelace", 1_767_323_045)}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("ada@example.com", "ada"), ("Ada (ada@mail.example.com)", "Ada (ada"), ("A @ Shop", "A @ Shop")],
)
def test_no_mail_address_is_told_even_where_it_is_the_name(repository: Repository, name: str, shown: str) -> None:
    file = _write(repository, "a")
    repository.commit(author=name)
    [(_, author)] = _told(file, 1).values()
    assert author.startswith(shown)
    assert "example" not in author


@pytest.mark.parametrize(
    "name", [":(top)a.yaml", "-L.yaml", 'a b\'s "c".yaml', "*.yaml", "séance 購.yaml", "new\nline.yaml", "a\\b.yaml"]
)
def test_odd_file_names_are_names_and_nothing_else(repository: Repository, name: str) -> None:
    _write(repository, "other", name="sessions/a.yaml")
    repository.commit(author="Somebody else")
    file = _write(repository, "a", name=name)
    commit = repository.commit()
    assert _told(file, 1) == {1: (commit, "Ada Lovelace")}


def test_nothing_is_told_where_git_does_not_know(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(repository, "a")
    repository.commit()
    untracked = _write(repository, "a", name="new.yaml")
    outside = tmp_path / "outside.yaml"
    outside.touch()
    nowhere = [
        untracked,
        BlamedFile(tmp_path, outside.name),
        BlamedFile(repository.root, "gone.yaml"),
        BlamedFile(repository.root / "gone", "a.yaml"),
        BlamedFile(repository.root, "sessions/a.yaml", "0" * 40),
        BlamedFile(repository.root, "nul\0.yaml"),
    ]
    assert blame(dict.fromkeys(nowhere, (1,))) == {file: {} for file in nowhere}
    there = BlamedFile(repository.root, "sessions/a.yaml")
    assert _told(there, 99) == {}, "the file got shorter since it was read"
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    assert _told(there, 1) == {}


def test_in_a_shallow_clone_nobody_is_named_for_what_came_before_it(repository: Repository, tmp_path: Path) -> None:
    _write(repository, "a", "b", "c")
    repository.commit(author="Ada")
    _write(repository, "a", "B", "c")
    repository.commit(author="Bob")
    _write(repository, "a", "B", "C")
    newest = repository.commit(author="Eve")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth", "2", f"file://{repository.root}", str(clone))
    assert _told(BlamedFile(clone / "sessions", "a.yaml"), 1, 2, 3) == {3: (newest, "Eve")}


def test_a_whole_clone_names_who_made_the_first_commit(repository: Repository) -> None:
    file = _write(repository, "a")
    assert _told(file, 1) == {}
    commit = repository.commit(author="Ada")
    assert _told(file, 1) == {1: (commit, "Ada")}


def test_git_is_asked_once_for_a_file_and_not_at_all_for_none(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(repository, "first", name="README")
    repository.commit()
    files = [_write(repository, "a", "b", name=f"sessions/{at}.yaml") for at in range(3)]
    repository.commit()
    log = recorded_calls(tmp_path, monkeypatch)
    assert blame({}) == {}
    assert log.read_text() == ""
    assert all(blame(dict.fromkeys(files, (1, 2))).values())
    assert log.read_text().count("blame") == 3
    assert len(log.read_text().splitlines()) == 3


def test_time_that_is_up_leaves_lines_without_an_author(repository: Repository) -> None:
    file = _write(repository, "a")
    repository.commit()
    assert blame({file: [1]}, budget_seconds=0) == {file: {}}


def test_a_git_that_hangs_is_not_waited_for(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _write(repository, "a")
    repository.commit()
    sleep = shutil.which("sleep")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f"#!/bin/sh\nexec {sleep} 60\n")
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert blame({file: [1]}, budget_seconds=0.2) == {file: {}}
