"""Git is asked about the folder at hand, whatever its environment and its configuration say."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.plan import LineCommit
from reconciler.project import GitState, git_state, only_commit_since, repository_of, why_not
from tests.git_repository import Repository, new_repository, own_configuration


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, tmp_path)
    root = tmp_path / "here"
    (root / "shop").mkdir(parents=True)
    (root / "shop/a.yaml").touch()
    repository = new_repository(root)
    repository.commit()
    return repository


def test_what_git_hands_to_a_hook_does_not_move_the_top(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert repository_of(repository.root / "shop") == repository.root.resolve()
    assert not git_state(repository.root / "shop").dirty


def test_a_work_tree_that_somebody_names_is_taken(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    monkeypatch.setenv("GIT_DIR", str(repository.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tree))
    assert repository_of(tree) == tree.resolve()


def test_a_new_file_makes_it_dirty_where_the_configuration_hides_such(repository: Repository) -> None:
    repository.git("config", "status.showUntrackedFiles", "no")
    (repository.root / "shop/b.yaml").touch()
    assert git_state(repository.root).dirty


def test_shown_signatures_are_no_commits(repository: Repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    signer = repository.root.parent / "signer"
    signer.write_text(
        "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho signed by nobody\n", encoding="utf-8"
    )
    signer.chmod(0o755)
    (repository.root / "shop/a.yaml").write_text("more\n", encoding="utf-8")
    repository.git("add", "--all")
    repository.git("-c", f"gpg.program={signer}", "commit", "--quiet", "--gpg-sign", "-m", "Signed")
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "gpg.program", str(signer))
    told = only_commit_since(repository.root, first, ["shop/a.yaml"])
    assert isinstance(told, LineCommit)
    assert told.commit == repository.git("rev-parse", "HEAD")


def test_git_says_itself_why_it_tells_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert why_not(repository.root) is None
    assert "not a git repository" in str(why_not(tmp_path))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "dubious ownership" in str(why_not(repository.root))
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    assert why_not(repository.root) == "git could not be run"


def test_git_is_started_only_where_a_repository_may_be(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked, outside = tmp_path / "linked", tmp_path / "outside"
    outside.mkdir()
    linked.symlink_to(repository.root / "shop")
    worktree = tmp_path / "worktree"
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {repository.root / '.git'}\n")
    for inside in (repository.root, repository.root / "shop", linked, worktree):
        assert git_state(inside).commit, inside
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("git was started"))
    assert git_state(outside) == GitState()
