"""Builds documents from the parser's events, without recursion, so that no nesting exhausts the stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.nodes.document import DEPTH_MAX, VALUES_MAX, Document
from reconciler.nodes.frames import Built, OpenCollection, merge_sources
from reconciler.nodes.scalars import DIGITS_MAX, NumberTooLong, fits_collection, fits_tag, resolve, scalar_value
from reconciler.nodes.variables import VariableProblem
from reconciler.values import JsonObject, JsonValue, json_type


class Refused(Exception):
    """The document is too deep or too big. The file is not read on: the parser's own cost would grow without bound."""


class Builder:
    """Takes events one by one; afterwards `documents` and `diagnostics` hold what came of them."""

    def __init__(self, file: str, environment: Mapping[str, str]) -> None:
        self.documents: list[Document] = []
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._environment = environment
        self._open: list[OpenCollection] = []
        self._anchors: dict[str, Built] = {}
        self._handlers: dict[type[Event], Callable[[Any], None]] = {
            DocumentStartEvent: self._start_document,
            ScalarEvent: self._scalar,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentEndEvent: self._end_document,
        }

    def take(self, event: Event) -> None:
        """Take the parser's next event.

        Raises Refused, with the reason among the diagnostics.
        """
        if handler := self._handlers.get(type(event)):
            handler(event)

    def _start_document(self, event: DocumentStartEvent) -> None:
        self._open = [OpenCollection([], {}, event.start_mark.line, event.start_mark.column)]
        self._anchors = {}

    def _end_document(self, _: DocumentEndEvent) -> None:
        root = self._open.pop()
        for value, entry in zip(root.value, root.marks.values(), strict=True):
            self.documents.append(Document(value, entry[5] or {}, self._at(entry[3], entry[4])))

    def _start(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        line, column = event.start_mark.line, event.start_mark.column
        if len(self._open) > DEPTH_MAX:
            self._report(Code.YAML_TOO_DEEP, f"Values may be nested {DEPTH_MAX} levels deep.", self._at(line, column))
            raise Refused
        value: JsonObject | list[JsonValue] = {} if isinstance(event, MappingStartEvent) else []
        if not fits_collection(event.tag, value):
            self._report_tag(event.tag, self._at(line, column))
        opened = OpenCollection(value, {}, line, column, event.anchor)
        if self._open[-1].expects_key:
            opened.is_key = True
            detail = "A mapping or a sequence can't be a key."
            self._report(Code.KEY_NOT_STRING, detail, self._at(line, column))
        self._open.append(opened)

    def _end(self, _: MappingEndEvent | SequenceEndEvent) -> None:
        closed = self._open.pop()
        if closed.is_key:
            self._open[-1].expect_dropped_value()
        else:
            self._place(closed.close(), closed.anchor)

    def _alias(self, event: AliasEvent) -> None:
        line, column = event.start_mark.line, event.start_mark.column
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            inside = any(opened.anchor == event.anchor for opened in self._open)
            problem = "stands inside the value that it names" if inside else "names no anchor above it"
            self._report(Code.YAML_ALIAS, f"`*{event.anchor}` {problem}.", self._at(line, column))
            anchored = Built({} if self._open[-1].merge else f"*{event.anchor}", line, column)
        if self._open[-1].expects_key:
            self._report(Code.KEY_NOT_STRING, "An alias can't be a key here.", self._at(line, column))
            self._open[-1].expect_dropped_value()
        else:
            self._place(Built(anchored.value, line, column, anchored.marks, anchored.size), None)

    def _scalar(self, event: ScalarEvent) -> None:
        mark = event.start_mark
        if self._open[-1].expects_key:
            self._take_key(self._open[-1], event, mark.line, mark.column)
        else:
            self._place(Built(self._value(event), mark.line, mark.column), event.anchor)

    def _take_key(self, top: OpenCollection, event: ScalarEvent, line: int, column: int) -> None:
        key = event.value
        top.key, top.key_line, top.key_column = key, line, column
        if event.implicit[0]:
            top.merge = key == "<<"
            self._check_plain_key(key, line, column)
        elif not fits_tag(event.tag, key):
            self._report_tag(event.tag, self._at(line, column))
        if event.anchor:
            self._anchors[event.anchor] = Built(key, line, column)
        if earlier := top.earlier(key):
            self._report_duplicate(key, self._at(line, column), self._at(*earlier))
            top.drop, top.merge = True, False

    def _report_duplicate(self, key: str, location: Location, first: Location) -> None:
        detail = f"`{key}` stands in this mapping already, in line {first.line}."
        hint = "Merge several at once: `<<: [*one, *other]`." if key == "<<" else "Remove one of the two."
        self._report(Code.DUPLICATE_KEY, detail, location, hint, related=first)

    def _check_plain_key(self, key: str, line: int, column: int) -> None:
        kind = json_type(resolve(key[:DIGITS_MAX]))
        if kind != "string":
            detail = f"The key `{key[:DIGITS_MAX]}` is read as {'null' if kind == 'null' else 'a ' + kind}."
            self._report(Code.KEY_NOT_STRING, detail, self._at(line, column), "Put quotes around it.")

    def _value(self, event: ScalarEvent) -> JsonValue:
        """Return what a scalar means; where that can't be said, a stand-in that causes no second problem."""
        mark = event.start_mark
        try:
            value = scalar_value(event.value, event.tag, self._environment, plain=event.implicit[0])
        except NumberTooLong:
            detail = f"A number has at most {DIGITS_MAX:,} digits."
            self._report(Code.NUMBER_OUT_OF_RANGE, detail, self._at(mark.line, mark.column), "Put quotes around it.")
            return 0
        except VariableProblem as problem:
            self._report(problem.code, problem.detail, self._at(mark.line, mark.column), problem.hint)
            return str(event.value)
        if not fits_tag(event.tag, value):
            self._report_tag(event.tag, self._at(mark.line, mark.column))
        return value

    def _place(self, built: Built, anchor: str | None) -> None:
        """Put a finished value where it belongs, and remember it under its anchor."""
        if anchor:
            self._anchors[anchor] = built
        top = self._open[-1]
        top.size += built.size
        if top.size > VALUES_MAX:
            detail = f"The document holds more than {VALUES_MAX:,} values once its aliases are expanded."
            self._report(Code.YAML_TOO_BIG, detail, self._at(built.line, built.column))
            raise Refused
        if top.merge and merge_sources(built) is None:
            detail = "`<<` takes a mapping, or a list of mappings."
            self._report(Code.YAML_MERGE, detail, self._at(top.key_line, top.key_column))
        top.place(self._file, built)

    def _at(self, line: int, column: int) -> Location:
        return Location(self._file, line + 1, column + 1)

    def _report_tag(self, tag: str | None, location: Location) -> None:
        written = str(tag).replace("tag:yaml.org,2002:", "!!")
        detail = f"The tag `{written}` has no meaning here, or does not fit the value."
        self._report(Code.YAML_TAG, detail, location, "Remove the tag.")

    def _report(
        self, code: Code, detail: str, location: Location, hint: str = "", *, related: Location | None = None
    ) -> None:
        self.diagnostics.append(Diagnostic(code, detail, location, hint, related=related))
