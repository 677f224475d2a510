"""Manifests: found, loaded with overlays into desired session types, laid out by `fmt`."""

from reconciler.manifests.declared import Declared, read_declarations
from reconciler.manifests.edit import manifest_text
from reconciler.manifests.find import ManifestPath, find_files, is_manifest, read_file
from reconciler.manifests.json_schema import manifest_json_schema
from reconciler.manifests.layout import canonical_layout
from reconciler.manifests.load import Loaded, load_manifests, unsure_files
from reconciler.manifests.pull import Pulled, pull, with_new_texts
from reconciler.manifests.sources import Sources
from reconciler.manifests.tag_renames import renamed_tags

__all__ = [
    "Declared",
    "Loaded",
    "ManifestPath",
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
