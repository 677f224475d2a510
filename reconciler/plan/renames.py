"""Finds renamed tags: a session type that is to be created, and one without a manifest that differs in names alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial

from reconciler.plan.model import Action, Change, Ownership
from reconciler.session_type import SessionType

_COMPARED = 32  # among more copies of one template, the likest tag is not worth the search


@dataclass(frozen=True, slots=True)
class Rename:
    """A tag whose manifest is gone, and the new one that took over what it held."""

    old: str
    new: str


def find_renames(changes: Iterable[Change]) -> tuple[Rename, ...]:
    """Return the renames that a plan's changes look like, by the new tag; each tag is in one at most.

    Where several fit (copies of a template), those that are called alike belong together.
    """
    listed = tuple(changes)
    gone = {each.tag: each.before for each in listed if _is_gone(each) and each.before}
    new = {each.tag: each.after for each in listed if _is_new(each) and each.after} if gone else {}
    found = []
    for form in (_tagless, _nameless):
        for rename in _paired(gone, new, form):
            found.append(rename)
            del gone[rename.old], new[rename.new]
    return tuple(sorted(found, key=lambda each: each.new))


def _is_gone(change: Change) -> bool:
    return change.action is Action.DELETE and change.ownership is Ownership.OWN


def _is_new(change: Change) -> bool:
    return change.action is Action.CREATE and change.revision is None


def _paired(
    gone: Mapping[str, SessionType], new: Mapping[str, SessionType], form: Callable[[SessionType], str]
) -> list[Rename]:
    """Pair what is equal in a form, the likest tags first."""
    by_form: dict[str, list[str]] = {}
    for tag, each in gone.items():
        by_form.setdefault(form(each), []).append(tag)
    found = []
    for tag, each in new.items():
        if candidates := by_form.get(form(each)):
            former = max(candidates[:_COMPARED], key=partial(_likeness, tag))
            candidates.remove(former)
            found.append(Rename(former, tag))
    return found


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _tagless(session_type: SessionType) -> str:
    return replace(session_type, tag="").canonical()


def _nameless(session_type: SessionType) -> str:
    return replace(session_type, tag="", name="", description="").canonical()
