from __future__ import annotations

import pytest

from reconciler.diagnostics import Code
from reconciler.plan import Desired
from tests.manifest_folder import PLAIN, Folder, places


def laid(folder: Folder, *overlays: str, base: str = PLAIN) -> Desired:
    folder.write("base/user.yaml", base)
    names = tuple(f"overlays/{index}" for index, _ in enumerate(overlays))
    for name, text in zip(names, overlays, strict=True):
        folder.write(f"{name}/user.yaml", text)
    loaded = folder.load("base", overlays=names)
    assert loaded.diagnostics == ()
    (desired,) = loaded.desired
    return desired


def test_an_overlay_replaces_only_the_fields_that_it_names(folder: Folder) -> None:
    desired = laid(folder, "tag: user\nexpiry: 30\ndescription: Live\n")
    assert desired.session_type.to_json() == {
        "name": "User",
        "tag": "user",
        "description": "Live",
        "schema": {"userId": "user_123", "details": {"email": "ada@example.com", "age": 36}},
        "selector": "$Session{userId}",
        "expiry": 30,
        "period": "days",
    }


def test_mappings_merge_deeply_and_anything_else_is_replaced(folder: Folder) -> None:
    base = PLAIN.replace("    age: 36\n", "    age: 36\n    tags: [a, b]\n    deep: {x: 1, y: 2}\n")
    desired = laid(
        folder, "tag: user\nschema: {details: {age: {years: 36}, tags: [c], deep: {y: 3}, more: 1}}\n", base=base
    )
    assert desired.session_type.schema == {
        "userId": "user_123",
        "details": {
            "email": "ada@example.com",
            "age": {"years": 36},
            "tags": ["c"],
            "deep": {"x": 1, "y": 3},
            "more": 1,
        },
    }


def test_null_removes_a_field_of_the_schema_at_any_depth(folder: Folder) -> None:
    desired = laid(folder, "tag: user\nschema: {details: {email: null, gone: ~}}\n")
    assert desired.session_type.schema == {"userId": "user_123", "details": {"age": 36}}
    assert laid(folder, "tag: user\nschema:\n  details:\n").session_type.schema == {"userId": "user_123"}


