from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan import find_renames
from reconciler.port import Record
from reconciler.session_type import SessionType
from tests.builders import desired, plan_of, record, session_type
from tests.strategies import session_types


def renames(wanted: list[SessionType], live: list[Record], **options: object) -> list[tuple[str, str]]:
    plan = plan_of(map(desired, wanted), live, **options)
    return [(each.old, each.new) for each in find_renames(plan.changes)]


def owned(*types: SessionType) -> list[Record]:
    return [record(each, applied=each) for each in types]


def test_an_equal_session_type_under_another_tag_is_a_rename() -> None:
    assert renames([session_type("new")], owned(session_type("old"))) == [("old", "new")]
    assert renames([session_type("new")], owned(session_type("old")), prune=True) == [("old", "new")]


def test_name_and_description_may_differ() -> None:
    assert renames([session_type("new", name="N", description="D")], owned(session_type("old"))) == [("old", "new")]


def test_the_same_lifetime_in_another_unit_is_the_same() -> None:
    assert renames([session_type("new", expiry=1, period="weeks")], owned(session_type("old"))) == [("old", "new")]


def test_what_differs_in_more_is_none() -> None:
    for fields in ({"expiry": 8}, {"schema": {"userId": "user_1"}}, {"selector": "$Session{details}{email}"}):
        assert renames([session_type("new", **fields)], owned(session_type("old"))) == []


def test_a_session_type_whose_manifest_is_there_was_not_renamed() -> None:
    assert renames([session_type("old"), session_type("new")], owned(session_type("old"))) == []


def test_only_a_record_of_this_project_can_have_been_renamed_here() -> None:
    old = session_type("old")
    assert renames([session_type("new")], [record(old)]) == []
    assert renames([session_type("new")], [record(old, project="other")]) == []


def test_a_record_that_another_hand_deleted_is_none() -> None:
    old = session_type("old")
    assert renames([session_type("new")], [record(None, applied=old)]) == []
    new = session_type("new")
    assert renames([new], [*owned(old), record(None, applied=new)]) == [], "it is created again, not renamed"


def test_a_record_of_manifests_that_were_not_read_is_none() -> None:
    elsewhere = record(session_type("old"), applied=session_type("old"), file="other/old.yaml")
    assert renames([session_type("new")], [elsewhere], scope=("sessions",)) == []


def test_of_several_that_fit_those_called_alike_belong_together() -> None:
    old = owned(session_type("cart-old", name="Cart"), session_type("guest-old", name="Guest"))
    new = [session_type("basket", name="Cart"), session_type("visitor", name="Guest")]
    assert renames(new, old) == [("cart-old", "basket"), ("guest-old", "visitor")]
    old = owned(session_type("cart"), session_type("guest"))
    assert renames([session_type("cart-2"), session_type("guest-2")], old) == [("cart", "cart-2"), ("guest", "guest-2")]
    assert renames([session_type("guest-2")], old) == [("guest", "guest-2")]


@given(old=st.lists(session_types(), max_size=6), new=st.lists(session_types(), max_size=6))
def test_each_tag_is_in_one_rename_at_most(old: list[SessionType], new: list[SessionType]) -> None:
    before = {each.tag: each for each in old}
    after = {each.tag: each for each in [*new, *(session_type("x" + each.tag, **_body(each)) for each in old)]}
    found = renames(list(after.values()), owned(*before.values()))
    assert len({each[0] for each in found}) == len({each[1] for each in found}) == len(found)
    for gone, created in found:
        assert gone in before.keys() - after.keys()
        assert created in after.keys() - before.keys()


def _body(each: SessionType) -> dict[str, object]:
    return {key: value for key, value in each.to_json().items() if key != "tag"}
