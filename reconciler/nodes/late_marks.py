"""Positions that are read when somebody asks: most runs ask for those of a few manifests among thousands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.nodes.marks import Entry, Marks


class LateFile:
    """A file's text, of which it is known that it can be read, and the marks of its documents once they were asked."""

    __slots__ = ("_marks", "_text", "name")

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._text = text
        self._marks: list[Marks] | None = None

    def marks(self, at: int) -> Marks:
        """Return the marks of a document, by its place in the file."""
        if self._marks is None:
            from reconciler.nodes.careful import read_with_care  # noqa: PLC0415 - the parser

            self._marks = [document.marks for document in read_with_care(self._text, self.name, {}).documents]
        return self._marks[at]


class LateMarks(Mapping[str | int, Entry]):
    """The marks of one document."""

    __slots__ = ("_at", "_file")

    def __init__(self, file: LateFile, at: int) -> None:
        self._file = file
        self._at = at

    def __getitem__(self, key: str | int) -> Entry:
        """Return the entry of a key."""
        return self._file.marks(self._at)[key]

    def __iter__(self) -> Iterator[str | int]:
        return iter(self._file.marks(self._at))

    def __len__(self) -> int:
        return len(self._file.marks(self._at))
