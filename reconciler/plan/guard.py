"""Guards: what must not happen unasked. Computed from the plan, shown with it, enforced by apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reconciler.plan.document import RefusalEntry
from reconciler.plan.limits import Limits
from reconciler.plan.model import Action, Change, Origin, Ownership, Plan, Risk
from reconciler.values import format_path

FAIL_ON = "fail-on"


class Guard(StrEnum):
    """The guards, as `--allow` names them."""

    CONFLICT = "conflict"
    TAKE_OVER = "take-over"
    PREVENT_DESTROY = "prevent-destroy"
    MAX_DELETE = "max-delete"
    MAX_UPDATE = "max-update"
    MAX_BREAKING = "max-breaking"
    MAX_LIVE_SESSIONS = "max-live-sessions"
    EMPTY_INPUT = "empty-input"
    POLICY = "policy"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan is not carried out: a sentence, and the guard (with the tag, for one record) that `--allow` lifts."""

    guard: Guard
    reason: str
    tag: str | None = None

    @property
    def lifted_by(self) -> str:
        """The option that lifts it for one run."""
        return f"--allow {self.guard}" + (f":{self.tag}" if self.tag else "")


def check_guards(plan: Plan, limits: Limits, *, manifests: int) -> tuple[Refusal, ...]:
    """Return every reason not to carry a plan out. `manifests` is how many were found, whatever the selection."""
    return (
        *_empty_input(plan, manifests),
        *_unreadable(plan),
        *_per_change(plan),
        *_over_limits(plan, limits),
        *_too_many_people(plan, limits),
    )


def not_allowed(refusals: tuple[Refusal, ...], allowed: frozenset[tuple[Guard, str | None]]) -> tuple[Refusal, ...]:
    """Return the refusals that stand: `allowed` holds guards as a whole (with None) or for one tag."""
    return tuple(each for each in refusals if not {(each.guard, None), (each.guard, each.tag)} & allowed)


def too_risky(plan: Plan, limit: Risk) -> tuple[RefusalEntry, ...]:
    """Return a refusal for each change that is as risky as `limit`, or more. It is the run's own, and no guard."""
    order = list(Risk)
    return tuple(
        {
            "guard": FAIL_ON,
            "tag": change.tag,
            "reason": f"The change of `{change.tag}` is {change.risk}, and --fail-on {limit} was given.",
            "lifted_by": f"a run without --{FAIL_ON}",
        }
        for change in plan.calls
        if order.index(change.risk) <= order.index(limit)
    )


def _empty_input(plan: Plan, manifests: int) -> Iterator[Refusal]:
    if plan.emptied and plan.calls:
        reason = f"The registry lists no live session type, where the last apply left {plan.emptied}."
        yield Refusal(Guard.EMPTY_INPUT, reason)
    if manifests == 0:
        yield Refusal(Guard.EMPTY_INPUT, "No manifests were found: every record of this project would count as gone.")


def _unreadable(plan: Plan) -> Iterator[Refusal]:
    """Yield what a manifest asks for and can't be compared; lifted, the others are applied without it."""
    for each in plan.unreadable:
        if each.tag in plan.wanted_unreadable:
            reason = f"What is live of `{each.tag}` can't be read, so it is left out: {each.reason}"
            yield Refusal(Guard.UNREADABLE, reason, each.tag)


def _per_change(plan: Plan) -> Iterator[Refusal]:
    for change in plan.calls:
        if change.is_conflict:
            paths = [format_path(field.path) for field in change.fields if field.origin is Origin.CONFLICT]
            reason = f"Git and live both changed {_listed(paths)} of `{change.tag}`, differently."
            yield Refusal(Guard.CONFLICT, reason, change.tag)
        if change.ownership is Ownership.FOREIGN:
            reason = f"`{change.tag}` belongs to the project `{change.owner}`."
            yield Refusal(Guard.TAKE_OVER, reason, change.tag)
        if change.protected:
            reason = f"`{change.tag}` was applied from a manifest file that says `prevent_destroy`."
            yield Refusal(Guard.PREVENT_DESTROY, reason, change.tag)
        if change.unguarded_because:
            unknown = f"Whether the manifest of `{change.tag}` said `prevent_destroy` is not known:"
            yield Refusal(Guard.PREVENT_DESTROY, f"{unknown} {change.unguarded_because}", change.tag)


def _over_limits(plan: Plan, limits: Limits) -> Iterator[Refusal]:
    counted: tuple[tuple[Guard, int | None, str, Callable[[Change], bool]], ...] = (
        (Guard.MAX_DELETE, limits.max_delete, "deletion", lambda change: change.action is Action.DELETE),
        (Guard.MAX_UPDATE, limits.max_update, "update", lambda change: change.action is Action.UPDATE),
        (Guard.MAX_BREAKING, limits.max_breaking, "breaking change", lambda change: change.risk is Risk.BREAKING),
    )
    for guard, limit, noun, counts in counted:
        found = sum(1 for change in plan.calls if counts(change))
        if limit is not None and found > limit:
            plural = "" if found == 1 else "s"
            yield Refusal(guard, f"The plan makes {found} {noun}{plural}; the target allows {limit}.")


def _too_many_people(plan: Plan, limits: Limits) -> Iterator[Refusal]:
    """Refuse what reaches too many people, or nobody knows how many: a guard that lets the unknown pass is none."""
    limit = limits.max_live_sessions
    if limit is None:
        return
    numbers = {
        change.tag: change.impact.live_sessions if change.impact else None for change in plan.calls if change.interrupts
    }
    unknown = [tag for tag, number in numbers.items() if number is None]
    found = sum(number for number in numbers.values() if number is not None)
    if found > limit:
        more = f", and an unknown number of {_listed(unknown)}" if unknown else ""
        reason = f"Breaking and disruptive changes touch {found:,} live sessions{more}; the target allows {limit:,}."
        yield Refusal(Guard.MAX_LIVE_SESSIONS, reason)
    elif unknown:
        reason = (
            f"The registry can't tell how many live sessions the changes of {_listed(unknown)} touch, which are "
            f"breaking or disruptive; the target allows {limit:,}."
        )
        yield Refusal(Guard.MAX_LIVE_SESSIONS, reason)


def _listed(names: list[str], *, most: int = 3) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
