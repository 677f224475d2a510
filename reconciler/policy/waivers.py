"""Waivers that need somebody's attention: ended, about to end, or for a session type that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from reconciler.diagnostics import Code, Diagnostic, Severity, nearest_of
from reconciler.policy.model import Rule

SOON = timedelta(days=14)


def waiver_diagnostics(rules: Iterable[Rule], today: date) -> Iterator[Diagnostic]:
    """Yield an error for each waiver that ended, and a warning for each that ends soon."""
    for rule in rules:
        for waiver in rule.waivers:
            whose = f"The waiver of `{rule.name}` for `{waiver.tag}` ({waiver.reason})"
            if not waiver.holds(today):
                hint = "Mend what breaks the rule and remove the waiver, or agree on another day."
                yield Diagnostic(Code.WAIVER_ENDED, f"{whose} ended on {waiver.until}.", waiver.location, hint)
            elif waiver.until - today <= SOON:
                detail = f"{whose} ends on {waiver.until}; from the day after it is an error."
                yield Diagnostic(Code.WAIVER_ENDS_SOON, detail, waiver.location, severity=Severity.WARNING)


def unmatched_waivers(rules: Iterable[Rule], tags: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each waiver of a tag that no session type has."""
    for rule in rules:
        for waiver in rule.waivers:
            if waiver.tag not in tags:
                nearest = nearest_of(waiver.tag, tags)
                hint = f"Did you mean `{nearest}`?" if nearest else "Remove it."
                detail = f"`{rule.name}` is waived for `{waiver.tag}`, and no session type has that tag."
                yield Diagnostic(Code.WAIVER_UNMATCHED, detail, waiver.location, hint, Severity.WARNING)
