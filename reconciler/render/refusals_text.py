"""Refusals as text: the reason, and the exact option that lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan import RefusalEntry
from reconciler.render.paint import Paint, plain
from reconciler.render.values import safe


def render_refusals(refusals: Iterable[RefusalEntry], paint: Paint = plain) -> str:
    """Return why apply goes no further."""
    return "\n".join(_lines(refusals, paint))


def refusal_lines(refusals: Iterable[RefusalEntry], paint: Paint) -> Iterator[str]:
    """Yield what apply will refuse, and an empty line; nothing without refusals."""
    lines = list(_lines(refusals, paint))
    if lines:
        yield "Guards that stand in the way of apply:"
        yield from lines
        yield ""


def _lines(refusals: Iterable[RefusalEntry], paint: Paint) -> Iterator[str]:
    for refusal in refusals:
        yield f"  {paint(safe(refusal['guard']), 'error')}: {safe(refusal['reason'])}"
        if refusal["guard"] == "conflict":
            yield f"    A person's yes overwrites live; --auto-approve needs `{safe(refusal['lifted_by'])}`."
        else:
            yield f"    To lift the guard for one run: `{safe(refusal['lifted_by'])}`."
