"""What apply does, as text. The summary lines are an interface: people grep them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.apply import Outcome, Status, Tally
from reconciler.plan import Action
from reconciler.port import RegistryDenied, StaleRecord
from reconciler.render.apply_verdict import apply_verdict
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.NO_OP: "ownership recorded",
}


def render_outcome(outcome: Outcome, paint: Paint = plain) -> str:
    """Return one line on a call that ended."""
    tag = safe(outcome.change.tag)
    match outcome.status:
        case Status.DONE:
            return f"{tag}: {'deletion settled' if _settles(outcome) else _DONE[outcome.change.action]}"
        case Status.FAILED:
            why = safe(outcome.error.message) if outcome.error else ""
            return f"{tag}: {paint('failed', 'error')}: {why}"
        case Status.NOT_TRIED:
            return f"{tag}: {paint('not tried', 'warning')}"


def render_apply_summary(tally: Tally, paint: Paint = plain) -> str:
    """Return what was done, and what was not."""
    return "\n".join(_summary(tally, paint))


def _summary(tally: Tally, paint: Paint) -> Iterator[str]:
    done = Counter(each.change.action.value for each in tally.having(Status.DONE))
    yield paint(apply_verdict(done, complete=tally.is_complete), "strong" if tally.is_complete else "error")
    if not tally.is_complete:
        failed, not_tried = (tally.having(status) for status in (Status.FAILED, Status.NOT_TRIED))
        yield f"{len(failed)} failed, {len(not_tried)} not tried:"
        yield from (f"  {render_outcome(outcome, paint)}" for outcome in (*failed, *not_tried))
        yield _what_next(failed)
    settled = sum(map(_settles, tally.having(Status.DONE)))
    if adopted := tally.count(Action.NO_OP) - settled:
        yield f"Ownership recorded of {counted(adopted, 'session type')}."
    if settled:
        yield f"{counted(settled, 'deletion')} by another hand settled."


def _what_next(failed: tuple[Outcome, ...]) -> str:
    """Say how to go on: what somebody else wrote in between is to be looked at before anything is applied again."""
    if any(isinstance(outcome.error, RegistryDenied) for outcome in failed):
        return "With a token that may write, run `reconciler apply` again: it does what is left."
    if any(isinstance(outcome.error, StaleRecord) for outcome in failed):
        return "Somebody else wrote first, and was not overwritten: run `reconciler plan` again, and review it."
    return "Run `reconciler apply` again: it does what is left."


def _settles(outcome: Outcome) -> bool:
    """Tell whether the call removed what was kept of a record that another hand deleted."""
    return outcome.change.action is Action.NO_OP and outcome.change.before is None
