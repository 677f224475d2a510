"""Loads all manifests of a run: every file is read and every problem collected before anything is said."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from reconciler.diagnostics import Code, Diagnostic, Severity, in_order, missing_key, nearest_of, with_article
from reconciler.manifests.find import ManifestPath, find_files, read_file
from reconciler.manifests.manifest import read_manifest
from reconciler.manifests.overlay import overlaid
from reconciler.manifests.parse_cache import ParseCache
from reconciler.manifests.quick import session_type_of
from reconciler.manifests.silence import silenced
from reconciler.manifests.sources import Sources
from reconciler.nodes import (
    Document,
    LateFile,
    decoded,
    located,
    parse_with_care,
    quick_document,
    value_location,
)
from reconciler.plan import Desired, secret_texts
from reconciler.session_type import SessionType
from reconciler.values import JsonValue, canonical_json, json_type

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


@dataclass(frozen=True, slots=True)
class Loaded:
    """Desired session types sorted by tag, the problems in order, and the files' texts.

    `sources` is what the problems are shown in: nothing sensitive is in it, nor in the problems. `texts` is what stands
    in the files, for editing them.
    """

    desired: tuple[Desired, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Sources
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def nothing(cls) -> Loaded:
        """Return what is loaded where there are no manifests."""
        return cls((), (), Sources({}))

    @property
    def is_valid(self) -> bool:
        """Tell whether no problem is an error."""
        return all(each.severity is not Severity.ERROR for each in self.diagnostics)

    def secrets(self) -> frozenset[str]:
        """Return what no message of another program may repeat."""
        sensitive = (
            (each.session_type.to_json(), each.lifecycle.sensitive) for each in self.desired if each.lifecycle.sensitive
        )
        return frozenset(text for spec, paths in sensitive for text in secret_texts(spec, paths))

    def without(self, *codes: Code) -> Loaded:
        """Return this without the problems of kinds that do not matter to a run."""
        return replace(self, diagnostics=tuple(each for each in self.diagnostics if each.code not in codes))

    def digest(self) -> str:
        """Return a digest of what the manifests want, wherever they lie and however they are laid out."""
        wanted = [each.session_type.canonical() for each in self.desired]
        return "sha256:" + hashlib.sha256(canonical_json(list[JsonValue](wanted)).encode()).hexdigest()


def load_manifests(  # noqa: PLR0913 - what a run is about, each by its name
    paths: Iterable[ManifestPath],
    *,
    overlays: Iterable[ManifestPath] = (),
    without: Iterable[Path] = (),
    root: Path,
    environment: Mapping[str, str],
    cache: ParseCache | None = None,
) -> Loaded:
    """Load the manifests under `paths` with `overlays` over them.

    `without` is left out of the search. `root` is what the registry's file names are relative to. `environment` gives
    the values of `${NAME}`. `cache` spares the parser what it read before.
    """
    cache = cache or ParseCache()
    reading = _Reading(root, environment, cache)
    manifests = list(reading.manifests(paths, without))
    manifests = reading.lay_over(manifests, overlays)
    desired = list(reading.check(manifests))
    cache.save()
    sources = Sources(reading.texts, unsure=unsure_files(reading.diagnostics))
    return Loaded(
        tuple(sorted(desired, key=lambda each: each.session_type.tag)),
        in_order(sources.cleaned(silenced(reading.diagnostics, reading.texts, unused=reading.unused))),
        sources,
        reading.texts,
    )


def unsure_files(diagnostics: Iterable[Diagnostic]) -> set[str]:
    """Return the files that can't be read to their end."""
    return {each.location.file for each in diagnostics if each.location and each.code in _LOSE_MANIFESTS}


class _Manifest(NamedTuple):
    """A document that is a mapping, and the session type in it where it is known to be right as it stands."""

    document: Document
    session_type: SessionType | None = None


