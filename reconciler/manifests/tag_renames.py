"""Finds tags that were changed since the last commit: a tag is an identity, so that is another session type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.diagnostics import Code, Diagnostic, Severity
from reconciler.manifests.layout import AnyVariable
from reconciler.nodes import parse_yaml
from reconciler.plan import Desired

_HINT = (
    "Live sessions stay under the old tag. Keep its manifest beside this one until its tokens and refresh tokens have "
    "run out, or change the `name`, which people read, and not the tag."
)


def renamed_tags(desired: Iterable[Desired], at_head: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """Return a warning for each tag that took the place of another, which no manifest has any more.

    `at_head` holds the former contents of files, by the spelling that locations have.
    """
    listed = tuple(desired)
    tags = {each.session_type.tag for each in listed}
    by_file: dict[str, list[Desired]] = {}
    for each in sorted(listed, key=lambda one: one.location):
        by_file.setdefault(each.location.file, []).append(each)
    return tuple(
        _warning(each, old)
        for file, content in at_head.items()
        for old, each in _pairs(_tags(content), by_file.get(file, []))
        if old not in tags
    )


def _pairs(former: list[str], now: list[Desired]) -> Iterator[tuple[str, Desired]]:
    """Yield each former tag with the manifest in its place: the same document, or what is left on both sides."""
    if len(former) != len(now):
        present = {each.session_type.tag for each in now}
        gone = [tag for tag in former if tag not in present]
        new = [each for each in now if each.session_type.tag not in former]
        former, now = (gone, new) if len(gone) == len(new) == 1 else ([], [])
    for old, each in zip(former, now, strict=True):
        if each.session_type.tag != old and each.session_type.tag not in former:
            yield old, each


def _tags(content: bytes) -> list[str]:
    documents = (document.data for document in parse_yaml(content, "", AnyVariable()).documents)
    tags = (data.get("tag") for data in documents if isinstance(data, dict))
    return [tag for tag in tags if isinstance(tag, str)]


def _warning(desired: Desired, old: str) -> Diagnostic:
    detail = f"The tag was `{old}` at the last commit, and no manifest has that one any more: a tag is an identity."
    return Diagnostic(Code.TAG_RENAMED, detail, desired.locate(("tag",)), _HINT, Severity.WARNING)
