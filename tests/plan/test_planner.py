"""One decision per tag."""

from reconciler.plan import Action, Ownership
from reconciler.values import JsonValue
from tests.builders import desired, plan_of, record, session_type


def test_a_manifest_without_a_record_is_created() -> None:
    plan = plan_of([desired(session_type())])
    (change,) = plan.changes
    assert (change.action, change.tag, change.revision) == (Action.CREATE, "user", None)
    assert change.after == session_type()


def test_a_record_that_equals_its_manifest_needs_nothing() -> None:
    plan = plan_of([desired(session_type())], [record(session_type(), applied=session_type())])
    assert plan.changes == ()
    assert [each.session_type.tag for each in plan.unchanged] == ["user"]


def test_an_equal_record_that_nobody_owns_needs_no_call_either() -> None:
    assert plan_of([desired(session_type())], [record(session_type())]).calls == ()


def test_lifetimes_of_the_same_length_and_reordered_keys_are_no_change() -> None:
    live = session_type(expiry=1, period="days", schema={"userId": "u", "n": 1})
    wanted = session_type(expiry=24, period="hours", schema={"n": 1.0, "userId": "u"})
    assert plan_of([desired(wanted)], [record(live, applied=live)]).changes == ()


def test_true_for_one_is_a_change() -> None:
    live, wanted = session_type(schema={"userId": 1}), session_type(schema={"userId": True})
    (change,) = plan_of([desired(wanted)], [record(live, applied=live)]).changes
    assert [field.path for field in change.fields] == [("schema", "userId")]


def test_an_update_sends_only_the_top_level_fields_that_change() -> None:
    live = session_type()
    wanted = session_type(expiry=14, schema={**live.schema, "new": 1})
    (change,) = plan_of([desired(wanted)], [record(live, applied=live)]).changes
    assert change.payload() == {"expiry": 14, "schema": {**live.schema, "new": 1}}
    assert change.revision == 3


def test_a_record_of_ours_without_a_manifest_is_withheld() -> None:
    plan = plan_of([], [record(session_type(), applied=session_type())])
    (change,) = plan.changes
    assert change.action is Action.DELETE
    assert change.withheld
    assert plan.calls == ()


def test_prune_deletes_what_is_ours() -> None:
    plan = plan_of([], [record(session_type(), applied=session_type())], prune=True)
    assert [(change.action, change.withheld) for change in plan.calls] == [(Action.DELETE, False)]


def test_prune_never_touches_what_is_not_ours() -> None:
    records = [record(session_type("free")), record(session_type("theirs"), project="other")]
    plan = plan_of([], records, prune=True)
    assert plan.changes == ()
    assert plan.unmanaged == ("free", "theirs")


def test_a_tombstone_of_another_project_is_not_listed() -> None:
    gone = record(None, applied=session_type(), project="other")
    assert plan_of([], [gone]).unmanaged == ()


def test_selection_leaves_records_and_manifests_out() -> None:
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("a-1", "a-2", "b-1")]
    plan = plan_of([], live, only=["a-*"], skip=["*-2"])
    assert [change.tag for change in plan.changes] == ["a-1"]


def test_deletions_come_last() -> None:
    live = [record(session_type("a"), applied=session_type("a"))]
    plan = plan_of([desired(session_type("b"))], live, prune=True)
    assert [change.action for change in plan.calls] == [Action.CREATE, Action.DELETE]


def test_ownership_is_told_apart() -> None:
    live = session_type(expiry=1)
    records = {
        Ownership.OWN: record(live, applied=live),
        Ownership.UNOWNED: record(live),
        Ownership.FOREIGN: record(live, project="other"),
    }
    for ownership, each in records.items():
        (change,) = plan_of([desired(session_type())], [each]).changes
        assert change.ownership is ownership
        assert change.owner == ("other" if ownership is Ownership.FOREIGN else None)


