"""What is asked of a million sessions, how long each answer takes, and how the database finds it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, select

from benchmarks.session_scale.shop import ENV, PRODUCT, TYPE, service_of
from reconciler.registry.store import Database, StoreReader
from reconciler.registry.store.session_tables import session_users
from reconciler.registry.store.sessions.service import StoredSessions


@dataclass(frozen=True, slots=True)
class Question:
    """A call, by the name that the table gives to it."""

    name: str
    ask: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of an answer: the median, and the worst."""

    name: str
    median: float
    worst: float


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent to the database for a question."""

    text: str
    parameters: Any


@contextmanager
def questions(database: Database) -> Iterator[tuple[Question, ...]]:
    """Give the questions."""
    with service_of(database) as service:
        sessions = service.sessions(PRODUCT, ENV)
        reader = StoreReader(database, product=PRODUCT)
        yield (
            *_of_lists(sessions),
            *_of_users(sessions, database),
            Question("dashboard", partial(sessions.dashboard, TYPE.tag)),
            Question("dashboard, 366 days", partial(sessions.dashboard, TYPE.tag, days=366)),
            Question("impact", partial(reader.impact, TYPE.tag)),
        )


def timed(asked: Sequence[Question], rounds: int) -> list[Timing]:
    """Ask each question so many times, all of them in turn, so that a busy moment meets all alike."""
    for question in asked:
        question.ask()
    seconds: dict[str, list[float]] = {question.name: [] for question in asked}
    for _ in range(rounds):
        for question in asked:
            began = time.perf_counter()
            question.ask()
            seconds[question.name].append(time.perf_counter() - began)
    return [Timing(name, statistics.median(each) * 1000, max(each) * 1000) for name, each in seconds.items()]


def explained(database: Database, question: Question) -> list[tuple[Statement, list[str]]]:
    """Return the statements that a question comes to, each with the lines of its plan."""
    with _noted(database) as sent:
        question.ask()
    return [(statement, _plan(database, statement)) for statement in sent]


def _of_lists(sessions: StoredSessions) -> Iterator[Question]:
    for name, ask in (("users", sessions.users), ("active", sessions.active)):
        last = ask(TYPE.tag).total_pages
        for which, page in (("first", 1), ("middle", (last + 1) // 2), ("last", last)):
            yield Question(f"{name}, {which} page", partial(ask, TYPE.tag, page=page))


def _of_users(sessions: StoredSessions, database: Database) -> Iterator[Question]:
    ordered = select(session_users.c.identifier).order_by(session_users.c.total_sessions)
    with database.reading() as connection:
        identifiers = connection.scalars(ordered).all()
    for which, identifier in (("typical", identifiers[len(identifiers) // 2]), ("busiest", identifiers[-1])):
        yield Question(f"active, {which} user", partial(sessions.active, TYPE.tag, identifier=identifier))
        yield Question(f"user, {which}", partial(sessions.user, TYPE.tag, identifier))


@contextmanager
def _noted(database: Database) -> Iterator[list[Statement]]:
    """Note the statements that are sent."""
    sent: list[Statement] = []

    def note(_: Connection, __: Any, text: str, parameters: Any, *___: Any) -> None:
        sent.append(Statement(text, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def _plan(database: Database, statement: Statement) -> list[str]:
    postgresql = database.engine.dialect.name == "postgresql"
    explain = "EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) " if postgresql else "EXPLAIN QUERY PLAN "
    with database.reading() as connection:
        rows = connection.exec_driver_sql(explain + statement.text, statement.parameters).all()
    return [str(row[0] if postgresql else row[-1]) for row in rows]
