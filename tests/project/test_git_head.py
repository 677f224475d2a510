from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.project import texts_at_head


@pytest.fixture(autouse=True)
def own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep this machine's git configuration, and a repository around the temporary folder, out of it."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def git(folder: Path, *arguments: str) -> None:
    command = [shutil.which("git") or "git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository with one commit of two files, one with a name that git would quote."""
    (tmp_path / "sessions").mkdir()
    for name in ("a.yaml", "séance x.yaml"):
        (tmp_path / "sessions" / name).write_bytes(b"tag: a\r\n\xff")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First")
    return tmp_path


def files(repository: Path) -> list[Path]:
    return sorted((repository / "sessions").iterdir())


def test_what_did_not_change_is_not_read(repository: Path) -> None:
    assert texts_at_head(repository, files(repository)) == {}


def test_what_changed_is_told_as_it_was_staged_or_not(repository: Path) -> None:
    first, second = files(repository)
    first.write_text("tag: b\n", encoding="utf-8")
    second.write_text("tag: b\n", encoding="utf-8")
    git(repository, "add", str(second))
    assert texts_at_head(repository, [first, second]) == {first: b"tag: a\r\n\xff", second: b"tag: a\r\n\xff"}
    assert texts_at_head(repository / "sessions", [second]) == {second: b"tag: a\r\n\xff"}


def test_paths_relative_to_the_working_directory_work(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(repository)[0].write_text("tag: b\n", encoding="utf-8")
    monkeypatch.chdir(repository / "sessions")
    assert texts_at_head(Path("..").resolve(), [Path("a.yaml")]) == {Path("a.yaml"): b"tag: a\r\n\xff"}


def test_settings_of_the_user_change_nothing(repository: Path) -> None:
    for key, value in (("diff.relative", "true"), ("diff.noprefix", "true"), ("diff.external", "false")):
        git(repository, "config", key, value)
    first = files(repository)[0]
    first.write_text("tag: b\n", encoding="utf-8")
    assert list(texts_at_head(repository / "sessions", [first])) == [first]


def test_a_new_file_and_one_outside_were_nothing(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    new, outside = repository / "sessions/new.yaml", tmp_path_factory.mktemp("other") / "a.yaml"
    for file in (new, outside):
        file.write_text("tag: b\n", encoding="utf-8")
    git(repository, "add", str(new))
    assert texts_at_head(repository, [new, outside, repository / "nowhere.yaml"]) == {}


def test_without_a_repository_or_a_commit_git_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("tag: a\n", encoding="utf-8")
    assert texts_at_head(tmp_path, [file]) == {}
    git(tmp_path, "init", "--quiet")
    assert texts_at_head(tmp_path, [file]) == {}


def test_without_git_nothing_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = files(repository)[0]
    first.write_text("tag: b\n", encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    assert texts_at_head(repository, [first]) == {}
