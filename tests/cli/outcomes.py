"""What a command can come to, for each of the commands that report: the state that leads there, and its exit code.

Every manifest and every record holds a secret, under a path that is declared sensitive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tests.cli.leaks import SECRET

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

State = Callable[["Shop"], None]
SENSITIVE = "{sensitive: [schema.apiKey, description]}"


def session(shop: Shop, tag: str, *, key: str = f"{SECRET}-1", **fields: Any) -> None:
    schema = f"{{userId: u, apiKey: {key}}}"
    shop.session(tag, schema=schema, lifecycle=SENSITIVE, **({"description": f"{SECRET}-about"} | fields))


def fresh(shop: Shop) -> None:
    session(shop, "cart")
    session(shop, "guest")


def in_step(shop: Shop) -> None:
    fresh(shop)
    shop.apply()


def pending(shop: Shop) -> None:
    in_step(shop)
    session(shop, "cart", key=f"{SECRET}-2", expiry=5, description=f"{SECRET}-now")
    session(shop, "guest", key=f"{SECRET}-2")
    session(shop, "new", key=f"{SECRET}-3")
    session(shop, "gone", path="elsewhere/gone.yaml")
    shop.ok("apply", "elsewhere", "--auto-approve")


def drifted(shop: Shop) -> None:
    in_step(shop)
    shop.edit("cart", schema={"userId": "u", "apiKey": f"{SECRET}-by-hand"}, description=f"{SECRET}-by-hand")
    shop.remove("guest")


def conflict(shop: Shop) -> None:
    drifted(shop)
    session(shop, "cart", key=f"{SECRET}-3")


def breaking(shop: Shop) -> None:
    in_step(shop)
    session(shop, "cart", key=f"{{deep: {SECRET}}}")


def saved(shop: Shop) -> None:
    pending(shop)
    shop.save("plan.json", "--prune")


def saved_unchanged(shop: Shop) -> None:
    in_step(shop)
    shop.save()


def saved_conflict(shop: Shop) -> None:
    conflict(shop)
    shop.save()


def stale(shop: Shop) -> None:
    saved(shop)
    shop.edit("cart", schema={"userId": "u", "apiKey": f"{SECRET}-moved"})


def altered(shop: Shop) -> None:
    saved(shop)
    file = shop.root / "plan.json"
    file.write_text(file.read_text().replace('"expiry"', '"name"'))


def changed_manifests(shop: Shop) -> None:
    saved(shop)
    session(shop, "cart", key=f"{SECRET}-4")


def invalid(shop: Shop) -> None:
    shop.session("cart", schema=f"{{userId: u, apiKey: {SECRET}, userId: v}}", lifecycle=SENSITIVE)


def unreachable(shop: Shop) -> None:
    fresh(shop)
    shop.write(".reconciler/registry.db", f"This is no database: {SECRET} " * 50)


def damaged(shop: Shop) -> None:
    in_step(shop)
    _statement(shop, "UPDATE session_types SET spec = ? WHERE tag = 'cart'", f"{{{SECRET}")


def partly_refused(shop: Shop) -> None:
    """Let the database refuse one of two updates, and repeat the value."""
    pending(shop)
    _refuse(shop, "WHEN NEW.tag = 'cart'")


def refused(shop: Shop) -> None:
    pending(shop)
    _refuse(shop, "")


def _refuse(shop: Shop, which: str) -> None:
    message = f"no {SECRET}-2, nor {SECRET}-3, nor {SECRET}-now, please"
    for event in ("UPDATE", "INSERT"):
        name = f"refuse_{event}"
        body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        _statement(shop, f"CREATE TRIGGER {name} BEFORE {event} ON session_types {which} {body}")


def _statement(shop: Shop, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(shop.root / ".reconciler/registry.db")) as database, database:
        database.execute(statement, values)


YES = "--auto-approve"
# By command and outcome: the state, the rest of the command line, the exit code.
OUTCOMES: dict[str, tuple[State, str, int]] = {
    "plan: no change": (in_step, "plan sessions", 0),
    "plan: no change, detailed": (in_step, "plan sessions --detailed-exitcode", 0),
    "plan: changes": (pending, "plan sessions --prune --out saved.json", 0),
    "plan: changes, detailed": (pending, "plan sessions --detailed-exitcode", 2),
    "plan: drift": (drifted, "plan sessions --detailed-exitcode", 2),
    "plan: conflict": (conflict, "plan sessions", 0),
    "plan: breaking": (breaking, "plan sessions", 0),
    "plan: guard": (pending, "plan sessions --fail-on disruptive", 4),
    "plan: invalid": (invalid, "plan sessions", 3),
    "plan: unreachable": (unreachable, "plan sessions", 7),
    "plan: damaged": (damaged, "plan sessions", 7),
    "plan: error": (pending, "plan sessions --out no/such/folder/plan.json", 1),
    "plan: wrong usage": (pending, "plan sessions --bogus", 64),
    "apply: no change": (in_step, f"apply sessions {YES}", 0),
    "apply: changes": (pending, f"apply sessions {YES}", 0),
    "apply: drift": (drifted, f"apply sessions {YES}", 0),
    "apply: guard": (conflict, f"apply sessions {YES}", 4),
    "apply: guard lifted": (conflict, f"apply sessions {YES} --allow conflict", 0),
    "apply: declined": (pending, "apply sessions", 1),
    "apply: invalid": (invalid, f"apply sessions {YES}", 3),
    "apply: saved": (saved, f"apply --plan plan.json {YES}", 0),
    "apply: stale": (stale, f"apply --plan plan.json {YES}", 5),
    "apply: altered": (altered, f"apply --plan plan.json {YES}", 1),
    "apply: changed manifests": (changed_manifests, f"apply --plan plan.json {YES}", 1),
    "apply: unreachable": (unreachable, f"apply sessions {YES}", 7),
    "apply: partial": (partly_refused, f"apply sessions {YES}", 6),
    "apply: refused": (refused, f"apply sessions {YES}", 7),
    "apply: refused at once": (refused, f"apply sessions --atomic {YES}", 7),
    "apply: wrong usage": (pending, f"apply sessions --plan plan.json {YES}", 64),
    "drift: none": (in_step, "drift sessions", 0),
    "drift: changes": (pending, "drift sessions", 0),
    "drift: drift": (drifted, "drift sessions", 2),
    "drift: drift without manifests": (drifted, "drift", 2),
    "drift: conflict": (conflict, "drift sessions --strict", 2),
    "drift: invalid": (invalid, "drift sessions", 3),
    "drift: unreachable": (unreachable, "drift sessions", 7),
    "drift: nowhere": (fresh, "drift sessions", 7),
    "drift: wrong usage": (in_step, "drift sessions --bogus", 64),
    "show: no change": (saved_unchanged, "show plan.json", 0),
    "show: changes": (saved, "show plan.json", 0),
    "show: guard": (saved_conflict, "show plan.json", 0),
    "show: altered": (altered, "show plan.json", 1),
    "show: nowhere": (fresh, "show plan.json", 1),
    "show: wrong usage": (saved, "show", 64),
}
