"""A report as one page: nothing is fetched and nothing runs, so it can be kept and read anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from reconciler.plan import ChangeEntry, PlanDocument
from reconciler.render import view as tell
from reconciler.render.entries import is_grave
from reconciler.render.reading import View
from reconciler.render.refusals_text import refusals_heading, render_refusals
from reconciler.render.values import safe

_STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --faint: #59636e; --back: #fff; --line: #d1d9e0; --panel: #f6f8fa;
  --add: #116329; --gone: #b3232c; --change: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9198a1; --back: #0d1117; --line: #3d444d;
  --panel: #151b23; --add: #56d364; --gone: #ff7b72; --change: #e3b341; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 0 auto;
  max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; } .faint { color: var(--faint); }
.verdict { font-weight: 600; } .grave > summary, .bad { color: var(--gone); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
summary { padding: .5rem .75rem; cursor: pointer; } code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { margin: 0; padding: .5rem .75rem; background: var(--panel); white-space: pre-wrap; }
.add { color: var(--add); } .gone { color: var(--gone); } .change { color: var(--change); }
""".strip()
_CLASSES = {"+": "add", "-": "gone", "~": "change"}


def render_html(document: PlanDocument, view: View = View()) -> str:
    """Return the page."""
    return "\n".join(_page(document, view))


def _page(document: PlanDocument, view: View) -> Iterator[str]:
    title = escape(tell.title(document, view))
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>"
    first, *notes = tell.sentences(document, view)
    yield f'<p class="verdict">{_text(first)}</p>'
    yield from _list(notes)
    yield from (f'<p class="faint">{_text(line)}</p>' for line in tell.heads(document))
    yield from _problems(document)
    yield from _section("Drift" if view.drift else "Changes", tell.changes(document, view))
    yield from _section("Changed outside of git (applied -> live)", tell.drifted(document, view))
    yield f'<p class="faint">{_text(document["timestamp"])}</p>\n</body>\n</html>'


def _problems(document: PlanDocument) -> Iterator[str]:
    refusals = render_refusals(document["refusals"])
    if refusals:
        yield f'<h2 class="bad">{refusals_heading(document["refusals"])}</h2>'
        yield f"<pre>{escape(refusals)}</pre>"
    for found in tell.diagnostics(document):
        yield f'<p class="bad">{_text(found["severity"])}: {escape(tell.said(found))}</p>'
        if found["location"]:
            yield f"<p><code>{escape(tell.where(found['location']))}</code></p>"
    yield from _list(
        f"{each['name']}: {each['status']} {each['error'] or ''}"
        for each in tell.outcomes(document)
        if each["status"] != "done"
    )


def _list(lines: Iterator[str] | list[str]) -> Iterator[str]:
    items = [f"<li>{_text(line.strip())}</li>" for line in lines]
    if items:
        yield f"<ul>\n{chr(10).join(items)}\n</ul>"


def _section(heading: str, entries: list[ChangeEntry]) -> Iterator[str]:
    if not entries:
        return
    yield f"<h2>{escape(heading)}</h2>"
    for entry in entries:
        yield _opening(entry)
        at = tell.at(entry)
        yield f"<summary><code>{_text(entry['name'])}</code> {escape(tell.what(entry))}</summary>"
        lines = [_line(line) for line in tell.lines_of(entry)]
        lines += [f'<span class="faint">{escape(at)}</span>'] if at else []
        yield f"<pre>{chr(10).join(lines)}</pre>\n</details>"


def _opening(entry: ChangeEntry) -> str:
    return '<details class="grave" open>' if is_grave(entry) else "<details>"


def _line(line: str) -> str:
    return f'<span class="{_CLASSES.get(line[:1], "faint")}">{escape(line)}</span>'


def _text(text: str) -> str:
    return escape(safe(text))
