from __future__ import annotations

import pytest

from reconciler.diagnostics import Code, Severity
from reconciler.plan import Lifecycle
from tests.manifest_folder import PLAIN, Folder


def test_without_the_key_there_are_no_lifecycle_rules(folder: Folder) -> None:
    folder.write("a.yaml")
    assert folder.load().desired[0].lifecycle == Lifecycle()


def test_the_lifecycle_is_read_and_is_no_field_of_the_session_type(folder: Folder) -> None:
    folder.write(
        "a.yaml",
        PLAIN + "lifecycle:\n"
        "  prevent_destroy: true\n"
        "  ignore_changes: [description, schema.details.email, 'schema[\"a.b\"]', 'schema.list[0]']\n"
        "  sensitive: [schema.userId, description]\n",
    )
    loaded = folder.load()
    assert loaded.diagnostics == ()
    (desired,) = loaded.desired
    assert desired.lifecycle == Lifecycle(
        prevent_destroy=True,
        ignore_changes=(
            ("description",),
            ("schema", "details", "email"),
            ("schema", "a.b"),
            ("schema", "list", 0),
        ),
        sensitive=(("schema", "userId"), ("description",)),
    )
    assert "lifecycle" not in desired.session_type.to_json()
    assert "lifecycle" not in desired.session_type.canonical()


def test_a_sensitive_path_that_leads_nowhere_may_be_of_a_field_that_was_just_removed(folder: Folder) -> None:
    folder.write("user.yaml", PLAIN + "lifecycle: {sensitive: [schema.gone]}\n")
    (warning,) = folder.load().diagnostics
    assert (warning.code, warning.severity) == (Code.LIFECYCLE_PATH, Severity.WARNING)
    assert "If the field was just removed, keep the path until that is applied." in warning.hint


def test_the_lifecycle_does_not_change_the_digest(folder: Folder) -> None:
    folder.write("a.yaml")
    digest = folder.load().digest()
    folder.write("a.yaml", PLAIN + "lifecycle: {prevent_destroy: true}\n")
    assert folder.load().digest() == digest


@pytest.mark.parametrize(
    ("lifecycle", "code", "place", "words"),
    [
        ("true", Code.WRONG_TYPE, "11:12", "Lifecycle must be a mapping, not a boolean."),
        ("", Code.WRONG_TYPE, "11:11", "Lifecycle must be a mapping, not null."),
        ("[]", Code.WRONG_TYPE, "11:12", "Lifecycle must be a mapping, not an array."),
        (
            "{prevent_destroy: yes}",
            Code.WRONG_TYPE,
            "11:30",
            "`prevent_destroy` must be `true` or `false`, not a string.",
        ),
        (
            "{prevent_destroy: 1}",
            Code.WRONG_TYPE,
            "11:30",
            "`prevent_destroy` must be `true` or `false`, not a number.",
        ),
        ("{ignore_changes: description}", Code.WRONG_TYPE, "11:29", "`ignore_changes` must be a list, not a string."),
        ("{sensitive: [schema.userId, 1]}", Code.WRONG_TYPE, "11:40", "`sensitive[1]` must be a string, not a number."),
        ("{prevent_destory: true}", Code.UNKNOWN_FIELD, "11:13", "`prevent_destory` is not a field of lifecycle."),
        ("{ignore_changes: [descripton]}", Code.LIFECYCLE_PATH, "11:30", "`descripton` is not the path"),
        ("{ignore_changes: [tag]}", Code.LIFECYCLE_PATH, "11:30", "`tag` is not the path"),
        ("{ignore_changes: [lifecycle]}", Code.LIFECYCLE_PATH, "11:30", "`lifecycle` is not the path"),
        ("{sensitive: ['']}", Code.LIFECYCLE_PATH, "11:25", "`` is not the path"),
        ("{sensitive: [schema..x]}", Code.LIFECYCLE_PATH, "11:25", "`schema..x` is not the path"),
        ("{sensitive: ['[0]']}", Code.LIFECYCLE_PATH, "11:25", "`[0]` is not the path"),
    ],
)
def test_a_mistake_in_the_lifecycle_is_one_error_at_its_place(
    lifecycle: str, code: Code, place: str, words: str, folder: Folder
) -> None:
    folder.write("a.yaml", f"{PLAIN}lifecycle: {lifecycle}\n")
    loaded = folder.load()
    (problem,) = loaded.diagnostics
    assert (problem.code, str(problem.location)) == (code, f"a.yaml:{place}")
    assert problem.detail.startswith(words)
    assert loaded.desired == ()


def test_a_misspelled_lifecycle_key_names_the_likely_one(folder: Folder) -> None:
    folder.write("a.yaml", PLAIN + "lifecycle: {prevent_destory: true, ignore_change: []}\n")
    assert [each.hint for each in folder.load().diagnostics] == [
        "Did you mean `prevent_destroy`?",
        "Did you mean `ignore_changes`?",
    ]


def test_the_lifecycle_key_itself_is_reserved_and_only_in_this_spelling(folder: Folder) -> None:
    folder.write("a.yaml", PLAIN + "lifecylce: {}\n")
    (problem,) = folder.load().diagnostics
    assert (problem.code, str(problem.location)) == (Code.UNKNOWN_FIELD, "a.yaml:11:1")
    assert problem.hint == "Did you mean `lifecycle`?"


def test_masking_what_is_not_there_is_a_warning_and_ignoring_it_is_fine(folder: Folder) -> None:
    folder.write("a.yaml", PLAIN + "lifecycle: {sensitive: [schema.apiKye], ignore_changes: [schema.liveOnly]}\n")
    loaded = folder.load()
    (problem,) = loaded.diagnostics
    assert (problem.code, problem.severity, str(problem.location)) == (
        Code.LIFECYCLE_PATH,
        Severity.WARNING,
        "a.yaml:11:25",
    )
    assert loaded.is_valid
    assert len(loaded.desired) == 1


def test_mistakes_in_fields_and_lifecycle_are_reported_together(folder: Folder) -> None:
    folder.write("a.yaml", PLAIN.replace("7", "0") + "lifecycle: {sensitive: [nope]}\n")
    assert [each.code for each in folder.load().diagnostics] == [Code.EXPIRY_RANGE, Code.LIFECYCLE_PATH]


def test_an_overlay_adds_lifecycle_rules(folder: Folder) -> None:
    folder.write("base/a.yaml", PLAIN + "lifecycle: {sensitive: [schema.userId]}\n")
    folder.write("over/a.yaml", "tag: user\nlifecycle: {prevent_destroy: true}\n")
    (desired,) = folder.load("base", overlays=("over",)).desired
    assert desired.lifecycle == Lifecycle(prevent_destroy=True, sensitive=(("schema", "userId"),))
