"""Where in a file's text each value begins and ends.

Marks know where a value begins and no more, because a plan needs no end and pays for every number that is kept. What
has to be hidden in a text needs both, in the few files that are shown; so these are parsed once more, for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.nodes.events import events as events_of
from reconciler.values import Path


@dataclass(slots=True)
class Spanned:
    """A value with its place in the text, as indexes of characters; a list's items have no key.

    `text` is a scalar's value before variables are replaced. `target` is what an alias names, if there is such a thing.
    """

    start: int
    end: int
    text: str | None = None
    is_list: bool = False
    is_alias: bool = False
    target: Spanned | None = None
    entries: list[tuple[Spanned | None, Spanned]] = field(default_factory=list)

    @property
    def resolved(self) -> Spanned:
        """What this stands for: itself, or what the alias names."""
        return self.target or self

    @property
    def items(self) -> Iterator[tuple[str, Spanned]]:
        """The values of a mapping with their keys as they are written, merge keys among them."""
        for key, value in self.entries:
            if key is not None:
                yield key.resolved.text or "", value


def spanned_documents(text: str) -> list[Spanned] | None:
    """Return the documents of a text; None where it can't be parsed to its end."""
    composer = _Composer()
    try:
        for event in events_of(text):
            composer.take(event)
    except YAMLError:
        return None
    return composer.documents


def found_at(document: Spanned, path: Path) -> list[Spanned]:
    """Return everything at or below a path, what aliases and merge keys bring in included.

    A value that stands in the way of the path counts as well, for what was at the path may have moved there.
    """
    found: dict[int, Spanned] = {}
    seen: set[tuple[int, Path]] = set()
    waiting = [(document, path)]
    while waiting:
        node, rest = waiting.pop()
        if (id(node), rest) in seen:
            continue
        seen.add((id(node), rest))
        following = _following(node, rest)
        if following is None:
            found[id(node)] = node
            inside = [part for entry in node.entries for part in entry if part] + [node.target] * bool(node.target)
            waiting += [(part, ()) for part in inside if part]
        else:
            waiting += following
    return list(found.values())


def _following(node: Spanned, rest: Path) -> list[tuple[Spanned, Path]] | None:
    """Return where to go on with the rest of a path; None where the value itself is what was looked for."""
    if rest and node.target:
        return [(node.target, rest)]
    if not rest or not node.entries or (node.is_list is not isinstance(rest[0], int)):
        return None
    if isinstance(rest[0], int):
        return [(value, rest[1:]) for _, value in node.entries[rest[0] : rest[0] + 1]]
    steps = [(value, rest[1:]) for key, value in node.items if key == rest[0]]
    return steps + [(source, rest) for key, value in node.items if key == "<<" for source in merge_sources(value)]


def merge_sources(value: Spanned) -> list[Spanned]:
    """Return what a merge key names."""
    return [item for _, item in value.entries] if value.is_list else [value]


class _Composer:
    """Takes events one by one, without recursion; afterwards `documents` holds what came of them."""

    def __init__(self) -> None:
        self.documents: list[Spanned] = []
        self._open: list[Spanned] = []
        self._keys: list[Spanned | None] = []
        self._anchors: dict[str, Spanned] = {}

    def take(self, event: Event) -> None:
        """Take the parser's next event."""
        match event:
            case DocumentStartEvent():
                self._anchors = {}
            case ScalarEvent():
                self._place(event, Spanned(*_ends(event), text=event.value))
            case AliasEvent():
                node = Spanned(*_ends(event), is_alias=True, target=self._anchors.get(event.anchor))
                self._place(None, node)
            case MappingStartEvent() | SequenceStartEvent():
                node = Spanned(*_ends(event), is_list=isinstance(event, SequenceStartEvent))
                self._place(event, node)
                self._open.append(node)
                self._keys.append(None)
            case MappingEndEvent() | SequenceEndEvent():
                self._open.pop().end = event.end_mark.index
                self._keys.pop()
            case _:
                return

    def _place(self, anchored: ScalarEvent | MappingStartEvent | SequenceStartEvent | None, node: Spanned) -> None:
        if anchored is not None and anchored.anchor:
            self._anchors[anchored.anchor] = node
        if not self._open:
            self.documents.append(node)
        elif self._open[-1].is_list:
            self._open[-1].entries.append((None, node))
        elif self._keys[-1] is None:
            self._keys[-1] = node
        else:
            self._open[-1].entries.append((self._keys[-1], node))
            self._keys[-1] = None


def _ends(event: Event) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index
