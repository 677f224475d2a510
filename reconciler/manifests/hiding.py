"""Hides what is sensitive in the texts of a run's files, and in what is said of them.

It is made when something is to be shown: only then is a text parsed for it, and only where a file speaks of anything
sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.manifests.hidden import with_spans_hidden, with_values_hidden, words
from reconciler.manifests.sensitive import (
    EVERYTHING,
    declared_paths,
    is_whole,
    may_declare,
    misplaced,
    tag_of,
)
from reconciler.nodes import Spanned, found_at, spanned_documents
from reconciler.plan import MASK
from reconciler.session_type import FIELDS
from reconciler.values import Path

# Their details repeat what stands at the place, be it a key, an alias or a tag.
_REPEATING = {Code.KEY_NOT_STRING, Code.DUPLICATE_KEY, Code.YAML_ALIAS, Code.YAML_TAG, Code.YAML_SYNTAX}
# Their details name a variable or a path, which is no value and has to be told.
_NAMING = {Code.VARIABLE_UNSET, Code.LIFECYCLE_PATH, Code.UNKNOWN_FIELD, Code.MISSING_FIELD}
_QUOTED = re.compile("`[^`]*`")
_PART = re.compile(r"[^\s{}$\[\],.\"`]+")
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_OPEN = frozenset({*FIELDS, "lifecycle", "sensitive", "ignore_changes", "prevent_destroy", ""})


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A file with its sensitive values hidden, and all that a message could repeat of them."""

    text: str
    secrets: frozenset[str]


