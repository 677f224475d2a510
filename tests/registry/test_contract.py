"""What every registry must do, whatever it is made of. Only the port is used here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from itertools import pairwise

import pytest

from reconciler.port import ManagedBy, Record, Registry, RegistryRejected, Snapshot, Source, StaleRecord
from reconciler.session_type import Period, SessionType
from reconciler.values import JsonValue
from tests.registry.kinds import KINDS, PLAIN_KINDS

Make = Callable[..., SessionType]

SOURCE = Source("storefront-sessions", "sessions/user.yaml", "c0ffee", "plan-digest")
OWNER = ManagedBy("storefront-sessions", "sessions/user.yaml", "c0ffee")

NOT_AS_IT_WAS = "`user-session` is not as it was when it was read"
# What holds also where a registry counts no revisions, keeps no history, and has a ledger remember owners.
everywhere = pytest.mark.parametrize("registry", [*KINDS, *PLAIN_KINDS], indirect=True)


def only(registry: Registry) -> Record:
    [record] = registry.fetch().records
    return record


def at(registry: Registry) -> int:
    return only(registry).revision


def told(registry: Registry, whole: str, *, plain: str) -> str:
    """Return what a refusal says: revisions and names, but for a registry that does not record them."""
    return plain if registry.fetch().is_plain else whole


def assert_unchanged(registry: Registry, before: Snapshot) -> None:
    assert registry.fetch() == before
    if before.is_plain:
        return
    assert [entry.revision for entry in registry.history()] == list(range(1, before.revision + 1))


def test_an_unknown_product_is_empty(registry: Registry) -> None:
    assert registry.fetch() == Snapshot()
    assert list(registry.history()) == []


@everywhere
def test_what_is_created_is_fetched(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)

    assert only(registry) == created
    assert created.spec == created.applied == make()
    assert (created.tag, created.managed_by) == ("user-session", OWNER)


def test_the_first_write_has_the_first_revision(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)

    assert created.revision == 1
    assert created.created_at == created.updated_at


def test_times_are_aware_and_utc(registry: Registry, make: Make) -> None:
    registry.create(make())

    record, [entry] = only(registry), registry.history()
    for time in (record.created_at, record.updated_at, entry.at):
        assert time is not None
        assert time.tzinfo is UTC
        assert time.utcoffset() == timedelta(0)


@everywhere
def test_another_hands_record_is_owned_by_nobody(registry: Registry, make: Make) -> None:
    created = registry.create(make())

    assert created.managed_by is None
    assert created.applied is None
    assert only(registry) == created


@everywhere
def test_records_come_sorted_by_tag(registry: Registry, make: Make) -> None:
    for tag in ("b", "a", "Z", "a-1", "a.1", "0"):
        registry.create(make(tag))

    assert [record.tag for record in registry.fetch().records] == ["0", "Z", "a", "a-1", "a.1", "b"]


@everywhere
def test_tags_differ_by_case(registry: Registry, make: Make) -> None:
    registry.create(make("user"))
    registry.create(make("User"))

    assert len(registry.fetch().records) == 2


@everywhere
def test_creating_what_exists_is_stale(registry: Registry, make: Make) -> None:
    registry.create(make())
    before = registry.fetch()

    exists = "`user-session` exists already"
    says = told(registry, rf"{exists}, at revision 1, last written by \S+", plain=rf"{exists}(: last written at|$)")
    with pytest.raises(StaleRecord, match=says):
        registry.create(make(name="Another"), SOURCE)
    assert_unchanged(registry, before)


def test_a_record_has_the_products_revision(registry: Registry, make: Make) -> None:
    registry.create(make("a"))
    registry.create(make("b"))
    updated = registry.update("a", {"expiry": 8}, revision=1)

    snapshot = registry.fetch()
    assert snapshot.revision == updated.revision == 3
    assert {record.tag: record.revision for record in snapshot.records} == {"a": 3, "b": 2}


@everywhere
def test_update_replaces_only_the_fields_given(registry: Registry, make: Make) -> None:
    created = registry.create(make())
    schema: JsonValue = {"userId": 1, "plan": "gold"}
    updated = registry.update("user-session", {"schema": schema, "expiry": 2}, revision=created.revision)

    assert updated.spec == make(schema=schema, expiry=2)
    assert updated.created_at == created.created_at
    assert only(registry) == updated


def test_an_update_moves_the_time(registry: Registry, make: Make) -> None:
    created = registry.create(make())
    updated = registry.update("user-session", {"expiry": 2}, revision=1)

    assert updated.updated_at is not None
    assert created.updated_at is not None
    assert updated.updated_at >= created.updated_at


@everywhere
def test_update_with_a_source_takes_ownership(registry: Registry, make: Make) -> None:
    registry.create(make())
    updated = registry.update("user-session", {"expiry": 8}, revision=at(registry), source=SOURCE)

    assert updated.managed_by == OWNER
    assert updated.applied == updated.spec == make(expiry=8)


@everywhere
def test_update_by_another_hand_leaves_owner_and_applied(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    updated = registry.update("user-session", {"expiry": 8}, revision=at(registry))

    assert updated.managed_by == OWNER
    assert updated.applied == make()
    assert updated.spec == make(expiry=8)
    assert only(registry) == updated


@everywhere
def test_a_period_alias_is_folded(registry: Registry, make: Make) -> None:
    registry.create(make())
    updated = registry.update("user-session", {"period": "mins"}, revision=at(registry))

    assert updated.spec is not None
    assert updated.spec.period is Period.MINUTES


@everywhere
def test_update_at_another_revision_is_stale(registry: Registry, make: Make) -> None:
    created = registry.create(make())
    registry.update("user-session", {"expiry": 8}, revision=created.revision)
    before = registry.fetch()

    says = told(registry, r"at revision 2, not 1: last written by \S+", plain=NOT_AS_IT_WAS)
    with pytest.raises(StaleRecord, match=says):
        registry.update("user-session", {"expiry": 9}, revision=created.revision, source=SOURCE)
    assert_unchanged(registry, before)


@everywhere
def test_update_of_nothing_is_stale(registry: Registry) -> None:
    before = registry.fetch()

    with pytest.raises(StaleRecord, match="`user-session` does not exist"):
        registry.update("user-session", {"expiry": 9}, revision=1)
    assert_unchanged(registry, before)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"expiry": 0}, "The expiry is a whole number from 1"),
        ({"expiry": 0, "period": "fortnights"}, "whole number from 1 to .*; The period is one of"),
        ({"selector": "$Session{gone}"}, "leads to nothing in the schema"),
        ({"schema": {"other": 1}}, "leads to nothing in the schema"),
        ({"schema": None}, "`schema` must be a mapping"),
        ({"expires": 3}, "`expires` is not a field of a session type"),
        ({"tag": "another"}, "tag of `user-session` can't be changed"),
    ],
)
@everywhere
def test_an_invalid_update_is_rejected(
    registry: Registry, make: Make, fields: dict[str, JsonValue], message: str
) -> None:
    registry.create(make())
    before = registry.fetch()

    with pytest.raises(RegistryRejected, match=message) as rejected:
        registry.update("user-session", fields, revision=at(registry))
    assert "`user-session`" in rejected.value.message
    assert "\n" not in rejected.value.message
    assert_unchanged(registry, before)


@everywhere
def test_the_tag_may_be_repeated_in_an_update(registry: Registry, make: Make) -> None:
    registry.create(make())

    assert registry.update("user-session", {"tag": "user-session", "expiry": 8}, revision=at(registry)).spec == make(
        expiry=8
    )


@everywhere
def test_no_fields_with_a_source_adopt(registry: Registry, make: Make) -> None:
    registry.create(make())
    before = at(registry)
    adopted = registry.update("user-session", {}, revision=before, source=SOURCE)

    assert adopted.revision != before
    assert adopted.managed_by == OWNER
    assert adopted.applied == adopted.spec == make()
    assert only(registry) == adopted


def test_an_adoption_is_in_the_history(registry: Registry, make: Make) -> None:
    registry.create(make())
    assert registry.update("user-session", {}, revision=1, source=SOURCE).revision == 2
    *_, entry = registry.history()
    assert (entry.action, entry.changes, entry.source) == ("adopt", {}, SOURCE)


@pytest.mark.parametrize(
    "fields", [{}, {"expiry": 7}, {"schema": {"details": {"email": "ada@example.com"}, "userId": "user_123"}}]
)
@everywhere
def test_an_update_that_changes_nothing_writes_nothing(
    registry: Registry, make: Make, fields: dict[str, JsonValue]
) -> None:
    created = registry.create(make())
    before = registry.fetch()

    assert registry.update("user-session", fields, revision=created.revision) == created
    assert_unchanged(registry, before)
    assert before.records == (created,)
    with pytest.raises(StaleRecord):
        registry.update("user-session", fields, revision=7)


@everywhere
def test_equal_values_with_a_source_adopt(registry: Registry, make: Make) -> None:
    registry.create(make())

    updated = registry.update("user-session", {"expiry": 7}, revision=at(registry), source=SOURCE)

    assert updated.managed_by == OWNER
    assert updated.spec == updated.applied == make()


@everywhere
def test_an_apply_deletes_for_good(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    registry.delete("user-session", revision=at(registry), source=SOURCE)

    assert registry.fetch().records == ()


@everywhere
def test_another_hand_deletes_an_unowned_record_for_good(registry: Registry, make: Make) -> None:
    registry.create(make())
    registry.delete("user-session", revision=at(registry))

    assert registry.fetch().records == ()


@everywhere
def test_another_hands_deletion_of_an_owned_record_leaves_a_tombstone(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)
    registry.delete("user-session", revision=created.revision)

    tombstone = only(registry)
    assert (tombstone.spec, tombstone.applied, tombstone.managed_by) == (None, make(), OWNER)
    assert tombstone.revision != created.revision
    if not registry.fetch().is_plain:  # a ledger keeps no times
        assert tombstone.created_at == created.created_at


@everywhere
def test_a_tombstone_is_gone_for_another_hand(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)
    registry.delete("user-session", revision=created.revision)
    before = registry.fetch()

    for revision in (created.revision, at(registry)):
        whole = rf"expected at revision {revision}, but deleted by \S+"
        says = told(registry, whole, plain="does not exist any more")
        with pytest.raises(StaleRecord, match=says):
            registry.delete("user-session", revision=revision)
        with pytest.raises(StaleRecord, match=says):
            registry.update("user-session", {"expiry": 8}, revision=revision, source=SOURCE)
    assert_unchanged(registry, before)


@everywhere
def test_an_apply_settles_a_tombstone(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)
    registry.delete("user-session", revision=created.revision)
    says = told(registry, r"at revision 2, not 1: deleted by \S+", plain=NOT_AS_IT_WAS)
    with pytest.raises(StaleRecord, match=says):
        registry.delete("user-session", revision=created.revision, source=SOURCE)
    registry.delete("user-session", revision=at(registry), source=SOURCE)

    assert registry.fetch().records == ()


def test_a_settled_tombstone_changed_nothing_in_the_history(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    registry.delete("user-session", revision=1)
    registry.delete("user-session", revision=2, source=SOURCE)

    assert registry.fetch() == Snapshot(revision=3)
    assert [dict(entry.changes) for entry in registry.history(after=2)] == [{}]


@everywhere
def test_an_apply_replaces_a_tombstone(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    registry.delete("user-session", revision=at(registry))
    created = registry.create(make(expiry=1), Source("another"))

    assert created.spec == created.applied == make(expiry=1)
    assert created.managed_by == ManagedBy("another")
    assert only(registry) == created


def test_what_replaces_a_tombstone_is_new(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    registry.delete("user-session", revision=1)
    created = registry.create(make(expiry=1), Source("another"))

    assert created.revision == 3
    assert created.created_at == created.updated_at


@everywhere
def test_another_hand_replaces_a_tombstone_and_git_still_owns_it(registry: Registry, make: Make) -> None:
    registry.create(make(), SOURCE)
    registry.delete("user-session", revision=at(registry))
    created = registry.create(make(expiry=1))

    assert (created.spec, created.applied, created.managed_by) == (make(expiry=1), make(), OWNER)
    assert only(registry) == created


@everywhere
def test_delete_at_another_revision_is_stale(registry: Registry, make: Make) -> None:
    registry.create(make())
    before = registry.fetch()

    for source in (None, SOURCE):
        with pytest.raises(StaleRecord, match=told(registry, "at revision 1, not 9", plain=NOT_AS_IT_WAS)):
            registry.delete("user-session", revision=9, source=source)
        with pytest.raises(StaleRecord, match="`nobody` does not exist"):
            registry.delete("nobody", revision=1, source=source)
    assert_unchanged(registry, before)


def test_a_revision_never_comes_back(registry: Registry, make: Make) -> None:
    first = registry.create(make())
    registry.delete("user-session", revision=first.revision)
    second = registry.create(make())

    assert second.revision > first.revision
    with pytest.raises(StaleRecord):
        registry.update("user-session", {"expiry": 8}, revision=first.revision)
    with pytest.raises(StaleRecord):
        registry.delete("user-session", revision=first.revision)
    assert only(registry) == second


def test_history_tells_who_when_whence_and_what(registry: Registry, make: Make) -> None:
    created = registry.create(make(), SOURCE)
    registry.update("user-session", {"expiry": 8, "name": "User session"}, revision=1)
    registry.delete("user-session", revision=2, source=SOURCE)

    create, update, delete = registry.history()
    assert [each.action for each in (create, update, delete)] == ["create", "update", "delete"]
    assert [each.source for each in (create, update, delete)] == [SOURCE, None, SOURCE]
    assert (create.tag, create.actor, create.at) == ("user-session", created.updated_by, created.updated_at)
    assert create.changes == {field: (None, value) for field, value in make().to_json().items()}
    assert update.changes == {"expiry": (7, 8)}
    assert delete.changes == {field: (value, None) for field, value in make(expiry=8).to_json().items()}


def test_history_is_gapless_oldest_first_and_selects(registry: Registry, make: Make) -> None:
    for tag in ("a", "b", "c"):
        registry.create(make(tag))
    registry.update("a", {"expiry": 1}, revision=1)
    with pytest.raises(StaleRecord):
        registry.create(make("a"))
    registry.delete("b", revision=2)

    entries = list(registry.history())
    assert [entry.revision for entry in entries] == [1, 2, 3, 4, 5]
    assert all(earlier.at <= later.at for earlier, later in pairwise(entries))
    assert [entry.revision for entry in registry.history(tag="a")] == [1, 4]
    assert [entry.revision for entry in registry.history(tag="a", after=1)] == [4]
    assert [entry.revision for entry in registry.history(after=3)] == [4, 5]
    assert list(registry.history(tag="nobody")) == []
    assert list(registry.history(after=5)) == []


@everywhere
def test_values_come_back_as_they_were_given(registry: Registry, make: Make) -> None:
    schema: dict[str, JsonValue] = {
        "userId": "Zoë 🦊 \"quoted\" \\ 'single' \n\t\u2028",
        "z": [1, 1.5, True, False, None, [], {}],
        "a": {"deep": {"deeper": [{"x": 2**63 - 1}]}},
        "-": "".join(chr(code) for code in range(1, 32)),
    }
    registry.create(make(name="Ünï'; --", description="two\nlines", schema=schema), SOURCE)

    spec = only(registry).spec
    assert spec is not None
    assert repr(spec.schema) == repr(schema)
    assert list(spec.schema) == ["userId", "z", "a", "-"]


def test_values_are_in_the_history_as_they_were_given(registry: Registry, make: Make) -> None:
    schema: dict[str, JsonValue] = {"userId": "Zoë 🦊", "z": [1, 1.5, True, None], "a": {"x": 2**63 - 1}}
    registry.create(make(schema=schema), SOURCE)

    [entry] = registry.history()
    assert repr(entry.changes["schema"]) == repr((None, schema))