def test_null_removes_nothing_outside_the_schema(folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("over/a.yaml", "tag: user\nexpiry: null\nschema: null\n")
    assert places(folder.load("base", overlays=("over",))) == [
        ("wrong-type", "over/a.yaml:2:9"),
        ("wrong-type", "over/a.yaml:3:9"),
    ]


def test_later_overlays_lie_over_earlier_ones(folder: Folder) -> None:
    desired = laid(
        folder,
        "tag: user\nexpiry: 1\nname: One\n",
        "tag: user\nexpiry: 2\nschema: {userId: null, id: 5}\nselector: $Session{id}\n",
    )
    session_type = desired.session_type
    assert (session_type.expiry, session_type.name, session_type.schema.get("id")) == (2, "One", 5)


def test_positions_point_into_the_file_that_said_it(folder: Folder) -> None:
    desired = laid(folder, "# over\ntag: user\nschema:\n  details:\n    age: 40\nexpiry: 9\n")
    assert str(desired.location) == "base/user.yaml:1:1"
    assert desired.file == "base/user.yaml"
    assert str(desired.locate(("expiry",))) == "overlays/0/user.yaml:6:9"
    assert str(desired.locate(("schema", "details", "age"))) == "overlays/0/user.yaml:5:10"
    assert str(desired.locate(("schema", "details", "email"))) == "base/user.yaml:6:12"
    assert str(desired.locate(("tag",))) == "base/user.yaml:2:6"


def test_an_overlay_does_not_leak_into_another_manifest(folder: Folder) -> None:
    folder.write("base/a.yaml", PLAIN)
    other = PLAIN.replace("tag: user", "tag: other")
    folder.write("base/b.yaml", other)
    folder.write("over/a.yaml", "tag: user\nschema: {details: {age: 1}}\n")
    by_tag = {
        each.session_type.tag: each.session_type.schema for each in folder.load("base", overlays=("over",)).desired
    }
    assert by_tag["other"] == {"userId": "user_123", "details": {"email": "ada@example.com", "age": 36}}


def test_an_overlay_changes_one_of_two_uses_of_an_anchor(folder: Folder) -> None:
    base = PLAIN.replace("  details:\n", "  copy: &c {email: x}\n  again: *c\n  details:\n")
    desired = laid(folder, "tag: user\nschema: {again: {email: y}}\n", base=base)
    assert desired.session_type.schema["copy"] == {"email": "x"}
    assert desired.session_type.schema["again"] == {"email": "y"}


@pytest.mark.parametrize(
    ("tag", "hint"),
    [("usr", "Did you mean `user`?"), ("zzz", "An overlay changes a session type that a manifest defines.")],
)
def test_an_overlay_for_an_unknown_tag_is_an_error_at_the_tag(tag: str, hint: str, folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("over/a.yaml", f"expiry: 1\ntag: {tag}\n")
    loaded = folder.load("base", overlays=("over",))
    (problem,) = loaded.diagnostics
    assert (problem.code, str(problem.location), problem.hint) == (Code.OVERLAY_UNKNOWN_TAG, "over/a.yaml:2:6", hint)
    assert not loaded.is_valid


def test_an_unknown_tag_is_not_blamed_while_a_manifest_can_not_be_read(folder: Folder) -> None:
    folder.write("base/a.yaml", PLAIN + "more: [\n")
    folder.write("over/a.yaml", "tag: user\nexpiry: 1\n")
    assert places(folder.load("base", overlays=("over",))) == [("yaml-syntax", "base/a.yaml:11:8")]


@pytest.mark.parametrize("text", ["expiry: 9\n", "tag: 5\nexpiry: 9\n", "tag: ''\nexpiry: 9\n"])
def test_an_overlay_without_a_tag_is_an_error_and_lies_over_nothing(text: str, folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("base/b.yaml", PLAIN.replace("tag: user\n", ""))
    folder.write("over/a.yaml", text)
    loaded = folder.load("base", overlays=("over",))
    assert places(loaded) == [("missing-field", "base/b.yaml:1:1"), ("missing-field", "over/a.yaml:1:1")]
    assert loaded.desired[0].session_type.expiry == 7


def test_mistakes_in_an_overlay_are_placed_in_it(folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("over/a.yaml", "tag: user\nexpiry: 0\nperoid: hours\nschema:\n  userId: [1]\n  n: .nan\n")
    assert places(folder.load("base", overlays=("over",))) == [
        ("selector-not-primitive", "base/a.yaml:8:11"),
        ("expiry-range", "over/a.yaml:2:9"),
        ("unknown-field", "over/a.yaml:3:1"),
        ("number-out-of-range", "over/a.yaml:6:6"),
    ]


def test_an_overlay_that_is_no_mapping_or_not_there_is_a_problem(folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("over/a.yaml", "- user\n")
    loaded = folder.load("base", overlays=("over", "gone"))
    assert [each.code for each in loaded.diagnostics] == [Code.PATH_NOT_FOUND, Code.NOT_A_MAPPING]


def test_overlays_below_the_manifests_are_no_manifests(folder: Folder) -> None:
    folder.write("user.yaml")
    folder.write("overlays/staging/user.yaml", "tag: user\nexpiry: 1\n")
    loaded = folder.load(overlays=("overlays/staging",))
    assert loaded.diagnostics == ()
    assert loaded.desired[0].session_type.expiry == 1


def test_an_overlay_may_correct_what_its_manifest_lacks(folder: Folder) -> None:
    assert (
        laid(folder, "tag: user\nperiod: hours\n", base=PLAIN.replace("period: days\n", "")).session_type.period
        == "hours"
    )


def test_variables_work_in_overlays(folder: Folder) -> None:
    folder.write("base/a.yaml")
    folder.write("over/a.yaml", "tag: user\nexpiry: ${DAYS}\n")
    loaded = folder.load("base", overlays=("over",), environment={"DAYS": "3"})
    assert loaded.desired[0].session_type.expiry == 3
    assert places(folder.load("base", overlays=("over",))) == [("variable-unset", "over/a.yaml:2:9")]
