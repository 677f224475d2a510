"""Written: an expression as it stands in the project file, so that a place in it is a place in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.diagnostics import Location


@dataclass(frozen=True, slots=True)
class Written:
    """An expression, where its scalar begins, and the lines of the file from there on.

    A place is exact in plain and quoted scalars of one line and in literal blocks (`|`). Anywhere else, and after a
    variable or an escape, it is the place where the scalar begins: no place is better than a wrong one.
    """

    text: str
    location: Location
    lines: tuple[str, ...] = ()

    def at(self, line: int, column: int) -> Location:
        """Return the place in the file of a place in the expression; both count from 1, in characters."""
        if not self.lines:
            return self.location
        opening = self.lines[0][self.location.column - 1 :]
        if opening[:1] == "|":
            return self._in_block(line, column)
        if "\n" in self.text:
            return self.location
        width = _width(opening, self.text, column - 1)
        return self.location if width is None else replace(self.location, column=self.location.column + width)

    def _in_block(self, line: int, column: int) -> Location:
        wanted = self.text.split("\n")
        if not (0 < line <= len(wanted) and line < len(self.lines)):
            return self.location
        raw = self.lines[line]
        if not raw.endswith(wanted[line - 1]):
            return self.location
        return Location(self.location.file, self.location.line + line, len(raw) - len(wanted[line - 1]) + column)


def _width(opening: str, text: str, offset: int) -> int | None:
    """Return how many characters of the file stand before a place in a scalar of one line; None where unknown."""
    before = text[:offset]
    match opening[:1]:
        case "'":
            spelled = "'" + before.replace("'", "''")
        case '"':
            spelled = '"' + before
        case _:
            spelled = before
    return len(spelled) if opening.startswith(spelled) else None
