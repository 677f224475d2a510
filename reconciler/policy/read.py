"""The `policies` of a project file to rules. What CEL says of them is asked later, by a command that judges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from reconciler.diagnostics import Code, Diagnostic, Location, Severity, described
from reconciler.nodes import Document, value_location
from reconciler.policy.fields import PolicyFields, WaiverFields
from reconciler.policy.model import Rule, Subject, Waiver
from reconciler.policy.written import Written
from reconciler.values import JsonValue, Path

KEY = "policies"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE_BREAK = re.compile(r"\r\n|[\n\r]")


def read_rules(
    policies: Sequence[PolicyFields], document: Document, text: str
) -> tuple[tuple[Rule, ...], tuple[Diagnostic, ...]]:
    """Return the rules and what is wrong with them. `text` is the file's."""
    reader = _Reader(document, _LINE_BREAK.split(text))
    rules = tuple(reader.rule(index, fields) for index, fields in enumerate(policies))
    return rules, (*reader.diagnostics, *reader.duplicates(policies))


class _Reader:
    """One file's reading: collects diagnostics on the way."""

    def __init__(self, document: Document, lines: Sequence[str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._document = document
        self._lines = lines

    def rule(self, index: int, fields: PolicyFields) -> Rule:
        """Return one rule."""
        location = self._at((KEY, index, "rule"))
        first = location.line - 1
        lines = tuple(self._lines[first : first + fields.rule.count("\n") + 2])
        waivers = (self._waiver((KEY, index, "waivers", at), each) for at, each in enumerate(fields.waivers))
        return Rule(
            name=fields.name,
            subject=Subject(fields.on),
            written=Written(fields.rule, location, lines),
            message=fields.message,
            severity=Severity(fields.severity),
            waivers=tuple(filter(None, waivers)),
        )

    def duplicates(self, policies: Sequence[PolicyFields]) -> Iterator[Diagnostic]:
        """Yield a diagnostic for every name that an earlier rule has."""
        first: dict[str, int] = {}
        for index, each in enumerate(policies):
            earlier = first.setdefault(each.name, index)
            if earlier != index:
                location, related = self._at((KEY, index, "name")), self._at((KEY, earlier, "name"))
                detail = f"The name `{each.name}` belongs to the policy in line {related.line} already."
                yield Diagnostic(Code.PROJECT_VALUE, detail, location, "Give one another name.", related=related)

    def _waiver(self, path: Path, fields: WaiverFields) -> Waiver | None:
        until = _day(fields.until)
        if until is None:
            what = f"`{fields.until}`" if isinstance(fields.until, (str, int)) else described(fields.until)
            detail = f"`until` is the last day of the waiver, and {what} is no day."
            location = self._at((*path, "until"))
            self.diagnostics.append(
                Diagnostic(Code.PROJECT_VALUE, detail, location, "Write it as year-month-day: 2027-01-31.")
            )
            return None
        return Waiver(fields.tag, fields.reason, until, self._at(path))

    def _at(self, path: Path) -> Location:
        return value_location(self._document.marks, path) or self._document.location


def _day(written: JsonValue) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) and _DAY.fullmatch(written) else None
    except ValueError:
        return None
