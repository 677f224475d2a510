"""Values under construction: finished ones, and collections whose end has not come yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.nodes.marks import Marks, OwnMarks
from reconciler.values import JsonObject, JsonValue


@dataclass(slots=True)
class Built:
    """A finished value with what belongs to it; `size` counts the values that it holds, aliases expanded."""

    value: JsonValue
    line: int
    column: int
    marks: Marks | None = None
    size: int = 1


@dataclass(slots=True)
class OpenCollection:
    """A mapping or sequence (the document itself is a sequence of one) whose end has not come yet.

    In a mapping, `key` is the key that waits for its value; `drop` says that the value is to be left out, `merge` that
    it is to be merged; `merged_at` is where a merge key stood. `is_key` marks a collection that stands where a key
    should.
    """

    value: JsonObject | list[JsonValue]
    marks: OwnMarks
    line: int
    column: int
    anchor: str | None = None
    size: int = 1
    key: str | None = None
    key_line: int = 0
    key_column: int = 0
    drop: bool = False
    merge: bool = False
    merged_at: tuple[int, int] | None = None
    is_key: bool = False
    merged: list[Built] = field(default_factory=list)

    @property
    def expects_key(self) -> bool:
        """Tell whether the next value is a key."""
        return self.key is None and isinstance(self.value, dict)

    def earlier(self, key: str) -> tuple[int, int] | None:
        """Return line and column of the same key further up in this mapping, or None."""
        if self.merge:
            return self.merged_at
        entry = self.marks.get(key)
        return entry and (entry[1], entry[2])

    def expect_dropped_value(self) -> None:
        """Stand in for a key that can't be one: its value is left out."""
        self.key, self.drop = "", True

    def place(self, file: str, built: Built) -> None:
        """Put a finished value at the end of a sequence, or under the waiting key."""
        if isinstance(self.value, list):
            entry = (file, built.line, built.column, built.line, built.column, built.marks)
            self.marks[len(self.value)] = entry
            self.value.append(built.value)
            return
        if self.merge:
            self.merged_at = (self.key_line, self.key_column)
            self.merged += merge_sources(built) or ()
        elif not self.drop and self.key is not None:
            self.value[self.key] = built.value
            self.marks[self.key] = (file, self.key_line, self.key_column, built.line, built.column, built.marks)
        self.key, self.drop, self.merge = None, False, False

    def close(self) -> Built:
        """Finish the collection: add what merge keys bring and it has not; own keys and earlier sources win."""
        if isinstance(self.value, dict):
            for source in self.merged:
                for key, value in source.value.items() if isinstance(source.value, dict) else ():
                    if key not in self.value:
                        self.value[key] = value
                        self.marks[key] = (source.marks or {})[key]
        return Built(self.value, self.line, self.column, self.marks, self.size)


def merge_sources(built: Built) -> list[Built] | None:
    """Return the mappings that a merge key names, or None where it names something else."""
    if isinstance(built.value, dict):
        return [built]
    if not isinstance(built.value, list) or not all(isinstance(item, dict) for item in built.value):
        return None
    entries = (built.marks or {}).values()
    return [Built(item, entry[3], entry[4], entry[5]) for item, entry in zip(built.value, entries, strict=True)]
