"""What another commit holds, read without the work tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.project import Revision, find_commit, is_shallow, repository_of
from reconciler.project.git import contents
from tests.git_repository import Repository, new_repository, own_configuration


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, tmp_path)
    root = tmp_path / "here"
    root.mkdir()
    return new_repository(root)


def _write(repository: Repository, **files: str) -> None:
    for name, text in files.items():
        path = repository.root / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_commit_is_found_by_any_of_its_names(repository: Repository) -> None:
    _write(repository, a="1")
    first = repository.commit()
    repository.git("tag", "v1")
    repository.git("tag", "-a", "v1-annotated", "-m", "x")
    repository.commit()
    for name in ("v1", "v1-annotated", "HEAD~1", first, first[:8], "refs/tags/v1", "main^"):
        assert find_commit(repository.root, name) == first


@pytest.mark.parametrize("name", ["nope", "", "--help", "-1", "HEAD:a", "HEAD~9", "^HEAD", "v1 v2", "0" * 40])
def test_what_names_no_commit_finds_none(repository: Repository, name: str) -> None:
    _write(repository, a="1")
    repository.commit()
    assert find_commit(repository.root, name) is None


def test_files_and_contents_are_those_of_the_commit_whatever_the_work_tree_holds(repository: Repository) -> None:
    _write(repository, sessions__a="old", sessions__b="b", other="x")
    revision = Revision(repository.root, repository.commit())
    _write(repository, sessions__a="new", sessions__c="c")
    (repository.root / "sessions/b").unlink()
    repository.commit()
    assert revision.files(["sessions"]) == ["sessions/a", "sessions/b"]
    assert revision.files(["sessions/a", "other"]) == ["other", "sessions/a"]
    assert revision.files(["."]) == ["other", "sessions/a", "sessions/b"]
    assert revision.files(["gone"]) == revision.files([]) == []
    assert revision.contents(["sessions/b", "sessions/c", "sessions/a"]) == [b"b", None, b"old"]


@pytest.mark.parametrize("name", [":(top)a", "*", "-r", "a b", "séance 購", 'q"uote'])
def test_odd_names_are_names_and_nothing_else(repository: Repository, name: str) -> None:
    (repository.root / name).write_text("odd", encoding="utf-8")
    _write(repository, a="1", b="2")
    revision = Revision(repository.root, repository.commit())
    assert revision.files([name]) == [name]
    assert revision.contents([name]) == [b"odd"]


def test_any_bytes_come_back_as_they_were(repository: Repository) -> None:
    texts = [b"", b"\n", b"no end", b"a missing\n", bytes(range(256)), b"x" * 70_000]
    for at, text in enumerate(texts):
        (repository.root / str(at)).write_bytes(text)
    revision = Revision(repository.root, repository.commit())
    assert revision.contents([str(at) for at in range(len(texts))]) == texts


def test_several_commits_are_read_at_once_and_unknown_ones_hold_nothing(repository: Repository) -> None:
    _write(repository, a="1")
    first = repository.commit()
    _write(repository, a="2")
    second = repository.commit()
    asked = [(second, "a"), ("f" * 40, "a"), (first, "a"), (first, "new\nline"), (first[:9], "a")]
    assert contents(repository.root, asked) == [b"2", None, b"1", None, b"1"]
    assert contents(repository.root / "gone", asked) == [None] * 5


def test_links_lead_to_what_the_commit_has_and_nowhere_else(repository: Repository) -> None:
    _write(repository, sessions__a="inside")
    (repository.root / "to-file").symlink_to("sessions/a")
    (repository.root / "to-folder").symlink_to("sessions")
    (repository.root / "outside").symlink_to("/etc/hostname")
    (repository.root / "nowhere").symlink_to("gone")
    revision = Revision(repository.root, repository.commit())
    assert revision.contents(["to-file", "to-folder", "outside", "nowhere", "sessions/a"]) == [
        b"inside", None, None, None, b"inside",
    ]  # fmt: skip


def test_the_repository_is_that_of_the_folder(repository: Repository, tmp_path: Path) -> None:
    (repository.root / "deep").mkdir()
    assert repository_of(repository.root / "deep") == repository.root
    assert repository_of(tmp_path) is None
    assert repository_of(tmp_path / "gone") is None


def test_a_shallow_clone_is_known_as_one(repository: Repository, tmp_path: Path) -> None:
    repository.commit()
    repository.commit()
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.root}", str(tmp_path / "clone"))
    assert is_shallow(tmp_path / "clone")
    assert not is_shallow(repository.root)
