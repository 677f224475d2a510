"""Texts as they may be shown: the sensitive is hidden, everything keeps its place, and nothing else is touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.manifests import Sources
from reconciler.nodes import found_at, spanned_documents
from reconciler.plan import MASK

HEAD = "name: Cart\ntag: cart\nschema:\n  userId: u\n"
TAIL = "selector: $Session{userId}\nexpiry: 7\nperiod: days\nlifecycle: {sensitive: [schema.key]}\n"
# No letter of a secret is one that YAML or the manifest around it needs.
SECRET_TEXTS = st.text("XYZ éß日\n\t\"'\\#:{}[]&*!|>%@`-", min_size=1, max_size=40).filter(lambda text: "X" in text)


def manifest(value: str) -> str:
    return f"{HEAD}  key: {value}\n{TAIL}"


def test_only_the_sensitive_value_is_hidden_and_its_place_kept() -> None:
    shown = Sources({"a.yaml": manifest('"s3cr3t value" # once s3cr3t')})["a.yaml"]
    assert shown == manifest("*" * len('"s3cr3t value" # once s3cr3t'))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("s3cr3t", "******"),
        ("{a: s3cr3t, b: [s3cr3t]}", "*" * 24),
        ("|\n    one\n      two\n\n    three", "*\n    ***\n      ***\n\n    *****"),
        ("\n    a: s3cr3t  # s3cr3t\n    # and s3cr3t", "\n    *******************\n    ************"),
        ("&k s3cr3t", "*********"),
        ("!!str s3cr3t", "************"),
        ('"two\n    lines"', "****\n    ******"),
    ],
)
def test_each_form_of_a_value_is_hidden_line_by_line(value: str, shown: str) -> None:
    assert Sources({"a.yaml": manifest(value)})["a.yaml"] == manifest(shown)


def test_what_an_alias_or_a_merge_key_brings_in_is_hidden_where_it_stands() -> None:
    text = "base: &b {key: s3cr3t, other: fine}\n" + HEAD + "  <<: *b\n" + TAIL
    assert "s3cr3t" not in Sources({"a.yaml": text})["a.yaml"]
    aliased = HEAD + "  own: &v [s3cr3t]\n  key: *v\n" + TAIL
    assert Sources({"a.yaml": aliased})["a.yaml"] == HEAD + "  own: ***********\n  key: **\n" + TAIL


def test_aliases_within_aliases_end() -> None:
    lines = ["a0: &a0 {key: s3cr3t}"] + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 60)]
    documents = spanned_documents("\n".join(lines))
    assert documents
    assert [node.text for node in found_at(documents[0], ("a59", "key"))] == ["s3cr3t"]


def test_a_file_that_calls_nothing_sensitive_is_as_it_is() -> None:
    text = manifest("v").replace("lifecycle: {sensitive: [schema.key]}", "lifecycle: {prevent_destroy: true}")
    other = text.replace("cart", "other")
    sources = Sources({"a.yaml": text, "b.yaml": manifest("x"), "c.yaml": other, "d.yaml": "{ broken"})
    assert sources["c.yaml"] == other
    assert sources["d.yaml"] == "{ broken"
    assert sources["a.yaml"] != text, "another file of the same tag calls it sensitive"
    assert list(sources) == ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]


def test_further_paths_are_hidden_for_findings_about_values() -> None:
    sources = Sources({"a.yaml": manifest("v").replace("lifecycle", "# ")})
    assert "userId: u" in sources["a.yaml"]
    by_tag = sources.hiding({"cart": [("schema", "userId")], "other": [("schema", "key")]})
    assert "userId: *\n  key: v\n" in by_tag["a.yaml"]
    assert "userId: *\n  key: *\n" in by_tag.hiding({"": [("schema", "key")]})["a.yaml"]
    found = Diagnostic(Code.WRONG_TYPE, "The value `v` looks like a password.", Location("a.yaml", 5, 8))
    assert by_tag.hiding({"cart": [("schema", "key")]}).cleaned([found])[0].detail == (
        f"The value `{MASK}` looks like a password."
    )
    assert by_tag.cleaned([found]) == (found,)


def test_together_what_one_calls_sensitive_is_so_in_all() -> None:
    plain = manifest("v").replace("lifecycle: {sensitive: [schema.key]}\n", "")
    overlay = "tag: cart\nlifecycle: {sensitive: [schema.key]}\n"
    alone, layered = Sources({"a.yaml": plain}), Sources({"a.yaml": plain, "o.yaml": overlay})
    assert alone["a.yaml"] == plain
    assert "key: *\n" in alone.together([layered])["a.yaml"]
    assert "key: *\n" in Sources({}).together([layered, alone])["a.yaml"]


@given(SECRET_TEXTS, st.sampled_from(["double", "block", "flow", "list", "key"]))
def test_no_spelling_of_a_secret_is_shown_and_every_line_keeps_its_length(secret: str, form: str) -> None:
    quoted = json.dumps(secret, ensure_ascii=False)
    block = "|2-\n" + "\n".join(f"    {line}" for line in secret.replace("\t", " ").split("\n"))
    value = {
        "double": quoted,
        "block": block,
        "flow": f"{{a: {quoted}}}",
        "list": f"\n    - {quoted}",
        "key": f"{{{quoted}: 1}}",
    }
    text = manifest(value[form])
    for spelled in (text, text + "]", "\ttag: [\n" + text):
        shown = Sources({"a.yaml": spelled})["a.yaml"]
        assert "X" not in shown
        assert [len(line) for line in shown.split("\n")] == [len(line) for line in spelled.split("\n")]


@given(st.text("abk: \n-{}[]*&<|>\"'#s", max_size=60))
def test_any_text_is_shown_with_every_line_as_long_as_it_is(text: str) -> None:
    spelled = text + "\nlifecycle: {sensitive: [schema.a]}"
    shown = Sources({"a.yaml": spelled})["a.yaml"]
    assert [len(line) for line in shown.split("\n")] == [len(line) for line in spelled.split("\n")]
