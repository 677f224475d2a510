"""The reading half of a plain registry, with what its ledger remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NoReturn, Self

from reconciler.port import HistoryEntry, Impact, RegistryRejected, Snapshot, Unreadable
from reconciler.registry.ledger.entry import Entry
from reconciler.registry.ledger.ledger import Ledger
from reconciler.registry.plain.live import Found, LiveSessions
from reconciler.registry.plain.seen import Seen

_RESTARTS = 5


class PlainReader:
    """One product of a plain registry, for reading. May be used by several threads at once."""

    def __init__(self, sessions: LiveSessions, ledger: Ledger | None = None) -> None:
        self._sessions = sessions
        self._ledger = ledger

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger is kept of it."""
        return self._ledger is not None

    def fetch(self) -> Snapshot:
        """Return all records of the product; a tombstone for what was applied and is not live any more."""
        ledger = self._ledger
        found, entries = self._both(ledger) if ledger else (self._found(), {})
        seen = (Seen(tag, found.get(tag), entries.get(tag)) for tag in sorted(found.keys() | entries.keys()))
        return Snapshot(
            records=tuple(
                record
                for each in seen
                if not isinstance(each.found, Unreadable) and (record := each.record()) is not None
            ),
            keeps_applied=ledger is not None,
            is_plain=True,
            missing_ledger=ledger.spelled if ledger and not ledger.exists else None,
            unreadable=tuple(each for _, each in sorted(found.items()) if isinstance(each, Unreadable)),
        )

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterator[HistoryEntry]:
        """Refuse: there is none, and an empty one would say that nobody ever wrote."""
        del tag, after
        self._refuse_history()

    def impact(self, tag: str) -> Impact | None:
        """Return that the impact is not known; None where no session type has the tag."""
        return Impact() if self._sessions.find(tag) is not None else None

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return none of the impacts: they are not known, and what is not in the answer never counts as 0."""
        del tags
        return {}

    def close(self) -> None:
        """Close the connections."""
        self._sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _both(self, ledger: Ledger) -> tuple[dict[str, Found], Mapping[str, Entry]]:
        """Return what is live and what the ledger says of it, read between two writes of a run where there is one."""
        entries = ledger.load()
        for _ in range(_RESTARTS):
            found, before = self._found(), entries
            entries = ledger.load()
            if entries == before:
                break
        return found, entries

    def _found(self) -> dict[str, Found]:
        listed = self._sessions.list()
        often = Counter(each.tag for each in listed)
        twice = "It is listed twice, and nothing tells which of both counts."
        return {each.tag: Unreadable(each.tag, twice) if often[each.tag] > 1 else each for each in listed}

    def _refuse_history(self) -> NoReturn:
        raise RegistryRejected(
            f"The registry {self._sessions.place} keeps no history",
            hint="`reconciler drift` compares live with what was applied last, if the target has a ledger.",
        )
