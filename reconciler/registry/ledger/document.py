"""The ledger's text: JSON with a format version, the registry and the product that it is about, and the entries.

Read with suspicion: what is not exactly that is an error and never written over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.port import ManagedBy, RegistryError
from reconciler.registry.ledger.entry import Entry, Intent
from reconciler.session_type import FIELDS, Period, SessionType
from reconciler.values import exact_rfc3339

FORMAT = 1
_KINDS: dict[str, type] = dict.fromkeys(FIELDS, str) | {"schema": dict, "expiry": int}


class CorruptLedger(RegistryError):
    """The ledger is not one, is another registry's, or of a later version. It is left as it is."""


class _Malformed(Exception):
    """What the text is not."""


@dataclass(frozen=True, slots=True)
class LedgerDocument:
    """A whole ledger; `entries` go by tag."""

    registry: str
    product: str
    entries: Mapping[str, Entry] = field(default_factory=dict)


def to_text(document: LedgerDocument) -> str:
    """Return the ledger as text: sorted and a line for each value, so that two of them can be compared."""
    whole = {
        "format": FORMAT,
        "registry": document.registry,
        "product": document.product,
        "entries": {tag: _entry_json(entry) for tag, entry in sorted(document.entries.items())},
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def from_text(text: bytes, spelled: str) -> LedgerDocument:
    """Read a ledger. `spelled` is what it is called in messages. Raises CorruptLedger."""
    try:
        return _document(json.loads(text))
    except _Malformed as malformed:
        why = str(malformed)
    except (ValueError, RecursionError):
        why = "it is not JSON"
    raise CorruptLedger(
        f"The ledger {spelled} can't be understood: {why}",
        hint="It was left as it is. Restore it from a backup, or move it away and let `reconciler apply --adopt` "
        "record ownership anew.",
    )


def _document(whole: Any) -> LedgerDocument:
    if not isinstance(whole, dict) or not isinstance(whole.get("format"), int):
        raise _Malformed("it has no `format`")
    if whole["format"] != FORMAT:
        raise _Malformed(f"its format is {whole['format']}, and this version reads {FORMAT}")
    entries = _of(whole, "entries", dict, "the ledger")
    return LedgerDocument(
        registry=_of(whole, "registry", str, "the ledger"),
        product=_of(whole, "product", str, "the ledger"),
        entries={tag: _entry(tag, fields) for tag, fields in entries.items()},
    )


def _entry_json(entry: Entry) -> dict[str, Any]:
    intent = entry.intent
    written = {"by": entry.by, "at": exact_rfc3339(entry.at)}
    noted = {"owner": _owner_json(intent.owner), "spec": _spec_json(intent.spec)} if intent else None
    return {"owner": _owner_json(entry.owner), "applied": _spec_json(entry.applied), "intent": noted, **written}


def _owner_json(owner: ManagedBy | None) -> dict[str, Any] | None:
    return {"project": owner.project, "file": owner.file, "commit": owner.commit} if owner else None


def _spec_json(spec: SessionType | None) -> dict[str, Any] | None:
    return spec.to_json() if spec else None


def _entry(tag: str, fields: Any) -> Entry:
    where = f"the entry of `{tag}`"
    intent = _optional(fields, "intent", dict, where)
    return Entry(
        owner=_owner(_optional(fields, "owner", dict, where), where),
        applied=_spec(_optional(fields, "applied", dict, where), tag, where),
        intent=_intent(intent, tag, where) if intent is not None else None,
        by=_of(fields, "by", str, where),
        at=_moment(_of(fields, "at", str, where), where),
    )


def _intent(fields: dict[str, Any], tag: str, where: str) -> Intent:
    owner = _owner(_of(fields, "owner", dict, where), where)
    if owner is None:
        raise _Malformed(f"{where} has an intent without an owner")
    return Intent(owner, _spec(_optional(fields, "spec", dict, where), tag, where))


def _owner(fields: dict[str, Any] | None, where: str) -> ManagedBy | None:
    if fields is None:
        return None
    names = (_optional(fields, name, str, where) for name in ("file", "commit"))
    return ManagedBy(_of(fields, "project", str, where), *names)


def _spec(fields: dict[str, Any] | None, tag: str, where: str) -> SessionType | None:
    if fields is None:
        return None
    for name, kind in _KINDS.items():
        _of(fields, name, kind, where)
    if fields["tag"] != tag or fields["period"] not in list(Period):
        raise _Malformed(f"{where} holds no session type of that tag")
    return SessionType.from_json({name: fields[name] for name in FIELDS})


def _moment(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _Malformed(f"{where} has no time in `at`") from None


def _of(fields: Any, name: str, kind: type, where: str) -> Any:
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _Malformed(f"{where} has no right `{name}`")
    return value


def _optional(fields: Any, name: str, kind: type, where: str) -> Any:
    return None if isinstance(fields, dict) and fields.get(name) is None else _of(fields, name, kind, where)