class Hiding:
    """What is hidden in the texts. `unsure` and `extra` are as `Sources` has them."""

    def __init__(self, texts: Mapping[str, str], unsure: frozenset[str], extra: Mapping[str, frozenset[Path]]) -> None:
        self._texts = texts
        self._unsure = unsure
        self._extra = extra
        self._hidden: dict[str, _Hidden] = {}
        self._parsed: dict[str, list[Spanned] | None] = {}
        self._speaking: list[str] | None = None
        self._tagged: dict[str, list[tuple[str, Spanned]]] | None = None
        self._declared: dict[str, frozenset[Path]] | None = None

    def text(self, file: str) -> str:
        """Return the text of a file as it may be shown."""
        return self._of(file).text

    def cleaned(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return a diagnostic that repeats no sensitive value."""
        location = diagnostic.location
        if location is None or location.file not in self._texts or diagnostic.code in _NAMING:
            return diagnostic
        hidden = self._of(location.file)
        if not hidden.secrets:
            return diagnostic
        if diagnostic.code in _REPEATING and self._hides(location):
            return replace(diagnostic, detail=re.sub("(?s)`.*`", f"`{MASK}`", diagnostic.detail))
        detail, hint = (_without(hidden.secrets, text) for text in (diagnostic.detail, diagnostic.hint))
        return replace(diagnostic, detail=detail, hint=hint)

    def _hides(self, location: Location) -> bool:
        """Tell whether what stands at a place is hidden."""
        shown, real = (_LINE_BREAK.split(text) for text in (self.text(location.file), self._texts[location.file]))
        line, column = location.line - 1, location.column - 1
        return line < len(real) and real[line][column:] != shown[line][column:] and shown[line][column:][:1] == "*"

    def _of(self, file: str) -> _Hidden:
        if file not in self._hidden:
            self._hidden[file] = self._hide(file)
        return self._hidden[file]

    def _hide(self, file: str) -> _Hidden:
        text, declared = self._texts[file], self._paths()
        if not declared:
            return _Hidden(text, frozenset())
        documents = self._documents(file)
        if documents is None:
            hides = may_declare(text) or any(tag in text for tag in declared)
            return _Hidden(with_values_hidden(text), frozenset(words(text)) - _OPEN) if hides else _Hidden(text, _NONE)
        spans = {(node.start, node.end) for each in documents for node in self._secret_nodes(each)}
        return _Hidden(with_spans_hidden(text, spans), self._secrets(file))

    def _secret_nodes(self, document: Spanned) -> Iterator[Spanned]:
        """Yield what is sensitive in a document, and what may be so but for a mistake in where it stands."""
        paths = self._paths_of(document)
        for path in paths:
            yield from found_at(document, path)
        for key in misplaced(document, paths):
            yield from found_at(document, (key,))

    def _secrets(self, file: str) -> frozenset[str]:
        """Return what messages about a file must not repeat: values of its session types, in other files as well."""
        own = self._documents(file) or ()
        others = (each for tag in {tag_of(document) for document in own} for each in self._of_tag().get(tag, ()))
        found: set[str] = set()
        for other, document in [*((file, document) for document in own), *others]:
            for node in self._secret_nodes(document):
                found |= {node.text or "", *words(self._texts[other][node.start : node.end])}
        return frozenset(found) - _OPEN

    def _of_tag(self) -> Mapping[str, list[tuple[str, Spanned]]]:
        """Return the documents that may say what is sensitive, by tag, each with its file."""
        if self._tagged is None:
            self._tagged = {}
            for file in self._files_that_speak():
                for document in self._documents(file) or ():
                    self._tagged.setdefault(tag_of(document), []).append((file, document))
        return self._tagged

    def _paths_of(self, document: Spanned) -> frozenset[Path]:
        """Return what is sensitive in a document: all that is so anywhere, where there is no telling what it is of.

        An overlay of nobody's tag has most likely a mistake in the tag.
        """
        tag, declared = tag_of(document), self._paths()
        if not tag or "${" in tag or (tag not in declared and not is_whole(document)):
            return frozenset().union(*declared.values())
        return declared.get(tag, _NO_PATHS) | declared.get("", _NO_PATHS)

    def _paths(self) -> Mapping[str, frozenset[Path]]:
        """Return what is sensitive by tag; under no tag, what is so in every session type."""
        if self._declared is None:
            found = dict(self._extra)
            for tag, tagged in self._of_tag().items():
                key = "" if "${" in tag else tag
                declared = (declared_paths(document) for _, document in tagged)
                found[key] = found.get(key, _NO_PATHS).union(*declared)
            if lost := [self._texts[file] for file in self._files_that_speak() if self._documents(file) is None]:
                found |= self._lost(lost)
            self._declared = {tag: paths for tag, paths in found.items() if paths}
        return self._declared

    def _lost(self, lost: list[str]) -> dict[str, frozenset[Path]]:
        """Return everything as sensitive for the tags in files that speak of it and can't be read."""
        tags = {tag_of(each) for file in self._texts for each in self._documents(file) or ()}
        return {"\0": EVERYTHING, **{tag: EVERYTHING for tag in tags if tag and any(tag in text for text in lost)}}

    def _files_that_speak(self) -> list[str]:
        """Return the files that may say what is sensitive."""
        if self._speaking is None:
            self._speaking = [file for file, text in self._texts.items() if may_declare(text)]
        return self._speaking

    def _documents(self, file: str) -> list[Spanned] | None:
        """Return a file's documents; None where there is no telling what stands where."""
        if file not in self._parsed:
            self._parsed[file] = None if file in self._unsure else spanned_documents(self._texts[file])
        return self._parsed[file]


_NO_PATHS: frozenset[Path] = frozenset()
_NONE: frozenset[str] = frozenset()


def _without(secrets: frozenset[str], text: str) -> str:
    """Return a message without the secrets that it quotes."""
    return _QUOTED.sub(lambda quoted: _hidden_quote(quoted[0][1:-1], secrets), text)


def _hidden_quote(quoted: str, secrets: frozenset[str]) -> str:
    if quoted in secrets:
        return f"`{MASK}`"
    return f"`{_PART.sub(lambda part: MASK if part[0] in secrets else part[0], quoted)}`"
