"""The platform without a ledger: nothing is recorded beside the session types, and nothing is claimed to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.port import (
    Create,
    Impact,
    RegistryDenied,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    Snapshot,
    Source,
    StaleRecord,
    TagExists,
    Unreadable,
)
from reconciler.registry.ductape import DuctapeSessions
from reconciler.registry.plain import PlainReader, PlainRegistry
from tests.builders import session_type
from tests.registry.ductape.fake import FakePlatform, Fault

SOURCE = Source("shop", "sessions/user.yaml")
SPEC = session_type()


@pytest.fixture
def plain(open_plain: Callable[..., PlainRegistry]) -> PlainRegistry:
    return open_plain(ledger=False)


def test_an_unknown_product_is_empty_and_plain(plain: PlainRegistry) -> None:
    assert plain.fetch() == Snapshot(keeps_applied=False, is_plain=True)


def test_a_write_of_an_apply_leaves_no_owner(plain: PlainRegistry) -> None:
    created = plain.create(SPEC, SOURCE)
    assert (created.spec, created.managed_by, created.applied, created.updated_by) == (SPEC, None, None, "")
    assert plain.fetch().records == (created,)
    updated = plain.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE)
    assert (updated.spec, updated.applied) == (session_type(expiry=9), None)
    assert plain.update("user", {}, revision=updated.revision, source=SOURCE) == updated
    plain.delete("user", revision=updated.revision, source=SOURCE)
    assert plain.fetch().records == ()


def test_calls_are_as_few_as_can_be(plain: PlainRegistry, platform: FakePlatform) -> None:
    created = plain.create(SPEC)
    assert platform.made() == ["fetch", "create", "fetch"]
    platform.seen.clear()
    updated = plain.update("user", {"expiry": 9}, revision=created.revision)
    assert platform.made() == ["fetch", "update", "fetch"]
    platform.seen.clear()
    plain.update("user", {"expiry": 9}, revision=updated.revision)
    assert platform.made() == ["fetch"]
    platform.seen.clear()
    plain.delete("user", revision=updated.revision)
    assert platform.made() == ["fetch", "delete"]


def test_a_record_that_moved_is_not_written(plain: PlainRegistry, platform: FakePlatform) -> None:
    created = plain.create(SPEC)
    platform.edit("user", "storefront", expiry=30, updatedAt="2026-03-01T02:30:00Z")
    with pytest.raises(StaleRecord, match="is not as it was when it was read: last written at 2026-03-01T02:30:00Z"):
        plain.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE)
    with pytest.raises(StaleRecord):
        plain.delete("user", revision=created.revision, source=SOURCE)
    with pytest.raises(TagExists, match="`user` exists already: last written at 2026-03-01T02:30:00Z"):
        plain.create(SPEC, SOURCE)
    assert platform.stored()["user"]["expiry"] == 30
    platform.drop("user")
    with pytest.raises(StaleRecord, match="`user` does not exist any more"):
        plain.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE)


def test_what_is_the_same_in_other_words_is_at_the_same_revision(plain: PlainRegistry, platform: FakePlatform) -> None:
    created = plain.create(session_type(expiry=24, period="hours"))
    platform.edit("user", "storefront", expiry=1, period="days", active=False, updatedAt="2026-03-01T02:30:00Z")
    [record] = plain.fetch().records
    assert record.revision == created.revision


def test_what_can_not_be_read_is_not_written(plain: PlainRegistry, platform: FakePlatform) -> None:
    platform.put(**{**SPEC.to_json(), "expiry": "soon"})
    with pytest.raises(TagExists):
        plain.create(SPEC)
    with pytest.raises(RegistryRejected, match="What is live of `user` can't be read: `expiry` must be"):
        plain.update("user", {"expiry": 9}, revision=1)
    assert platform.made() == ["fetch", "fetch"]


def test_a_tag_that_is_listed_twice_is_told_apart(plain: PlainRegistry, platform: FakePlatform) -> None:
    platform.products["storefront"] = [SPEC.to_json(), SPEC.to_json(), session_type("other").to_json()]
    snapshot = plain.fetch()
    assert [record.tag for record in snapshot.records] == ["other"]
    assert snapshot.unreadable == (Unreadable("user", "It is listed twice, and nothing tells which of both counts."),)


def test_a_schema_that_the_platform_merges_instead_of_replacing_is_told(
    plain: PlainRegistry, platform: FakePlatform
) -> None:
    platform.quirks.deep_merge = True
    created = plain.create(SPEC)
    with pytest.raises(RegistryError, match="has another `schema` than was sent"):
        plain.update("user", {"schema": {"userId": "u"}}, revision=created.revision)


def test_what_it_cannot_give_is_refused(plain: PlainRegistry) -> None:
    with pytest.raises(RegistryRejected, match="keeps no history"):
        plain.history()
    with pytest.raises(RegistryRejected, match="can't carry out several writes as one"):
        plain.commit([Create(SPEC)])
    plain.commit([])
    assert plain.impact("user") is None
    plain.create(SPEC)
    assert plain.impact("user") == Impact()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(400, '{"status": false, "message": "no"}'), RegistryRejected),
        (Fault(401, '{"status": false, "message": "no"}'), RegistryDenied),
        (Fault(500, '{"status": false, "message": "no"}'), RegistryUnavailable),
    ],
)
def test_a_reading_back_that_fails_is_told(
    plain: PlainRegistry, platform: FakePlatform, fault: Fault, kind: type[Exception]
) -> None:
    platform.before["create"] = [lambda: platform.faults.update(fetch=[fault])]
    with pytest.raises(kind, match=r"^sessions\.fetch of `user`: "):
        plain.create(SPEC)
    assert list(platform.stored()) == ["user"]


def test_a_reader_closes_what_it_opened(sessions: DuctapeSessions) -> None:
    with PlainReader(sessions) as reader:
        assert reader.fetch().records == ()
