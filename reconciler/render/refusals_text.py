"""Refusals as text: the reason, and the exact option that lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan import FAIL_ON, RefusalEntry
from reconciler.render.paint import Paint, plain
from reconciler.render.values import safe


def render_refusals(refusals: Iterable[RefusalEntry], paint: Paint = plain) -> str:
    """Return why apply goes no further."""
    return "\n".join(_lines(refusals, paint))


def refusal_lines(refusals: Iterable[RefusalEntry], paint: Paint) -> Iterator[str]:
    """Yield what apply will refuse, and an empty line; nothing without refusals."""
    listed = list(refusals)
    for is_own in (False, True):
        if found := [each for each in listed if (each["guard"] == FAIL_ON) is is_own]:
            yield f"{refusals_heading(found)}:"
            yield from _lines(found, paint)
            yield ""


def refusals_heading(refusals: Iterable[RefusalEntry]) -> str:
    """Return what stands over refusals: --fail-on is no guard, and apply knows nothing of it."""
    own = all(each["guard"] == FAIL_ON for each in refusals)
    return "What this run refuses" if own else "Guards that stand in the way of apply"


def way_out(refusal: RefusalEntry) -> str:
    """Say how a refusal is lifted."""
    if refusal["guard"] == FAIL_ON:
        return "A run without --fail-on lets it pass."
    lifted_by = f"`{safe(refusal['lifted_by'])}`"
    if refusal["guard"] == "conflict":
        return f"A person's yes overwrites live; --auto-approve needs {lifted_by}."
    return f"To lift the guard for one run: {lifted_by}."


def _lines(refusals: Iterable[RefusalEntry], paint: Paint) -> Iterator[str]:
    for refusal in refusals:
        yield f"  {paint(safe(refusal['guard']), 'error')}: {safe(refusal['reason'])}"
        if refusal["guard"] != FAIL_ON:
            yield f"    {way_out(refusal)}"
