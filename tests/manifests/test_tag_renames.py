from __future__ import annotations

import pytest

from reconciler.diagnostics import Code, Severity
from reconciler.manifests import renamed_tags
from tests.manifest_folder import PLAIN, Folder


def tagged(*tags: str) -> str:
    return "---\n".join(PLAIN.replace("tag: user", f"tag: {tag}") for tag in tags)


def renamed(folder: Folder, former: str | bytes, *now: str, file: str = "a.yaml") -> list[tuple[str, str]]:
    folder.write(file, tagged(*now))
    content = former.encode() if isinstance(former, str) else former
    found = renamed_tags(folder.load().desired, {file: content})
    assert all((each.code, each.severity) == (Code.TAG_RENAMED, Severity.WARNING) for each in found)
    return [(each.detail.split("`")[1], str(each.location)) for each in found]


def test_a_tag_in_the_place_of_another_is_a_rename(folder: Folder) -> None:
    assert renamed(folder, tagged("old"), "new") == [("old", "a.yaml:2:6")]


def test_the_same_tag_is_none(folder: Folder) -> None:
    assert renamed(folder, "# a comment\n" + tagged("old"), "old") == []


def test_a_tag_that_another_manifest_has_is_none(folder: Folder) -> None:
    folder.write("b.yaml", tagged("old"))
    assert renamed(folder, tagged("old"), "new") == []


@pytest.mark.parametrize(
    ("former", "now", "found"),
    [
        (("a", "b"), ("a", "c"), [("b", "a.yaml:13:6")]),
        (("a", "b"), ("b", "a"), []),
        (("a", "b"), ("c", "d"), [("a", "a.yaml:2:6"), ("b", "a.yaml:13:6")]),
        (("a",), ("a", "b"), []),
        (("a", "b"), ("a",), []),
        (("a", "b", "c"), ("x", "c"), []),  # which of the two became x, nobody can tell
        (("a",), ("b", "c"), []),
    ],
)
def test_documents_of_one_file_are_told_apart(
    folder: Folder, former: tuple[str, ...], now: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    assert sorted(renamed(folder, tagged(*former), *now), key=lambda each: each[0]) == found


@pytest.mark.parametrize("former", [b"", b"\xff\xfe", b"tag: [", b"- a\n", b"tag: 7\n", b"tag: ${TAG}\n", b"just text"])
def test_whatever_was_committed_is_no_mistake(folder: Folder, former: bytes) -> None:
    assert renamed(folder, former, "new") in ([], [("${TAG}", "a.yaml:2:6")])
