from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reconciler.diagnostics import Code, Diagnostic
from reconciler.manifests import ManifestPath, find_files, read_file
from tests.manifest_folder import Folder


def found(folder: Folder, *names: str, without: tuple[str, ...] = ()) -> list[str]:
    result = find_files(folder.named(*(names or (".",))), without=[folder.path / name for name in without])
    assert not result.diagnostics
    return [file.spelled for file in result.files]


def test_yaml_files_are_found_at_every_depth_in_a_stable_order(folder: Folder) -> None:
    for name in ["b.yaml", "a.yml", "z/a.yaml", "c/d/e.yml", "c/a.yaml", "notes.txt", "c/x.json", "yaml", "x.yaml.bak"]:
        folder.write(name)
    assert found(folder) == ["a.yml", "b.yaml", "c/a.yaml", "c/d/e.yml", "z/a.yaml"]


def test_hidden_files_and_folders_are_skipped(folder: Folder) -> None:
    for name in [".git/a.yaml", ".a.yaml", "x/.hidden/y/a.yaml", "x/a.yaml"]:
        folder.write(name)
    assert found(folder) == ["x/a.yaml"]


def test_a_hidden_folder_that_is_named_is_searched(folder: Folder) -> None:
    folder.write(".sessions/a.yaml")
    assert found(folder, ".sessions") == [".sessions/a.yaml"]


def test_the_project_file_is_no_manifest(folder: Folder) -> None:
    for name in ["reconciler.yaml", "sub/reconciler.yml", "sub/a.yaml"]:
        folder.write(name)
    assert found(folder) == ["sub/a.yaml"]


def test_a_file_that_is_named_is_read_whatever_its_suffix(folder: Folder) -> None:
    folder.write("a.txt")
    assert found(folder, "a.txt") == ["a.txt"]


def test_a_folder_whose_name_ends_like_a_file_is_a_folder(folder: Folder) -> None:
    folder.write("dir.yaml/a.yaml")
    assert found(folder) == ["dir.yaml/a.yaml"]


def test_what_is_excluded_is_left_out_of_a_search(folder: Folder) -> None:
    for name in ["a.yaml", "overlays/a.yaml", "overlays/deep/b.yaml", "overlays-too/c.yaml"]:
        folder.write(name)
    assert found(folder, without=("overlays",)) == ["a.yaml", "overlays-too/c.yaml"]
    assert found(folder, without=("overlays/deep/b.yaml",)) == ["a.yaml", "overlays/a.yaml", "overlays-too/c.yaml"]


def test_a_file_given_twice_is_read_once(folder: Folder) -> None:
    folder.write("sub/a.yaml")
    (folder.path / "link.yaml").symlink_to("sub/a.yaml")
    assert found(folder, "sub/a.yaml", "sub", ".", "sub/../sub/a.yaml") == ["sub/a.yaml"]


def test_files_keep_the_order_of_the_paths(folder: Folder) -> None:
    folder.write("a.yaml")
    folder.write("b.yaml")
    assert found(folder, "b.yaml", "a.yaml") == ["b.yaml", "a.yaml"]


def test_folders_linked_in_a_loop_end(folder: Folder) -> None:
    folder.write("sub/a.yaml")
    (folder.path / "sub/loop").symlink_to(folder.path)
    assert found(folder) == ["sub/a.yaml"]


def test_a_file_linked_to_itself_is_a_problem_and_not_a_crash(folder: Folder) -> None:
    (folder.path / "loop.yaml").symlink_to("loop.yaml")
    folder.write("b.yaml")
    (problem,) = folder.load().diagnostics
    assert (problem.code, str(problem.location)) == (Code.FILE_UNREADABLE, "loop.yaml:1:1")
    assert find_files(folder.named("loop.yaml")).diagnostics[0].code is Code.PATH_NOT_FOUND


def test_a_broken_link_is_a_problem_at_the_file(folder: Folder) -> None:
    (folder.path / "gone.yaml").symlink_to("nowhere.yaml")
    (problem,) = folder.load().diagnostics
    assert (problem.code, str(problem.location)) == (Code.FILE_UNREADABLE, "gone.yaml:1:1")
    assert problem.detail == "No such file or directory."


def test_a_path_that_does_not_exist_is_named_as_it_was_given(folder: Folder) -> None:
    folder.write("a.yaml")
    loaded = folder.load("sesions/", "a.yaml")
    (problem,) = loaded.diagnostics
    assert (problem.code, problem.location) == (Code.PATH_NOT_FOUND, None)
    assert problem.detail == "`sesions/` does not exist."
    assert problem.hint
    assert len(loaded.desired) == 1


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "a.yaml/b"])
def test_a_path_that_can_not_exist_is_a_problem(name: str, folder: Folder) -> None:
    folder.write("a.yaml")
    (problem,) = find_files(folder.named(name)).diagnostics
    assert problem.code in {Code.FILE_UNREADABLE, Code.PATH_NOT_FOUND}


def test_a_folder_can_not_be_read_as_a_file(folder: Folder) -> None:
    result = read_file(ManifestPath(folder.path, "here"))
    assert isinstance(result, Diagnostic)
    assert (result.code, str(result.location)) == (Code.FILE_UNREADABLE, "here:1:1")


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Give a folder in which this process has no rights beyond those of its files' modes."""
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o777)
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65_534)
        yield Path(made)
        if was_root:
            os.seteuid(0)


def test_a_folder_that_can_not_be_searched_is_a_problem_and_not_empty(unprivileged: Path) -> None:
    folder = Folder(unprivileged)
    folder.write("a.yaml")
    closed = folder.write("closed/b.yaml").parent
    closed.chmod(0)
    in_closed = ManifestPath(closed / "b.yaml", "closed/b.yaml")
    loaded, named = folder.load(), find_files([in_closed])
    closed.chmod(0o700)
    assert [(each.code, str(each.location)) for each in (*loaded.diagnostics, *named.diagnostics)] == [
        (Code.FILE_UNREADABLE, "closed:1:1"),
        (Code.FILE_UNREADABLE, "closed/b.yaml:1:1"),
    ]
    assert loaded.diagnostics[0].detail == "Permission denied."
    assert not loaded.is_valid
