"""A report as a comment on GitHub or GitLab: what matters first, and details that fold.

Whatever a user wrote becomes character references outside fences, and inside them stands behind a sign, in a fence that
is longer than any run of backticks in it. So it can neither end a fence, a table or a tag, nor mention anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.plan import ChangeEntry, DiagnosticEntry, PlanDocument
from reconciler.render import view as tell
from reconciler.render.entries import is_grave
from reconciler.render.reading import View
from reconciler.render.refusals_text import refusals_heading, way_out
from reconciler.render.values import counted, safe

_ACTIVE = re.compile(r"[&<>|`*_~\[\]\\#@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NAME = re.compile(r"[^\w.]+", re.ASCII)
_GAP = re.compile(r"\n{3,}")
_INVISIBLE = "&#8203;"  # a break that nobody sees: an entity alone would become a mention when the page is made
_LONGEST_LIST = 20


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the report. A grave one always stays; `short` is what may stand for it where room is scarce."""

    text: str
    short: str
    grave: bool


def render_markdown(document: PlanDocument, view: View = View()) -> str:
    """Return the report in no more than the view's bytes, unless what may never be cut takes more."""
    blocks = [_details(entry) for entry in tell.changes(document, view)]
    blocks.sort(key=lambda block: not block.grave)
    blocks += [_details(entry, "Drift: ") for entry in tell.drifted(document, view)]
    head = _GAP.sub("\n\n", "\n".join(_head(document, view)).rstrip())
    return _fitted(head, blocks, view.max_bytes)


def marker(document: PlanDocument, view: View = View()) -> str:
    """Return the hidden line by which a comment is found again, to be updated in place."""
    return f"<!-- reconciler:{view.kind}:{_NAME.sub('-', tell.name_of(document))} -->"


def _fitted(head: str, blocks: list[_Block], max_bytes: int | None) -> str:
    whole = _joined(head, [block.text for block in blocks])
    if max_bytes is None or len(whole.encode()) <= max_bytes:
        return whole
    room = max_bytes - len(_joined(head, [_left_out(len(blocks)), _shortened(len(blocks))]).encode())
    kept = dict.fromkeys(range(len(blocks)), "")
    for index, block in enumerate(blocks):
        if block.grave:
            kept[index] = block.short
            room -= _size(block.short)
    for index, block in enumerate(blocks):
        more = _size(block.text) - (_size(block.short) if block.grave else 0)
        if more <= room:
            kept[index] = block.text
            room -= more
    short = sum(block.grave and kept[index] != block.text for index, block in enumerate(blocks))
    missing = sum(not text for text in kept.values())
    notes = [*([_shortened(short)] if short else []), *([_left_out(missing)] if missing else [])]
    graves = [kept[index] for index, block in enumerate(blocks) if block.grave]
    others = [kept[index] for index, block in enumerate(blocks) if not block.grave and kept[index]]
    return _joined(head, [*graves, *others, *notes])


def _size(text: str) -> int:
    return len(text.encode()) + 2


def _left_out(count: int) -> str:
    return f"_{counted(count, 'more change')} left out for want of room; none of them conflicts or breaks._"


def _shortened(count: int) -> str:
    return f"_The fields of {counted(count, 'conflicting or breaking change')} left out for want of room._"


def _joined(head: str, parts: list[str]) -> str:
    return "\n\n".join([head, *parts])


def _head(document: PlanDocument, view: View) -> Iterator[str]:
    yield marker(document, view)
    yield f"### {_text(tell.title(document, view))}"
    yield ""
    first, *notes = tell.sentences(document, view)
    yield f"**{_text(first)}**"
    yield ""
    if not tell.diagnostics(document):
        yield from _table(document, view)
    yield from _listed([*notes, *tell.heads(document)])
    yield from _problems(document)


def _table(document: PlanDocument, view: View) -> Iterator[str]:
    entries = tell.changes(document, view)
    cells = {"breaking": sum(map(is_grave, entries)), "drifted": len(document["resource_drift"])}
    if not view.drift:
        cells = {action: document["summary"][action] for action in ("create", "update", "delete", "withheld")} | cells
    yield f"| {' | '.join('breaking or conflict' if name == 'breaking' else name for name in cells)} |"
    yield f"|{' ---: |' * len(cells)}"
    yield f"| {' | '.join(map(str, cells.values()))} |"
    yield ""


def _problems(document: PlanDocument) -> Iterator[str]:
    if document["refusals"]:
        yield from ("", f"**{refusals_heading(document['refusals'])}:**", "")
        for refusal in document["refusals"]:
            yield f"- **{_text(refusal['guard'])}**: {_coded(refusal['reason'])} {_coded(way_out(refusal))}"
    found = [f"{each['severity']}: {tell.said(each)} {tell.where(each['location'])}" for each in _errors(document)]
    if found:
        yield ""
        yield from _listed(found[:_LONGEST_LIST])
        if len(found) > _LONGEST_LIST:
            yield f"- and {len(found) - _LONGEST_LIST} more"
    failed = [each for each in tell.outcomes(document) if each["status"] != "done"]
    if failed:
        yield ""
        yield from _listed([f"{each['name']}: {each['status']} {each['error'] or ''}" for each in failed])


def _errors(document: PlanDocument) -> list[DiagnosticEntry]:
    return sorted(tell.diagnostics(document), key=lambda each: each["severity"] != "error")


def _coded(text: str) -> str:
    """Return a sentence of ours with what stands in backticks as code."""
    parts = _text(safe(text)).split("&#96;")
    return "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts))


def _listed(lines: list[str]) -> Iterator[str]:
    yield from (f"- {_text(line.rstrip())}" for line in lines)


def _details(entry: ChangeEntry, prefix: str = "") -> _Block:
    summary = f"{prefix}<code>{_text(entry['name'])}</code> {_text(tell.what(entry))}"
    at = tell.at(entry)
    heading = f"{summary} <sub>{_text(at)}</sub>" if at else summary
    lines = [_signed(line) for line in tell.lines_of(entry)]
    grave = is_grave(entry) and not prefix
    short = f"<details><summary>{heading}</summary></details>"
    if not lines:
        return _Block(short, short, grave)
    fence = "`" * max(3, *(len(run) + 1 for line in lines for run in re.findall("`+", line) or [""]))
    body = "\n".join(lines)
    text = f"<details><summary>{heading}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>"
    return _Block(text, short, grave)


def _signed(line: str) -> str:
    """Return a field's line with a sign that diff colours know: `!` for what changes."""
    return f"! {line[2:]}" if line.startswith("~ ") else line


def _text(text: str) -> str:
    """Return a user's text so that it means nothing to markdown, HTML or GitHub."""
    return _ACTIVE.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    character = match[0]
    return f"&#{ord(character)};" + (_INVISIBLE if character in "@#" else "")
