"""`reconciler history`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, completed, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.existing import no_registry
from reconciler.cli.run.inputs import Run
from reconciler.cli.tokens.expiry import read_since
from reconciler.diagnostics import nearest_of
from reconciler.manifests import Loaded
from reconciler.plan import HistoryDocument, history_document
from reconciler.port import HistoryEntry, Reader
from reconciler.render import render_history, render_json
from reconciler.render.values import safe
from reconciler.values import Path

Sensitive = Mapping[str, tuple[Path, ...]]


@click.command(
    "history",
    cls=DocumentedCommand,
    page=page(
        "reconciler history --limit 10\n"
        "reconciler history user-session --since 7d\n"
        "reconciler history --target production --actor 'github:*' --format json",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
        ExitCode.UNREACHABLE,
    ),
)
@click.argument("tag", required=False, shell_complete=completed("tags"))
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only the newest N.  [default: all]")
@click.option("--since", metavar="WHEN", help="Only what is not older: `90m`, `12h`, `7d`, or a moment of RFC 3339.")
@click.option("--actor", metavar="GLOB", help="Only what was written by whom this matches, such as `*@laptop`.")
@click.option(
    "--after", metavar="REVISION", type=click.IntRange(0), default=0, help="Only what came after this revision."
)
@format_option("text", "json")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Show every write to the registry, oldest first: who, when, from which project and commit, and what changed.

    With TAG, only the writes to that session type, deleted or not. Descriptions and sample values are shown where the
    project file lists a manifest of the session type, because it says which of them are sensitive; others are masked.
    """
    since = read_since(options["since"], datetime.now(UTC)) if options["since"] else None
    run = Run.of(given)
    sensitive = _sensitive(run)
    with run.reader() as reader:
        entries = _selected(reader, options, since)
        document = history_document(entries, sensitive, limit=options["limit"])
        if not document["history"] and not reader.fetch().exists:
            raise no_registry(run)
        if options["tag"] and not document["history"] and (unknown := _unknown(reader, options["tag"], sensitive)):
            console.err(f"Note: {unknown}")
    if options["output_format"] == "json":
        console.out(render_json(document))
        return
    filtered = any(options[name] for name in ("since", "actor", "after"))
    console.out(render_history(document, console.out_paint) if document["history"] or not filtered else _NOTHING)
    if hidden := _masked_tags(document, sensitive):
        console.err(f"Note: sample values of {safe(', '.join(hidden))} are masked: {_WHY_MASKED}")


_NOTHING = "No history that matches."
_WHY_MASKED = "no manifest that can be loaded says which of them are sensitive."


def _selected(reader: Reader, options: Mapping[str, Any], since: datetime | None) -> Iterator[HistoryEntry]:
    """Yield what was asked for."""
    for entry in reader.history(tag=options["tag"], after=options["after"]):
        is_recent = since is None or entry.at >= since
        if is_recent and (options["actor"] is None or fnmatchcase(entry.actor, options["actor"])):
            yield entry


def _unknown(reader: Reader, tag: str, sensitive: Sensitive) -> str:
    """Say why a tag has no history at all: it was not applied yet, or is mistyped. Empty where it has one."""
    if any(True for _ in reader.history(tag=tag)):
        return ""
    if tag in sensitive:
        return f"the manifest of `{tag}` was not applied to this registry yet."
    nearest = nearest_of(tag, [*dict.fromkeys(entry.tag for entry in reader.history()), *sensitive])
    hint = f" Did you mean `{nearest}`?" if nearest else ""
    return f"no session type ever had the tag `{safe(tag)}` in this registry.{hint}"


def _masked_tags(document: HistoryDocument, sensitive: Sensitive) -> list[str]:
    """Return the tags whose sample values can't be read in the text because nothing says that they may."""
    updates = (entry for entry in document["history"] if entry["action"] == "update" and "schema" in entry["changes"])
    return [*dict.fromkeys(entry["tag"] for entry in updates if entry["tag"] not in sensitive)]


def _sensitive(run: Run) -> dict[str, tuple[Path, ...]]:
    """Return what the project's manifests call sensitive, by tag; nothing where they can't be loaded."""
    paths = run.manifest_paths(())
    loaded = run.load_for(run.target, paths) if paths else Loaded.nothing()
    return {each.session_type.tag: each.lifecycle.sensitive for each in loaded.desired}
