from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Code, Location
from reconciler.session_type import LINT_CODES, SessionType
from tests.manifest_folder import PLAIN, Folder, places
from tests.strategies import as_yaml, session_types

per_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_manifest_becomes_a_desired_session_type_with_its_places(folder: Folder) -> None:
    folder.write("shop/user.yaml", "# Shop\n" + PLAIN)
    loaded = folder.load("shop")
    assert loaded.is_valid
    (desired,) = loaded.desired
    assert desired.session_type.to_json() == {
        "name": "User",
        "tag": "user",
        "description": "",
        "schema": {"userId": "user_123", "details": {"email": "ada@example.com", "age": 36}},
        "selector": "$Session{userId}",
        "expiry": 7,
        "period": "days",
    }
    assert desired.file == "shop/user.yaml"
    assert desired.location == Location("shop/user.yaml", 2, 1)
    assert desired.locate(("schema", "details", "age")) == Location("shop/user.yaml", 8, 10)
    assert desired.locate(("description",)) == desired.location
    assert loaded.sources == {"shop/user.yaml": "# Shop\n" + PLAIN}


def test_session_types_are_sorted_by_tag_across_files_and_documents(folder: Folder) -> None:
    folder.write("b.yaml", PLAIN.replace("tag: user", "tag: c") + "---\n" + PLAIN.replace("tag: user", "tag: a"))
    folder.write("a.yml", PLAIN.replace("tag: user", "tag: b"))
    loaded = folder.load()
    assert [(each.session_type.tag, str(each.location)) for each in loaded.desired] == [
        ("a", "b.yaml:12:1"),
        ("b", "a.yml:1:1"),
        ("c", "b.yaml:1:1"),
    ]


@pytest.mark.parametrize("text", ["", "# a comment\n", "---\n", "---\n---\n# c\n", "\ufeff"])
def test_an_empty_document_is_passed_over(text: str, folder: Folder) -> None:
    folder.write("a.yaml", text)
    loaded = folder.load()
    assert (loaded.desired, loaded.diagnostics) == ((), ())


@pytest.mark.parametrize(
    ("text", "kind"), [("[a]", "an array"), ("text", "a string"), ("5", "a number"), ("true", "a boolean")]
)
def test_a_document_that_is_no_mapping_is_a_problem(text: str, kind: str, folder: Folder) -> None:
    folder.write("a.yaml", f"# c\n--- {text}\n")
    (problem,) = folder.load().diagnostics
    assert (problem.code, problem.location) == (Code.NOT_A_MAPPING, Location("a.yaml", 2, 5))
    assert problem.detail == f"A manifest is a mapping of fields; this document is {kind}."


def test_five_different_mistakes_are_five_problems_at_their_places(folder: Folder) -> None:
    folder.write(
        "a.yaml",
        "name: User\n"
        "tag: user:web\n"
        "schema:\n"
        "  userId: user_123\n"
        "  userId: again\n"
        "selector: $Session{userID}\n"
        "expirey: 7\n"
        "period: day5\n",
    )
    found = folder.load().diagnostics
    assert [(each.code, str(each.location), each.hint) for each in found] == [
        (Code.TAG_FORM, "a.yaml:2:6", "A colon is not possible: tokens read `tag:token`."),
        (Code.DUPLICATE_KEY, "a.yaml:5:3", "Remove one of the two."),
        (Code.SELECTOR_UNRESOLVED, "a.yaml:6:11", "Did you mean `$Session{userId}`?"),
        (Code.UNKNOWN_FIELD, "a.yaml:7:1", "Did you mean `expiry`?"),
        (Code.UNKNOWN_PERIOD, "a.yaml:8:9", "Did you mean `days`?"),
    ]


def test_problems_of_all_files_are_reported_in_order(folder: Folder) -> None:
    folder.write("b.yaml", "a: [\n")
    folder.write(
        "a.yaml", PLAIN.replace("7", "0") + "---\n" + PLAIN.replace("days", "x").replace("tag: user", "tag: v")
    )
    folder.write("c.yaml", PLAIN.replace("name", "nmae").replace("tag: user", "tag: w"))
    folder.write("d.yaml", PLAIN.replace("tag: user", "tag: x"))
    loaded = folder.load()
    assert places(loaded) == [
        ("expiry-range", "a.yaml:9:9"),
        ("unknown-period", "a.yaml:21:9"),
        ("yaml-syntax", "b.yaml:1:5"),
        ("unknown-field", "c.yaml:1:1"),
    ]
    assert not loaded.is_valid
    assert [each.session_type.tag for each in loaded.desired] == ["x"]


def test_a_missing_field_is_placed_at_the_document(folder: Folder) -> None:
    folder.write("a.yaml", "# c\n\n" + PLAIN.replace("period: days\n", ""))
    assert places(folder.load()) == [("missing-field", "a.yaml:3:1")]


