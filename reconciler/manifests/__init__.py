"""Manifests: found, loaded with overlays into desired session types, laid out by `fmt`."""

from reconciler.manifests.find import ManifestPath, find_files, read_file
from reconciler.manifests.json_schema import manifest_json_schema
from reconciler.manifests.layout import canonical_layout
from reconciler.manifests.load import Loaded, load_manifests

__all__ = [
    "Loaded",
    "ManifestPath",
    "canonical_layout",
    "find_files",
    "load_manifests",
    "manifest_json_schema",
    "read_file",
]
