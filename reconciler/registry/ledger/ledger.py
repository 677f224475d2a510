"""The ledger of one product on one registry, as entries that are read and exchanged.

An exchange names the entry that it expects. Those of many threads go out together: while one write is under way the
others gather, and the next takes all of them. Where somebody else has written meanwhile, the ledger is read again and
each exchange is judged anew.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.port import RegistryError, RegistryUnavailable, StaleRecord
from reconciler.registry.ledger.document import CorruptLedger, LedgerDocument, from_text, to_text
from reconciler.registry.ledger.entry import Entry
from reconciler.registry.ledger.place import LedgerMoved, Place
from reconciler.registry.stale import HINT

_ATTEMPTS = 64


@dataclass(slots=True)
class _Exchange:
    """One entry to be replaced, and what became of that."""

    tag: str
    expected: Entry | None
    entry: Entry | None
    is_settled: bool = False
    error: RegistryError | None = None


@dataclass(slots=True)
class _Read:
    """The ledger as it was read last; without a version there is none yet."""

    document: LedgerDocument
    version: Any = None


@dataclass(slots=True)
class _Shared:
    """What the threads share."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: deque[_Exchange] = field(default_factory=deque)
    read: _Read | None = None


class Ledger:
    """A ledger at a place. May be used by several threads at once."""

    def __init__(self, place: Place, *, registry: str, product: str) -> None:
        self._place = place
        self._empty = LedgerDocument(registry, product)
        self._shared = _Shared()

    @property
    def spelled(self) -> str:
        """What it is called in messages."""
        return self._place.spelled

    @property
    def exists(self) -> bool:
        """Tell whether there was one when it was read last."""
        return self._shared.read is not None and self._shared.read.version is not None

    def load(self) -> Mapping[str, Entry]:
        """Read it anew, and return all entries. Raises CorruptLedger."""
        with self._shared.lock:
            return self._read_anew().document.entries

    def entry(self, tag: str) -> Entry | None:
        """Return the entry of a tag as it was read or written last. Whether it still holds, an exchange finds out."""
        with self._shared.lock:
            return (self._shared.read or self._read_anew()).document.entries.get(tag)

    def exchange(self, tag: str, expected: Entry | None, entry: Entry | None) -> None:
        """Replace an entry; None stands for none. Raises StaleRecord where the entry is not the expected one."""
        mine = _Exchange(tag, expected, entry)
        self._shared.waiting.append(mine)
        with self._shared.lock:
            if not mine.is_settled:
                self._settle_all()
        if mine.error:
            raise mine.error

    def _settle_all(self) -> None:
        """Carry out everything that waits, as one write."""
        batch = [self._shared.waiting.popleft() for _ in range(len(self._shared.waiting))]
        try:
            self._write(batch)
        except RegistryError as error:
            for each in batch:
                each.error = type(error)(error.message, hint=error.hint, tag=each.tag)
        except BaseException:
            for each in batch:  # those of other threads must not take this for an end
                each.error = RegistryUnavailable(f"The ledger {self.spelled} was not written", tag=each.tag)
            raise
        finally:
            for each in batch:
                each.is_settled = True

    def _write(self, batch: list[_Exchange]) -> None:
        for _ in range(_ATTEMPTS):
            read = self._shared.read or self._read_anew()
            document = _after(read.document, batch)
            if document.entries == read.document.entries:
                return
            self._shared.read = None  # until it is known what became of the write
            try:
                version = self._place.write(to_text(document).encode(), read.version)
            except LedgerMoved:
                continue
            self._shared.read = _Read(document, version)
            return
        raise RegistryUnavailable(
            f"The ledger {self.spelled} is written so often by others that there is no getting in"
        )

    def _read_anew(self) -> _Read:
        held = self._place.read()
        read = _Read(self._empty) if held is None else _Read(from_text(held.content, self.spelled), held.version)
        if replace(read.document, entries={}) != self._empty:
            raise CorruptLedger(
                f"The ledger {self.spelled} is of the product {read.document.product} on {read.document.registry}, "
                f"not of {self._empty.product} on {self._empty.registry}",
                hint="Each target and product has a ledger of its own.",
            )
        self._shared.read = read
        return read


def _after(document: LedgerDocument, batch: list[_Exchange]) -> LedgerDocument:
    """Return the document with the exchanges that find what they expect; the others are told that they do not.

    One that finds its own entry was written by an earlier attempt whose answer was lost.
    """
    entries = dict(document.entries)
    for each in batch:
        each.error = None
        present = entries.get(each.tag)
        if present not in (each.expected, each.entry):
            text = f"`{each.tag}` is not as it was when it was read: the ledger has another entry by now"
            each.error = StaleRecord(text, hint=HINT, tag=each.tag)
        elif each.entry is None:
            entries.pop(each.tag, None)
        else:
            entries[each.tag] = each.entry
    return replace(document, entries=entries)
