"""How many sessions and users are live at a moment: of one session type, or as the impact of changing it.

Light to import: the registry's reader asks for it, and has no use for tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, func, literal, select

from reconciler.port import EnvironmentImpact, Impact
from reconciler.registry.store.session_tables import session_counters, session_users, sessions
from reconciler.registry.store.sessions import counters
from reconciler.registry.store.sessions.scopes import TypeScope

# More are not named one by one: a statement takes only so many values.
_NAMED = 500


def live_sessions(connection: Connection, scope: TypeScope, now: datetime) -> int:
    """Return how many sessions are live."""
    to_end = select(counters.total()).where(scope.rows(session_counters), counters.still_to_end(now))
    ending = select(func.count()).select_from(sessions).where(scope.rows(sessions), counters.ending_now(now))
    return int(connection.scalar(to_end) or 0) + (connection.scalar(ending) or 0)


def impacts(connection: Connection, product: str, tags: Collection[str], now: datetime) -> dict[str, Impact]:
    """Return the impact of each session type, in all environments that ever had a session of it."""

    def by_place(number: Any, table: Table, *wanted: Any) -> Counter[tuple[str, str]]:
        query: Select[Any] = select(table.c.tag, table.c.env, number).where(table.c.product == product, *wanted)
        if len(tags) <= _NAMED:
            query = query.where(table.c.tag.in_(tags))
        rows = connection.execute(query.group_by(table.c.tag, table.c.env))
        return Counter({(tag, env): int(found) for tag, env, found in rows})

    known = by_place(literal(0), session_counters, session_counters.c.kind == counters.STARTED)
    to_end = by_place(counters.total(), session_counters, counters.still_to_end(now))
    ending = by_place(func.count(), sessions, counters.ending_now(now))
    live_users = by_place(func.count(), session_users, session_users.c.live_until > now)
    environments = {
        (tag, env): EnvironmentImpact(env, to_end[tag, env] + ending[tag, env], live_users[tag, env])
        for tag, env in sorted(known)
    }
    by_tag: dict[str, list[EnvironmentImpact]] = {tag: [] for tag in tags}
    for (tag, _), each in environments.items():
        if tag in by_tag:
            by_tag[tag].append(each)
    return {tag: _impact(found) for tag, found in by_tag.items()}


def _impact(environments: list[EnvironmentImpact]) -> Impact:
    """Add up; a user of two environments is two."""
    live = sum(each.live_sessions for each in environments)
    return Impact(live, sum(each.live_users for each in environments), tuple(environments))
