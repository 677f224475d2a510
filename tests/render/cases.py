"""Plans that people meet, for the golden files of every format."""

from __future__ import annotations

from reconciler.plan import (
    Authors,
    DiagnosticEntry,
    Header,
    Limits,
    LineCommit,
    Plan,
    PlanDocument,
    check_guards,
    error_document,
    to_document,
    with_impacts,
)
from reconciler.port import Impact
from tests.builders import SCHEMA, desired, header, plan_of, record, session_type


def document(plan: Plan, head: Header | None = None, limits: Limits = Limits()) -> PlanDocument:
    return to_document(plan, head or header(), check_guards(plan, limits, manifests=3))


def none() -> PlanDocument:
    live = session_type()
    return document(plan_of([desired(live)], [record(live, applied=live)]))


def create() -> PlanDocument:
    return document(plan_of([desired(session_type("b")), desired(session_type("a", description=""), line=4)]))


def update() -> PlanDocument:
    live = session_type()
    wanted = session_type(name="Customer", expiry=2, period="weeks", schema={**SCHEMA, "new": {"a": [1]}})
    head = header(target="production", git_commit="0123456789abcdef0123", git_dirty=True)
    return document(plan_of([desired(wanted)], [record(live, applied=live)]), head)


def delete() -> PlanDocument:
    live = session_type()
    return document(plan_of([], [record(live, applied=live)], prune=True), limits=Limits(max_delete=0))


def delete_withheld() -> PlanDocument:
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("a", "b")]
    return document(plan_of([], [*live, record(session_type("theirs"), project="other")]))


def conflict() -> PlanDocument:
    live = record(session_type(expiry=2, name="By hand"), applied=session_type())
    return document(plan_of([desired(session_type("other")), desired(session_type(expiry=1))], [live]))


def breaking() -> PlanDocument:
    live = session_type()
    wanted = session_type(selector="$Session{email}", schema={"userId": 1, "email": "a@example.com"}, expiry=1)
    return document(plan_of([desired(wanted)], [record(live, applied=live)]), limits=Limits(max_breaking=0))


def sensitive() -> PlanDocument:
    live = session_type(schema={"userId": "u", "key": "old secret"})
    wanted = session_type(schema={"userId": "u", "key": "new secret"})
    return document(plan_of([desired(wanted, sensitive=["schema.key"])], [record(live, applied=live)]))


def non_ascii() -> PlanDocument:
    live = session_type(name="Sesión", schema={"userId": "u", "日本": "名前"})
    wanted = session_type(name="Séance\n\x1b[31mred\u202e", schema={"userId": "u", "日本": "😀", "a.b": None})
    return document(plan_of([desired(wanted, file="sessions/séance.yaml")], [record(live, applied=live)]))


def drift() -> PlanDocument:
    applied = session_type()
    live = [
        record(session_type("changed", description="By hand"), applied=session_type("changed")),
        record(session_type("converged", expiry=1), applied=session_type("converged")),
        record(None, applied=session_type("deleted"), updated_by="bob"),
        record(applied),
    ]
    wanted = [session_type("changed"), session_type("converged", expiry=1), session_type("deleted")]
    return document(plan_of(map(desired, [*wanted, session_type("new")]), live))


def ownership() -> PlanDocument:
    live = [
        record(session_type("equal")),
        record(session_type("free", expiry=1)),
        record(session_type("theirs", expiry=1), project="other"),
    ]
    wanted = [desired(session_type(tag)) for tag in ("equal", "free", "theirs")]
    return document(plan_of(wanted, live, adopt=True, only=["*"]))


def errors() -> PlanDocument:
    found: list[DiagnosticEntry] = [
        {
            "severity": severity,
            "code": "unknown-field",
            "summary": "Unknown field",
            "detail": "`perod` is not a field of a session type.",
            "hint": "Did you mean `period`?",
            "location": {"file": "sessions/user.yaml", "line": 13, "column": 1},
        }
        for severity in ("warning", "error")
    ]
    return error_document(header(), found)


def many() -> PlanDocument:
    """500 changes: every fiftieth breaks, one conflicts."""
    wanted, live = [], []
    for number in range(500):
        old = session_type(f"type-{number:03}")
        breaks = {"schema": {"userId": 1}} if number % 50 == 7 else {}
        new = session_type(old.tag, name=f"Type {number}", schema={**SCHEMA, "added": number})
        wanted.append(desired(session_type(old.tag, **breaks) if breaks else new))
        edited = session_type(old.tag, name="By hand") if number == 499 else old
        live.append(record(edited, applied=old))
    return document(plan_of(wanted, live))


def renamed() -> PlanDocument:
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("cart", "gone")]
    return document(plan_of([desired(session_type("basket", name="Basket"))], live))


def renamed_and_pruned() -> PlanDocument:
    live = session_type("cart", expiry=1, period="months")
    return document(
        plan_of([desired(session_type("basket", expiry=1, period="months"))], [record(live, applied=live)], prune=True)
    )


def signed() -> PlanDocument:
    """Who is behind the changes, and how many people they reach."""
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("cart", "gone", "user")]
    wanted = [
        desired(session_type("cart", expiry=1), line=3),
        desired(session_type("new"), line=20),
        desired(session_type("user", name="Customer"), line=40),
    ]
    plan = with_impacts(plan_of(wanted, live, prune=True), {"cart": Impact(1_284, 903), "user": Impact(1, 1)})
    lines = {
        ("sessions/user.yaml", 3): LineCommit("3f2a1b9c0d1e" + "0" * 28, "Ada Lovelace"),
        ("sessions/user.yaml", 20): LineCommit("4f2a1b9c0d1e" + "0" * 28, "Bücher <b>@all</b>"),
    }
    refusals = check_guards(plan, Limits(max_live_sessions=1_000), manifests=3)
    return to_document(plan, header(git_commit="0123456789abcdef0123"), refusals, authors=Authors(lines))


def against() -> PlanDocument:
    """Give a rollback."""
    wanted = desired(session_type(expiry=1), file="v1.2:sessions/user.yaml")
    head = header(git_commit="0123456789abcdef0123", against="v1.2")
    return document(plan_of([wanted], [record(session_type(), applied=session_type())]), head)


ALL = (
    none,
    create,
    update,
    delete,
    delete_withheld,
    conflict,
    breaking,
    sensitive,
    non_ascii,
    drift,
    ownership,
    renamed,
    renamed_and_pruned,
    signed,
    against,
)
# What every format must be seen to tell.
TEN = (none, create, update, delete_withheld, conflict, breaking, sensitive, many, non_ascii, errors)
