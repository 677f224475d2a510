"""What GitHub's `$GITHUB_STEP_SUMMARY` gets: the markdown report, within what the page of a run takes.

GitHub throws away the whole summary of a step that is longer than a mebibyte. So this one rather says less.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan import PlanDocument
from reconciler.render import view as tell
from reconciler.render.markdown import render_markdown
from reconciler.render.reading import View

MOST_BYTES = 1024 * 1024


def render_github_summary(document: PlanDocument, view: View = View(), *, taken: int = 0) -> str:
    """Return the report, nothing where there is no room: `taken` bytes of the step's summary are written already."""
    room = MOST_BYTES - taken - 2  # the line breaks around it
    whole = render_markdown(document, replace(view, max_bytes=min(room, view.max_bytes or room)))
    if len(whole.encode()) <= room:
        return whole
    verdict = (
        f"### {tell.title(document, view)}\n\n{tell.sentences(document, view)[0]} The report is too long for here."
    )
    return verdict if len(verdict.encode()) <= room else ""