def test_an_ignored_field_takes_its_live_value() -> None:
    live = session_type(description="written by hand", expiry=3)
    wanted = desired(session_type(), ignore_changes=["description"])
    (change,) = plan_of([wanted], [record(live, applied=session_type())]).changes
    assert change.payload() == {"expiry": 7}
    assert change.after == session_type(description="written by hand")


def test_an_ignored_schema_field_that_live_has_not_is_not_added() -> None:
    live = session_type(schema={"userId": "u", "details": {"a": 1}})
    wanted = session_type(schema={"userId": "u", "details": {"a": 1, "email": "x"}})
    plan = plan_of([desired(wanted, ignore_changes=["schema.details.email"])], [record(live, applied=live)])
    assert plan.changes == ()


def test_an_ignored_field_is_no_drift() -> None:
    live = session_type(description="written by hand")
    wanted = desired(session_type(), ignore_changes=["description"])
    plan = plan_of([wanted], [record(live, applied=session_type())])
    assert plan.changes == ()
    assert plan.drift == ()


def test_a_file_that_says_prevent_destroy_protects_what_was_applied_from_it() -> None:
    kept = desired(session_type("kept"), prevent_destroy=True)
    live = [record(session_type("gone"), applied=session_type("gone"))]
    changes = {change.tag: change for change in plan_of([kept], live, prune=True).changes}
    assert changes["gone"].protected


def test_adopt_records_ownership_of_what_equals_its_manifest_and_of_nothing_else() -> None:
    live = session_type()
    assert plan_of([desired(live)], [record(live, applied=live)], adopt=True).calls == ()
    for each in (record(live), record(live, applied=session_type(expiry=1))):
        (change,) = plan_of([desired(live)], [each], adopt=True).calls
        assert (change.action, change.records_ownership, change.payload()) == (Action.NO_OP, True, {})


def test_adopt_settles_a_tombstone_whose_manifest_is_gone_too() -> None:
    tombstone = record(None, applied=session_type())
    assert plan_of([], [tombstone]).calls == ()
    (change,) = plan_of([], [tombstone], adopt=True).calls
    assert (change.action, change.before, change.records_ownership) == (Action.NO_OP, None, True)


def test_ignoring_one_half_of_a_lifetime_ignores_the_other() -> None:
    live = session_type(expiry=1, period="days")
    wanted = desired(session_type(expiry=24, period="hours"), ignore_changes=["expiry"])
    assert plan_of([wanted], [record(live, applied=live)]).changes == ()
    longer = desired(session_type(expiry=9, period="hours"), ignore_changes=["period"])
    assert plan_of([longer], [record(live, applied=live)]).changes == ()


def test_an_ignored_item_of_an_array_leaves_what_shares_it_alone() -> None:
    shared: JsonValue = {"price": 1}
    wanted = desired(
        session_type(schema={"userId": "u", "a": [shared], "b": [shared]}), ignore_changes=["schema.a[0].price"]
    )
    live = session_type(schema={"userId": "u", "a": [{"price": 2}], "b": [{"price": 1}]})
    assert plan_of([wanted], [record(live, applied=live)]).changes == ()


def test_an_ignored_field_survives_the_loss_of_what_was_around_it() -> None:
    live = session_type(schema={"userId": "u", "a": {"b": 1}})
    wanted = desired(session_type(schema={"userId": "u"}), ignore_changes=["schema.a.b"])
    assert plan_of([wanted], [record(live, applied=live)]).changes == ()


def test_what_was_applied_from_elsewhere_is_not_gone() -> None:
    live = [record(session_type(tag), applied=session_type(tag), file=f"sessions/{tag}.yaml") for tag in ("a", "b")]
    plan = plan_of([], live, prune=True, scope=("sessions/a.yaml", "other"))
    assert [change.tag for change in plan.calls] == ["a"]
    assert plan.out_of_scope == ("b",)
    assert [change.tag for change in plan_of([], live, prune=True, scope=("sessions",)).calls] == ["a", "b"]
