"""The plan document: Terraform's shape, masked and sealed."""

import json
from datetime import UTC, datetime

import pytest

from reconciler.plan import (
    MASK,
    PlanDocument,
    StalePlan,
    UnusablePlan,
    check_fresh,
    read_plan,
    sealed,
    to_document,
    with_sensitive_values,
)
from reconciler.plan import plan_of as plan_in
from reconciler.port import HistoryEntry, Snapshot, Source
from tests.builders import desired, header, plan_of, record, session_type

SECRET = "hunter2-" + "x" * 8


def _document() -> PlanDocument:
    wanted = [desired(session_type("new")), desired(session_type("changed", expiry=1)), desired(session_type("same"))]
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("changed", "same", "gone")]
    return to_document(plan_of(wanted, live), header())


def test_actions_are_those_that_tools_for_terraform_count() -> None:
    actions = {entry["address"]: entry["change"]["actions"] for entry in _document()["resource_changes"]}
    assert actions == {
        "session_type.new": ["create"],
        "session_type.changed": ["update"],
        "session_type.gone": ["no-op"],
        "session_type.same": ["no-op"],
    }
    assert _document()["summary"] == {"create": 1, "update": 1, "delete": 0, "no_op": 1, "withheld": 1}


def test_both_sides_are_whole_and_missing_ones_null() -> None:
    changes = {entry["name"]: entry["change"] for entry in _document()["resource_changes"]}
    assert changes["new"]["before"] is None
    assert changes["changed"]["before"] == session_type("changed").to_json()
    assert changes["changed"]["after"] == session_type("changed", expiry=1).to_json()


def test_a_change_is_fully_in_effect_when_the_old_lifetime_is_over() -> None:
    effect = {entry["name"]: entry["fully_effective_at"] for entry in _document()["resource_changes"]}
    assert effect == {"new": None, "changed": "2026-12-01T09:00:00Z", "gone": None, "same": None}


def test_what_the_registry_can_not_tell_is_null_and_not_zero() -> None:
    assert {entry["live_sessions"] for entry in _document()["resource_changes"]} == {None}


def test_sensitive_values_never_enter_the_document() -> None:
    old, new = ({"userId": "u", "deep": {"key": SECRET + side}} for side in ("old", "new"))
    wanted = [
        desired(session_type("a", schema=new), sensitive=["schema.deep.key"]),
        desired(session_type("b", schema=new), sensitive=["schema.deep"]),
        desired(session_type("c", schema=new), sensitive=["schema"]),
        desired(session_type("d", schema={"userId": "u", "deep": SECRET}), sensitive=["schema.deep"]),
        desired(session_type("e", schema=new), sensitive=["schema.deep.key"]),
        desired(session_type("f", description=SECRET), sensitive=["description"]),
    ]
    live = [record(session_type(tag, schema=old), applied=session_type(tag)) for tag in ("a", "b", "c", "d")]
    live.append(record(session_type("e", schema=new), applied=session_type("e", schema=new)))
    text = json.dumps(sealed(to_document(plan_of(wanted, live), header())))
    assert SECRET not in text
    assert MASK in text


def test_the_shadow_trees_name_what_is_sensitive() -> None:
    wanted = desired(session_type(), sensitive=["schema.details.email", "schema.gone"])
    (entry,) = to_document(plan_of([wanted]), header())["resource_changes"]
    assert entry["change"]["after_sensitive"] == {"schema": {"details": {"email": True}}}
    assert entry["change"]["before_sensitive"] == {}


def test_a_document_survives_being_read_back() -> None:
    document = sealed(_document())
    assert read_plan(json.dumps(document), "plan.json") == document


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '"x"', "[" * 100_000, '{"format_version": "1.3"}'])
def test_what_is_no_plan_of_this_version_is_refused(text: str) -> None:
    with pytest.raises(UnusablePlan):
        read_plan(text, "plan.json")


