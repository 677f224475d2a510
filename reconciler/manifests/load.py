"""Loads all manifests of a run: every file is read and every problem collected before anything is said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.diagnostics import Code, Diagnostic, Severity, in_order
from reconciler.manifests.find import ManifestPath
from reconciler.manifests.parse_cache import ParseCache
from reconciler.manifests.reading import Reading, unsure_files
from reconciler.manifests.silence import silenced
from reconciler.manifests.sources import Sources
from reconciler.plan import Desired, secret_texts
from reconciler.values import JsonValue, canonical_json


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
    reading = Reading(root, environment, cache)
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
