"""What a pull loses: what stood in a manifest, and is not said there any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.manifests.edit import Edit
from reconciler.manifests.layout import AnyVariable
from reconciler.manifests.load import Loaded
from reconciler.nodes import parse_yaml
from reconciler.plan import Desired
from reconciler.values import JsonValue, Path, format_path, same_value, value_at


@dataclass(frozen=True, slots=True)
class Losses:
    """Tag, path and place of each value that came from a variable; what is sensitive, and what is ignored."""

    variables: tuple[tuple[str, str, str], ...] = ()
    sensitive: tuple[tuple[str, str, str], ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()

    def and_also(self, others: Losses) -> Losses:
        """Return these and others."""
        return Losses(
            tuple(dict.fromkeys(self.variables + others.variables)),
            tuple(dict.fromkeys(self.sensitive + others.sensitive)),
            tuple(dict.fromkeys(self.ignored + others.ignored)),
        )


def losses_of(loaded: Loaded, edits: Mapping[str, list[Edit]]) -> Losses:
    """Return what edits of loaded manifests lose."""
    desired = {each.session_type.tag: each for each in loaded.desired}
    variables: list[tuple[str, str, str]] = []
    sensitive: list[tuple[str, str, str]] = []
    for file, of_file in edits.items():
        references = _as_written(loaded.texts[file])
        for edit in of_file:
            wanted = desired[edit.tag]
            said = (edit.tag, format_path(edit.path), str(wanted.locate(edit.path)))
            if _is_reference(references.get(edit.tag), wanted, edit.path):
                variables.append(said)
            if not edit.removes:
                sensitive += ((edit.tag, path, file) for path in _sensitive(wanted, edit.path))
    return Losses(tuple(variables), tuple(sensitive))


def _as_written(text: str) -> dict[JsonValue, JsonValue]:
    """Return the documents by tag, with references in place of what they stand for."""
    documents = parse_yaml(text.encode(), "", AnyVariable()).documents
    data = [document.data for document in documents if isinstance(document.data, dict)]
    return {tag: each for each in data if isinstance(tag := each.get("tag"), str)}


def _is_reference(written: JsonValue, wanted: Desired, path: Path) -> bool:
    """Tell whether a value, or something in it, comes from a variable: then it is not what is written."""
    try:
        return not same_value(value_at(written, path), value_at(wanted.session_type.to_json(), path))
    except (KeyError, TypeError):
        return False


def _sensitive(wanted: Desired, path: Path) -> Iterator[str]:
    """Yield the sensitive paths that an edit at `path` writes to."""
    for each in wanted.lifecycle.sensitive:
        if each[: len(path)] == path or path[: len(each)] == each:
            yield format_path(each)