def test_an_altered_plan_is_refused() -> None:
    document = sealed(_document())
    document["resource_changes"][0]["change"]["actions"] = ["delete"]
    with pytest.raises(UnusablePlan, match="altered"):
        read_plan(json.dumps(document), "plan.json")


def test_a_sealed_document_that_lacks_something_is_refused() -> None:
    document = _document()
    del document["resource_changes"][0]["precondition"]  # type: ignore[misc]
    with pytest.raises(UnusablePlan, match="lacks"):
        plan_in(read_plan(json.dumps(sealed(document)), "plan.json"))


def test_a_plan_whose_records_moved_is_stale_and_says_who_moved_them() -> None:
    plan = plan_in(sealed(_document()))
    fresh = [record(session_type("changed"), applied=session_type("changed"))]
    check_fresh(plan, "d", Snapshot(tuple(fresh)), [])
    for moved in (
        [record(session_type("changed"), applied=session_type("changed"), revision=4, updated_by="mallory")],
        [record(None, applied=session_type("changed"), revision=4, updated_by="mallory")],
        [*fresh, record(session_type("new"), updated_by="mallory")],
    ):
        with pytest.raises(StalePlan, match="mallory"):
            check_fresh(plan, "d", Snapshot(tuple(moved)), [])
    with pytest.raises(StalePlan, match="`changed` is gone"):
        check_fresh(plan, "d", Snapshot(()), [])


def test_a_plan_that_was_applied_is_refused() -> None:
    plan = plan_in(sealed(_document()))
    entry = HistoryEntry(43, "new", "create", datetime(2026, 11, 25, tzinfo=UTC), "ci", Source("shop", plan="d"))
    with pytest.raises(StalePlan, match="applied already, by ci"):
        check_fresh(plan, "d", Snapshot(()), [entry])


def test_sensitive_values_come_back_from_the_manifests() -> None:
    schema = {"userId": "u", "key": SECRET}
    wanted = desired(session_type(schema=schema), sensitive=["schema.key"])
    plan = plan_in(sealed(to_document(plan_of([wanted]), header())))
    (masked,) = plan.changes
    assert masked.after
    assert masked.after.schema == {"userId": "u", "key": MASK}
    (change,) = with_sensitive_values(plan, {"user": wanted}, Snapshot()).changes
    assert change.after == wanted.session_type
    with pytest.raises(UnusablePlan, match="manifest of `user`"):
        with_sensitive_values(plan, {}, Snapshot())


def test_without_a_manifest_all_that_it_could_call_sensitive_is_masked_and_every_path_shown() -> None:
    live = record(session_type(expiry=1, schema={"userId": "u", "key": SECRET}), applied=session_type())
    document = to_document(plan_of([], [live], prune=True), header())
    text = json.dumps(document)
    assert SECRET not in text
    for entry in (*document["resource_changes"], *document["resource_drift"]):
        assert "schema.key" in {field["path"] for field in entry["fields"]}
    (deleted,) = document["resource_changes"]
    masked = session_type(expiry=1, description=MASK, schema={"userId": MASK, "key": MASK})
    assert deleted["change"]["before"] == masked.to_json()


def test_sensitive_paths_may_lie_within_each_other() -> None:
    schema = {"userId": "u", "a": {"b": SECRET}}
    wanted = desired(session_type(schema=schema), sensitive=["schema.a.b", "schema.a", "schema.a"])
    document = to_document(plan_of([wanted]), header())
    assert SECRET not in json.dumps(document)
    assert document["resource_changes"][0]["change"]["after_sensitive"] == {"schema": {"a": True}}


def test_a_plain_value_where_a_sensitive_path_only_passes_through_is_masked() -> None:
    wanted = desired(session_type(schema={"userId": "u", "a": {"b": 1}}), sensitive=["schema.a.b"])
    live = record(session_type(schema={"userId": "u", "a": SECRET}), applied=session_type())
    assert SECRET not in json.dumps(to_document(plan_of([wanted], [live]), header()))
    assert SECRET not in json.dumps(to_document(plan_of([], [live]), header()))
