"""Manifests: found, loaded with overlays into desired session types, laid out by `fmt`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late
from reconciler.manifests.find import ManifestPath, find_files, is_manifest, read_file
from reconciler.manifests.load import Loaded, load_manifests
from reconciler.manifests.parse_cache import ParseCache
from reconciler.manifests.reading import unsure_files
from reconciler.manifests.sources import Sources

if TYPE_CHECKING:
    from reconciler.manifests.declared import Declared, read_declarations
    from reconciler.manifests.edit import manifest_text
    from reconciler.manifests.json_schema import manifest_json_schema
    from reconciler.manifests.layout import canonical_layout
    from reconciler.manifests.pulling import Pulled, pull, with_new_texts
    from reconciler.manifests.tag_renames import renamed_tags

__all__ = [
    "Declared",
    "Loaded",
    "ManifestPath",
    "ParseCache",
    "Pulled",
    "Sources",
    "canonical_layout",
    "find_files",
    "is_manifest",
    "load_manifests",
    "manifest_json_schema",
    "manifest_text",
    "pull",
    "read_declarations",
    "read_file",
    "renamed_tags",
    "unsure_files",
    "with_new_texts",
]

_LATE = {
    "Declared": "declared",
    "Pulled": "pulling",
    "canonical_layout": "layout",
    "manifest_json_schema": "json_schema",
    "manifest_text": "edit",
    "pull": "pulling",
    "read_declarations": "declared",
    "renamed_tags": "tag_renames",
    "with_new_texts": "pulling",
}


def __getattr__(name: str) -> Any:
    """Import what few runs need."""
    return late(__name__, _LATE, name)