def test_two_manifests_with_one_tag_show_both_places(folder: Folder) -> None:
    folder.write("a.yaml")
    folder.write("b.yaml", "---\n" + PLAIN + "---\n" + PLAIN.replace("User", "Other"))
    loaded = folder.load()
    assert [(each.code, str(each.location), str(each.related)) for each in loaded.diagnostics] == [
        (Code.DUPLICATE_TAG, "b.yaml:3:6", "a.yaml:2:6"),
        (Code.DUPLICATE_TAG, "b.yaml:14:6", "a.yaml:2:6"),
    ]
    assert "`user`" in loaded.diagnostics[0].detail
    assert "a.yaml:2:6" in loaded.diagnostics[0].detail
    assert len(loaded.desired) == 1


def test_tags_that_differ_in_case_are_two(folder: Folder) -> None:
    folder.write("a.yaml", PLAIN + "---\n" + PLAIN.replace("tag: user", "tag: User"))
    assert len(folder.load().desired) == 2


def test_variables_fill_a_manifest_and_keep_types(folder: Folder) -> None:
    text = PLAIN.replace("expiry: 7", "expiry: ${DAYS}").replace("name: User", 'name: "${WHO:-User} ${DAYS}"')
    folder.write("a.yaml", text)
    (desired,) = folder.load(environment={"DAYS": "14"}).desired
    assert (desired.session_type.expiry, desired.session_type.name) == (14, "User 14")


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("name: User", "1:7"),
        ("tag: user", "2:6"),
        ("userId: user_123", "4:11"),
        ("selector: $Session{userId}", "8:11"),
        ("expiry: 7", "9:9"),
        ("period: days", "10:9"),
    ],
)
@pytest.mark.parametrize("broken", ["${UNSET}", "*gone", "!own x", "9" * 1_001])
def test_a_value_that_could_not_be_read_is_one_problem_and_not_two(
    field: str, place: str, broken: str, folder: Folder
) -> None:
    folder.write("a.yaml", PLAIN.replace(field, f"{field.split(':', maxsplit=1)[0]}: {broken}"))
    (problem,) = folder.load().diagnostics
    assert str(problem.location) == f"a.yaml:{place}"
    assert problem.code in {Code.VARIABLE_UNSET, Code.YAML_ALIAS, Code.YAML_TAG, Code.NUMBER_OUT_OF_RANGE}


def test_a_key_that_is_no_string_is_one_problem_and_hides_no_other(folder: Folder) -> None:
    folder.write("a.yaml", "null: 1\ntag: user\n")
    found = places(folder.load())
    assert found.count(("key-not-string", "a.yaml:1:1")) == 1
    assert [code for code, _ in found].count("missing-field") == 5
    assert len(found) == 6


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 1_000, b"a: \0", b"x" * 9_000_000], ids=str)
def test_a_file_that_can_not_be_read_at_all_is_one_problem(content: bytes, folder: Folder) -> None:
    folder.write("a.yaml", content)
    folder.write("b.yaml")
    loaded = folder.load()
    assert len(loaded.diagnostics) == 1
    assert len(loaded.desired) == 1


def test_the_digest_is_of_what_is_wanted_and_not_of_the_layout(folder: Folder) -> None:
    folder.write("a.yaml")
    digest = folder.load().digest()
    folder.write("a.yaml", "# c\n" + PLAIN.replace("7", "168").replace("days", "hour"))
    assert folder.load().digest() == digest
    folder.write("b.yaml", PLAIN.replace("tag: user", "tag: v"))
    assert folder.load().digest() != digest
    assert digest.startswith("sha256:")


@per_folder
@given(session_type=session_types())
def test_loading_undoes_dumping(session_type: SessionType, folder: Folder) -> None:
    folder.write("a.yaml", as_yaml(session_type.to_json()))
    loaded = folder.load().without(*LINT_CODES)
    assert loaded.diagnostics == ()
    (desired,) = loaded.desired
    assert desired.session_type.same_as(session_type)
    assert desired.session_type == session_type


@per_folder
@given(data=st.data())
def test_any_mutation_of_a_manifest_gives_session_types_or_problems(data: st.DataObject, folder: Folder) -> None:
    text = PLAIN + "lifecycle: {sensitive: [schema.userId]}\n"
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + data.draw(st.text(":-?[]{}#&*!|>'\"%$~<,0 \t\n", max_size=3))
            + text[at + data.draw(st.integers(0, 9)) :]
        )
    folder.write("a.yaml", text)
    loaded = folder.load()
    assert all(each.location and each.location.file == "a.yaml" for each in loaded.diagnostics)
    assert loaded.desired or loaded.diagnostics or not text.strip() or text.lstrip().startswith("#")
