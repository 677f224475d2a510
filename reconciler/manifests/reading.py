"""The reading of one run's manifests: found, parsed, overlays laid over them, checked. Every problem is collected."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.diagnostics import Code, Diagnostic, Location, missing_key, nearest_of, with_article
from reconciler.manifests.find import ManifestPath, find_files, read_file
from reconciler.manifests.manifest import read_manifest
from reconciler.manifests.overlay import overlaid
from reconciler.manifests.parse_cache import ParseCache
from reconciler.manifests.quick import session_type_of
from reconciler.nodes import (
    Document,
    LateFile,
    LateMarks,
    Marks,
    decoded,
    located,
    parse_with_care,
    value_location,
)
from reconciler.plan import Desired
from reconciler.session_type import SessionType
from reconciler.values import JsonValue, json_type

# After these, a tag that no manifest seems to have may be in what could not be read.
_LOSE_MANIFESTS = {
    Code.FILE_UNREADABLE,
    Code.FILE_TOO_LARGE,
    Code.PATH_NOT_FOUND,
    Code.NOT_UTF8,
    Code.YAML_SYNTAX,
    Code.YAML_TOO_DEEP,
    Code.YAML_TOO_BIG,
}


def unsure_files(diagnostics: Iterable[Diagnostic]) -> set[str]:
    """Return the files that can't be read to their end."""
    return {each.location.file for each in diagnostics if each.location and each.code in _LOSE_MANIFESTS}


class Manifest(NamedTuple):
    """A document that is a mapping, and the session type in it where it is known to be right as it stands.

    Not a `Document` from the beginning: nearly all need none.
    """

    data: JsonValue
    marks: Marks
    location: Location
    session_type: SessionType | None = None

    @classmethod
    def of(cls, document: Document) -> Manifest:
        """Return a document as a manifest that is yet to be checked."""
        return cls(document.data, document.marks, document.location)

    @property
    def document(self) -> Document:
        """The document."""
        return Document(self.data, self.marks, self.location)

    @property
    def tag(self) -> str:
        """The tag; empty where there is none that could be one."""
        tag = self.data.get("tag") if isinstance(self.data, dict) else None
        return tag if isinstance(tag, str) else ""


class Reading:
    """One run's reading: collects diagnostics and texts on the way."""

    def __init__(self, root: Path, environment: Mapping[str, str], cache: ParseCache) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, str] = {}
        self.unused: set[str] = set()  # the files of overlays that nothing lies under
        self._inside = os.path.join(root.resolve(), "")  # noqa: PTH118 - with the separator
        self._environment = environment
        self._cache = cache
        self._recorded: dict[str, str] = {}

    def manifests(self, paths: Iterable[ManifestPath], without: Iterable[Path]) -> Iterator[Manifest]:
        """Yield every document that is a mapping; empty ones (comments only) are passed over."""
        found = find_files(paths, without=without)
        self.diagnostics += found.diagnostics
        texts = [self._text(file, real) for file, real in zip(found.files, found.real, strict=True)]
        self._cache.prepare([text for text in texts if text is not None])
        for file, text in zip(found.files, texts, strict=True):
            for manifest in self._read(file, text) if text is not None else ():
                if isinstance(manifest.data, dict):
                    yield manifest
                elif manifest.data is not None:
                    kind = with_article(json_type(manifest.data))
                    detail = f"A manifest is a mapping of fields; this document is {kind}."
                    self.diagnostics.append(Diagnostic(Code.NOT_A_MAPPING, detail, manifest.location))

    def _text(self, file: ManifestPath, real: str) -> str | None:
        content = read_file(file)
        text = content if isinstance(content, Diagnostic) else decoded(content, file.spelled)
        if isinstance(text, Diagnostic):
            self.diagnostics.append(text)
            return None
        self.texts[file.spelled] = text
        self._recorded[file.spelled] = self._relative(file, real)
        return text

    def _read(self, file: ManifestPath, text: str) -> list[Manifest]:
        quick = self._cache.manifests(text)
        if quick is None:
            parsed = parse_with_care(text, file.spelled, self._environment)
            self.diagnostics += parsed.diagnostics
            return [Manifest.of(document) for document in parsed.documents]
        marks = LateFile(text, file.spelled)
        return [
            Manifest(
                data,
                LateMarks(marks, at),
                Location(file.spelled, line + 1, column + 1),
                session_type_of(fields) if fields else None,
            )
            for at, ((data, line, column), fields) in enumerate(quick)
        ]

    def _relative(self, file: ManifestPath, real: str) -> str:
        inside = real.startswith(self._inside)
        return real[len(self._inside) :].replace(os.sep, "/") if inside else file.spelled

    def lay_over(self, manifests: list[Manifest], overlays: Iterable[ManifestPath]) -> list[Manifest]:
        """Return the manifests with the overlays of their tag over them."""
        complete = not any(each.code in _LOSE_MANIFESTS for each in self.diagnostics)
        by_tag: dict[str, list[Document]] = {}
        for overlay in self.manifests(overlays, ()):
            if overlay.tag:
                by_tag.setdefault(overlay.tag, []).append(overlay.document)
            else:
                self.diagnostics += located([missing_key(("tag",))], overlay.document)
        if not by_tag:
            return manifests
        known = {manifest.tag for manifest in manifests}
        self.unused = {each.location.file for tag in by_tag.keys() - known for each in by_tag[tag]}
        if complete:
            self._report_unknown(by_tag, known)
        return [_laid(manifest, by_tag.get(manifest.tag, ())) for manifest in manifests]

    def _report_unknown(self, overlays: Mapping[str, list[Document]], known: set[str]) -> None:
        for tag in overlays.keys() - known:
            nearest = nearest_of(tag, known)
            hint = (
                f"Did you mean `{nearest}`?"
                if nearest
                else "An overlay changes a session type that a manifest defines."
            )
            for overlay in overlays[tag]:
                location = value_location(overlay.marks, ("tag",))
                detail = f"No manifest has the tag `{tag}`."
                self.diagnostics.append(Diagnostic(Code.OVERLAY_UNKNOWN_TAG, detail, location, hint))

    def check(self, manifests: Iterable[Manifest]) -> Iterator[Desired]:
        """Yield every valid manifest, and report the others and those with a tag that another has."""
        first: dict[str, Manifest] = {}
        unread = {each.location for each in self.diagnostics}  # a stand-in value there is no second mistake
        for manifest in manifests:
            file = self._recorded[manifest.location.file]
            known = manifest.session_type
            if known:
                desired: Desired | None = Desired(known, manifest.location, file, manifest.marks)
            else:
                desired, problems = read_manifest(manifest.document, file)
                self.diagnostics += (
                    each for each in problems if each.code is Code.MISSING_FIELD or each.location not in unread
                )
            tag = known.tag if known else manifest.tag
            earlier = first.setdefault(tag, manifest)
            if tag and earlier is not manifest:
                self._report_duplicate(tag, manifest, earlier)
            elif desired:
                yield desired

    def _report_duplicate(self, tag: str, manifest: Manifest, earlier: Manifest) -> None:
        location, related = (value_location(each.marks, ("tag",)) for each in (manifest, earlier))
        detail = f"The tag `{tag}` belongs to the manifest at {related} already."
        hint = "A tag is an identity: give one of the two another tag, or remove it."
        self.diagnostics.append(Diagnostic(Code.DUPLICATE_TAG, detail, location, hint, related=related))


def _laid(manifest: Manifest, overlays: Iterable[Document]) -> Manifest:
    for overlay in overlays:
        manifest = Manifest.of(overlaid(manifest.document, overlay))
    return manifest
