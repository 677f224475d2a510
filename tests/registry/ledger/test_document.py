"""The ledger's text: what is written is read, and what is anything else is an error and left as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.port import ManagedBy
from reconciler.registry.ledger import CorruptLedger, Entry, Intent, Ledger, Standing
from reconciler.registry.ledger.document import LedgerDocument, from_text, to_text
from reconciler.registry.ledger.file import LedgerFile
from tests.builders import session_type
from tests.strategies import session_types, storable_text

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
ADA, BOB = ManagedBy("shop", "sessions/user.yaml", "c0ffee"), ManagedBy("bob")
SPEC, LATER = session_type(), session_type(expiry=9)
owners = st.builds(ManagedBy, storable_text, st.none() | storable_text, st.none() | storable_text)


@st.composite
def documents(draw: st.DrawFn) -> LedgerDocument:
    entries = {}
    for spec in draw(st.lists(session_types(), max_size=3)):
        intents = st.none() | st.builds(Intent, owners, st.sampled_from([None, spec]))
        applied = draw(st.sampled_from([None, spec]))
        entries[spec.tag] = Entry(draw(storable_text), AT, draw(owners) if applied else None, applied, draw(intents))
    return LedgerDocument(draw(storable_text), draw(storable_text), entries)


@given(documents())
def test_what_is_written_is_read(document: LedgerDocument) -> None:
    assert from_text(to_text(document).encode(), "ledger.json") == document


def whole(**changes: Any) -> dict[str, Any]:
    document = LedgerDocument("https://api.ductape.app", "shop", {"user": Entry("ada", AT, ADA, SPEC)})
    read: dict[str, Any] = json.loads(to_text(document))
    return {**read, **changes}


def entry(**changes: Any) -> dict[str, Any]:
    return whole(entries={"user": {**whole()["entries"]["user"], **changes}})


def spec(**changes: Any) -> dict[str, Any]:
    return {**SPEC.to_json(), **changes}


CORRUPT: list[tuple[Any, str]] = [
    ("", "it is not JSON"),
    ('{"format": 1, "reg', "it is not JSON"),
    ([], "it has no `format`"),
    ({}, "it has no `format`"),
    (whole(format=2), "its format is 2, and this version reads 1"),
    (whole(entries=None), "the ledger has no right `entries`"),
    (whole(product=5), "the ledger has no right `product`"),
    (whole(entries={"user": 5}), "the entry of `user` has no right `"),
    (entry(applied=[]), "the entry of `user` has no right `applied`"),
    (entry(applied=spec(expiry=True)), "the entry of `user` has no right `expiry`"),
    (entry(applied=spec(tag="other")), "the entry of `user` holds no session type of that tag"),
    (entry(applied=spec(period="mins")), "the entry of `user` holds no session type of that tag"),
    (entry(owner={}), "the entry of `user` has no right `project`"),
    (entry(intent={"spec": None}), "the entry of `user` has no right `owner`"),
    (entry(at="noon"), "the entry of `user` has no time in `at`"),
]


@pytest.mark.parametrize(("content", "why"), CORRUPT)
def test_a_corrupt_ledger_is_an_error_and_never_written_over(content: Any, why: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    before = file.read_bytes()
    ledger = Ledger(LedgerFile(file, "ledger.json"), registry="https://api.ductape.app", product="shop")
    for use in (ledger.load, lambda: ledger.entry("user"), lambda: ledger.exchange("b", None, Entry("ada", AT))):
        with pytest.raises(CorruptLedger) as corrupt:
            use()
        assert corrupt.value.message.startswith(f"The ledger ledger.json can't be understood: {why}")
        assert "left as it is" in corrupt.value.hint
    assert file.read_bytes() == before


def test_a_ledger_of_another_product_or_registry_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    file.write_text(json.dumps(whole()))
    for registry, product in (("https://api.ductape.app", "other"), ("http://localhost", "shop")):
        ledger = Ledger(LedgerFile(file, "ledger.json"), registry=registry, product=product)
        with pytest.raises(CorruptLedger, match=r"is of the product shop on https://api\.ductape\.app, not of"):
            ledger.load()


@pytest.mark.parametrize(
    ("applied", "intended", "live", "stands"),
    [
        (SPEC, LATER, SPEC, Standing(ADA, SPEC)),  # the write was not made
        (SPEC, LATER, LATER, Standing(BOB, LATER)),  # it was, and nobody noted it
        (SPEC, LATER, None, Standing(ADA, SPEC)),
        (SPEC, None, SPEC, Standing(ADA, SPEC)),  # a deletion that was not made
        (SPEC, None, None, Standing()),  # one that was
        (None, LATER, LATER, Standing(BOB, LATER)),  # a creation
        (None, LATER, None, Standing()),
        (None, LATER, SPEC, Standing()),  # somebody else's creation
    ],
)
def test_live_says_whether_an_intent_came_true(applied: Any, intended: Any, live: Any, stands: Standing) -> None:
    noted = Entry("ada", AT, ADA if applied else None, applied).intending(Intent(BOB, intended))
    assert noted.standing(live) == stands
