"""How many sessions and users are live at a moment: of one session type, or as the impact of changing it.

Light to import: the registry's reader asks for it, and has no use for tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, func, literal, select

from reconciler.port import EnvironmentImpact, Impact
from reconciler.registry.store.session_tables import session_counters, session_keys, session_users, sessions
from reconciler.registry.store.sessions import counters
from reconciler.registry.store.sessions.scopes import TypeScope

# A statement takes only so many values.
_NAMED = 500


def live_sessions(connection: Connection, scope: TypeScope, now: datetime) -> int:
    """Return how many sessions are live."""
    to_end = select(counters.total()).where(scope.rows(session_counters))
    ending = select(func.count()).select_from(sessions).where(scope.rows(sessions), counters.ending_now(now))
    sums = (connection.scalar(to_end.where(some)) or 0 for some in counters.still_to_end(now))
    return int(sum(sums)) + (connection.scalar(ending) or 0)


def impacts(connection: Connection, product: str, tags: Collection[str], now: datetime) -> dict[str, Impact]:
    """Return the impact of each session type, in all environments that ever had a session of it."""
    # Where sessions were started there are keys. With the environments named the indexes lead to what is wanted.
    with_keys = select(session_keys.c.env).where(session_keys.c.product == product).distinct()
    envs = connection.scalars(with_keys).all()

    def by_place(number: Any, table: Table, *wanted: Any) -> Counter[tuple[str, str]]:
        own = table.c.product == product, table.c.env.in_(envs)
        query: Select[Any] = select(table.c.tag, table.c.env, number).where(*own, *wanted)
        found: Counter[tuple[str, str]] = Counter()
        for some in _lots(tags):
            rows = connection.execute(query.where(table.c.tag.in_(some)).group_by(table.c.tag, table.c.env))
            found.update({(tag, env): int(sum_) for tag, env, sum_ in rows})
        return found

    known = by_place(literal(0), session_counters, session_counters.c.kind == counters.STARTED)
    ends = by_place(func.count(), sessions, counters.ending_now(now))
    for some in counters.still_to_end(now):
        ends.update(by_place(counters.total(), session_counters, some))
    live_users = by_place(func.count(), session_users, session_users.c.live_until > now)
    environments = {
        (tag, env): EnvironmentImpact(env, ends[tag, env], live_users[tag, env]) for tag, env in sorted(known)
    }
    by_tag: dict[str, list[EnvironmentImpact]] = {tag: [] for tag in tags}
    for (tag, _), each in environments.items():
        if tag in by_tag:
            by_tag[tag].append(each)
    return {tag: _impact(found) for tag, found in by_tag.items()}


def _lots(tags: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(tags)
    while lot := list(islice(remaining, _NAMED)):
        yield lot


def _impact(environments: list[EnvironmentImpact]) -> Impact:
    """Add up; a user of two environments is two."""
    live = sum(each.live_sessions for each in environments)
    return Impact(live, sum(each.live_users for each in environments), tuple(environments))
