"""Editing in place, and writing anew: what is read back is what was to be written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.edit import Edit, edited, manifest_text
from reconciler.nodes import parse_yaml
from reconciler.session_type import check
from reconciler.values import JsonValue, same_value
from tests.builders import session_type

TEXT = """\
# whose session this is
name: "User"   # shown in the console
tag: user
schema:
  userId: user_123 # never changes its meaning
  roles:
    - a # first
  details: {email: x, n: 1}
expiry: 7
"""
_texts = st.text(max_size=8).filter(lambda text: "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text))
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts.filter(bool), inner, max_size=3),
    max_leaves=6,
)


def _data(text: str) -> JsonValue:
    parsed = parse_yaml(text.encode(), "a.yaml", {})
    assert parsed.diagnostics == ()
    (document,) = parsed.documents
    return document.data


def test_one_value_changes_and_everything_else_stays() -> None:
    assert edited(TEXT, [Edit("user", ("expiry",), 14)]) == TEXT.replace("expiry: 7", "expiry: 14")
    nested = edited(TEXT, [Edit("user", ("schema", "details", "email"), "y")])
    assert nested == TEXT.replace("email: x", "email: y")


def test_a_value_is_added_and_removed() -> None:
    assert edited(TEXT, [Edit("user", ("schema", "details", "n"), removes=True)]) == TEXT.replace(", n: 1", "")
    assert edited(TEXT, [Edit("user", ("period",), "days")]) == TEXT + "period: days\n"


def test_quotes_are_not_taken_over_by_what_needs_none() -> None:
    assert edited(TEXT, [Edit("user", ("name",), 7)]) == TEXT.replace('"User"   #', "7        #")
    assert edited(TEXT, [Edit("user", ("expiry",), "7")]) == TEXT.replace("expiry: 7", 'expiry: "7"')


def test_the_edit_goes_into_the_document_of_its_tag() -> None:
    two = f"{TEXT}---\nname: Other\ntag: other\nexpiry: 7\n"
    assert edited(two, [Edit("other", ("expiry",), 1)]) == f"{TEXT}---\nname: Other\ntag: other\nexpiry: 1\n"


@given(_json)
def test_any_value_is_read_back_as_it_was_written(value: JsonValue) -> None:
    data = _data(edited(TEXT, [Edit("user", ("schema", "userId"), value)]))
    assert isinstance(data, dict)
    assert isinstance(data["schema"], dict)
    assert same_value(data["schema"]["userId"], value)


@given(st.dictionaries(_texts.filter(bool), _json, max_size=3), _texts, _texts.filter(bool))
def test_a_new_manifest_is_the_session_type(schema: dict[str, JsonValue], description: str, name: str) -> None:
    wanted = session_type(schema={**schema, "userId": "u"}, description=description, name=name)
    data = _data(manifest_text(wanted))
    assert isinstance(data, dict)
    found = check(data).session_type
    assert found
    assert found.same_as(wanted)
