"""What apply says of its calls."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.apply import Outcome, Status, Tally
from reconciler.plan import Change, history_document
from reconciler.port import HistoryEntry, RegistryDenied, RegistryUnavailable, Source, StaleRecord
from reconciler.render import render_apply_summary, render_history, render_outcome
from tests.builders import NOW, desired, plan_of, record, session_type


def _changes() -> tuple[Change, ...]:
    wanted = [desired(session_type("created")), desired(session_type("updated", expiry=1))]
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("updated", "deleted")]
    return plan_of(
        [*wanted, desired(session_type("adopted"))], [*live, record(session_type("adopted"))], prune=True, adopt=True
    ).calls


def test_a_complete_apply_says_so(golden: Callable[[str, str], None]) -> None:
    outcomes = [Outcome(change, Status.DONE) for change in _changes()]
    lines = [*map(render_outcome, outcomes), "", render_apply_summary(Tally.of(outcomes))]
    golden("apply_complete.txt", "\n".join(lines))


def test_an_incomplete_apply_says_what_failed_and_what_was_not_tried(golden: Callable[[str, str], None]) -> None:
    one, two, three, four = _changes()
    outcomes = [
        Outcome(one, Status.DONE),
        Outcome(two, Status.FAILED, StaleRecord("`updated` was changed by alice")),
        Outcome(three, Status.FAILED, RegistryUnavailable("The registry gave no answer\nat all")),
        Outcome(four, Status.NOT_TRIED),
    ]
    golden("apply_incomplete.txt", render_apply_summary(Tally.of(outcomes)))


def test_a_token_that_may_not_write_is_not_told_to_try_again_as_it_is() -> None:
    denied = Outcome(_changes()[0], Status.FAILED, RegistryDenied("The token `watch` has the role `read`"))
    last = render_apply_summary(Tally.of([denied])).splitlines()[-1]
    assert last == "With a token that may write, run `reconciler apply` again: it does what is left."


def test_after_a_lost_race_there_is_something_to_review() -> None:
    lost = Outcome(_changes()[1], Status.FAILED, StaleRecord("`updated` was changed by alice"))
    last = render_apply_summary(Tally.of([lost])).splitlines()[-1]
    assert last == "Somebody else wrote first, and was not overwritten: run `reconciler plan` again, and review it."


def test_what_failed_for_another_reason_is_done_by_running_again() -> None:
    silent = Outcome(_changes()[1], Status.FAILED, RegistryUnavailable("The registry gave no answer"))
    last = render_apply_summary(Tally.of([silent])).splitlines()[-1]
    assert last == "Run `reconciler apply` again: it does what is left."


def test_the_summary_line_is_the_one_that_people_grep() -> None:
    summary = render_apply_summary(Tally.of([]))
    assert summary == "Apply complete! Session types: 0 created, 0 updated, 0 deleted."


def test_history_reads_as_it_did(golden: Callable[[str, str], None]) -> None:
    source = Source("shop", "sessions/user.yaml", "0123456789abcdef-dirty")
    entries = [
        HistoryEntry(1, "user", "create", NOW, "ci", source, {"name": (None, "User")}),
        HistoryEntry(2, "user", "update", NOW, "alice", None, {"expiry": (7, 3), "period": ("days", "hours")}),
        HistoryEntry(
            4, "user", "update", NOW, "alice", None, {"schema": ({"a": 1, "b": {"c": 1}}, {"a": "1", "b": {"d": None}})}
        ),
        HistoryEntry(3, "user", "adopt", NOW, "ci", Source("shop"), {}),
        HistoryEntry(14, "user", "delete", NOW, "bob\x1b[2J", None, {"name": ("User", None)}),
    ]
    golden("history.txt", render_history(history_document(entries, {"user": ()})))
    assert render_history(history_document([], {})) == "No history."