class _Reading:
    """One run's reading: collects diagnostics and texts on the way."""

    def __init__(self, root: Path, environment: Mapping[str, str], cache: ParseCache) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, str] = {}
        self.unused: set[str] = set()  # the files of overlays that nothing lies under
        self._inside = os.path.join(root.resolve(), "")  # noqa: PTH118 - with the separator
        self._environment = environment
        self._cache = cache
        self._recorded: dict[str, str] = {}

    def manifests(self, paths: Iterable[ManifestPath], without: Iterable[Path]) -> Iterator[_Manifest]:
        """Yield every document that is a mapping; empty ones (comments only) are passed over."""
        found = find_files(paths, without=without)
        self.diagnostics += found.diagnostics
        for file, real in zip(found.files, found.real, strict=True):
            for manifest in self._read(file, real):
                document = manifest.document
                if isinstance(document.data, dict):
                    yield manifest
                elif document.data is not None:
                    kind = with_article(json_type(document.data))
                    detail = f"A manifest is a mapping of fields; this document is {kind}."
                    self.diagnostics.append(Diagnostic(Code.NOT_A_MAPPING, detail, document.location))

    def _read(self, file: ManifestPath, real: str) -> list[_Manifest]:
        content = read_file(file)
        text = content if isinstance(content, Diagnostic) else decoded(content, file.spelled)
        if isinstance(text, Diagnostic):
            self.diagnostics.append(text)
            return []
        self.texts[file.spelled] = text
        self._recorded[file.spelled] = self._relative(file, real)
        quick = self._cache.manifests(text)
        if quick is None:
            parsed = parse_with_care(text, file.spelled, self._environment)
            self.diagnostics += parsed.diagnostics
            return [_Manifest(document) for document in parsed.documents]
        marks = LateFile(text, file.spelled)
        return [
            _Manifest(quick_document(each, marks, at), session_type_of(fields) if fields else None)
            for at, (each, fields) in enumerate(quick)
        ]

    def _relative(self, file: ManifestPath, real: str) -> str:
        inside = real.startswith(self._inside)
        return real[len(self._inside) :].replace(os.sep, "/") if inside else file.spelled

    def lay_over(self, manifests: list[_Manifest], overlays: Iterable[ManifestPath]) -> list[_Manifest]:
        """Return the manifests with the overlays of their tag over them."""
        complete = not any(each.code in _LOSE_MANIFESTS for each in self.diagnostics)
        by_tag: dict[str, list[Document]] = {}
        for overlay, _ in self.manifests(overlays, ()):
            if tag := _tag(overlay):
                by_tag.setdefault(tag, []).append(overlay)
            else:
                self.diagnostics += located([missing_key(("tag",))], overlay)
        if not by_tag:
            return manifests
        known = {_tag(manifest.document) for manifest in manifests}
        self.unused = {each.location.file for tag in by_tag.keys() - known for each in by_tag[tag]}
        if complete:
            self._report_unknown(by_tag, known)
        return [_laid(manifest, by_tag.get(_tag(manifest.document), ())) for manifest in manifests]

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

    def check(self, manifests: Iterable[_Manifest]) -> Iterator[Desired]:
        """Yield every valid manifest, and report the others and those with a tag that another has."""
        first: dict[str, Document] = {}
        unread = {each.location for each in self.diagnostics}  # a stand-in value there is no second mistake
        for document, known in manifests:
            file = self._recorded[document.location.file]
            if known:
                desired: Desired | None = Desired(known, document.location, file, document.marks)
            else:
                desired, problems = read_manifest(document, file)
                self.diagnostics += (
                    each for each in problems if each.code is Code.MISSING_FIELD or each.location not in unread
                )
            tag = _tag(document)
            earlier = first.setdefault(tag, document)
            if tag and earlier is not document:
                self._report_duplicate(tag, document, earlier)
            elif desired:
                yield desired

    def _report_duplicate(self, tag: str, document: Document, earlier: Document) -> None:
        location, related = (value_location(each.marks, ("tag",)) for each in (document, earlier))
        detail = f"The tag `{tag}` belongs to the manifest at {related} already."
        hint = "A tag is an identity: give one of the two another tag, or remove it."
        self.diagnostics.append(Diagnostic(Code.DUPLICATE_TAG, detail, location, hint, related=related))


def _laid(manifest: _Manifest, overlays: Iterable[Document]) -> _Manifest:
    for overlay in overlays:
        manifest = _Manifest(overlaid(manifest.document, overlay))
    return manifest


def _tag(document: Document) -> str:
    tag = document.data.get("tag") if isinstance(document.data, dict) else None
    return tag if isinstance(tag, str) else ""
