from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

FIVE_MISTAKES = """\
name: 7
tag: cart
descripton: Somebody who pays
schema:
  userId: user_123
selector: $Session{userID}
expiry: 0
period: fortnights
"""
PLACES = [(1, 7), (3, 1), (6, 11), (7, 9), (8, 9)]


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve"), ("drift",)])
def test_five_mistakes_give_five_diagnostics_in_one_run(shop: Shop, command: tuple[str, ...]) -> None:
    shop.write("sessions/cart.yaml", FIVE_MISTAKES)
    before = shop.tree()
    failed = shop.run(*command, "sessions")
    assert failed.code == 3
    assert [place for place in PLACES if f"sessions/cart.yaml:{place[0]}:{place[1]}" in failed.err] == PLACES
    assert failed.err.rstrip().endswith("5 errors found.")
    assert failed.out == ""
    assert shop.tree() == before


def test_each_diagnostic_shows_its_line_with_a_caret_and_a_hint(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", FIVE_MISTAKES)
    lines = shop.run("validate", "sessions").err.splitlines()
    at = lines.index("  3 | descripton: Somebody who pays")
    assert lines[at + 1] == "    | ^^^^^^^^^^"
    at = lines.index("  6 | selector: $Session{userID}")
    assert lines[at + 1].index("^") == lines[at].index("$")
    text = "\n".join(lines)
    assert "id you mean `description`?" in text or "id you mean 'description'?" in text
    assert "userId" in text, "the paths that exist are named"
    assert "months" in text, "the periods that exist are named"


def test_the_same_diagnostics_are_in_the_json_documents_of_validate_and_plan(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", FIVE_MISTAKES)
    for command in ("validate", "plan", "drift", "apply"):
        document = shop.run(command, "sessions", "--format", "json").document
        found = [(entry["location"]["line"], entry["location"]["column"]) for entry in document["diagnostics"]]
        assert found == PLACES
        assert all(entry["location"]["file"] == "sessions/cart.yaml" for entry in document["diagnostics"])
        assert all(entry["summary"] and entry["detail"] and entry["code"] for entry in document["diagnostics"])
    document = shop.run("validate", "sessions", "--format", "json").document
    assert (document["valid"], document["error_count"], document["warning_count"]) == (False, 5, 0)


def test_the_mistakes_of_all_files_and_documents_come_in_one_run(shop: Shop) -> None:
    shop.session("one", expiry=0)
    shop.session("two", period="fortnights")
    first = shop.session("three").read_text()
    shop.write("sessions/three.yaml", f"{first}---\n{first}---\njust text\n")
    shop.write("sessions/broken.yaml", "name: [\n")
    failed = shop.run("validate", "sessions")
    assert failed.code == 3
    for file in ("one", "two", "broken", "three"):
        assert f"sessions/{file}.yaml:" in failed.err
    assert "tag `three`" in failed.err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"name: \x1b[31m",
        b"[" * 5000,
        b"a: &a [*a]",
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: *d\n",
        b"- - - - -\n" * 3000,
        b"? {a: b}\n: c\n",
        b"!!python/object/apply:os.system ['true']",
        b"name: !secret x\n",
        b"tag: 2026-01-01\n",
        b"expiry: " + b"9" * 5000,
        b"expiry: .inf\n",
        b"<<: *nothing\n",
        "name: \u202egnp.exe\n".encode(),
        b"\xef\xbb\xbfname: x\n",
        b"name: x\rtag: y\r",
        b"--- \n...\n---\n...\n",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_no_input_however_broken_gives_a_traceback(shop: Shop, content: bytes) -> None:
    (shop.root / "cart.yaml").write_bytes(content)
    for command in ("validate", "plan", "fmt"):
        result = shop.run(command, "cart.yaml")
        assert result.code in {0, 3, 4}
        assert "Traceback" not in result.text


def test_a_billion_laughs_document_is_refused_by_its_size(shop: Shop) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    shop.write("bomb.yaml", "\n".join(lines) + "\n")
    failed = shop.run("validate", "bomb.yaml")
    assert failed.code == 3
    assert "too large" in failed.err


def test_valid_manifests_are_counted(shop: Shop) -> None:
    shop.session("one")
    assert shop.ok("validate", "sessions").out == "Success! 1 manifest is valid.\n"
    shop.session("two")
    assert shop.ok("validate", "sessions").out == "Success! 2 manifests are valid.\n"
    document = shop.ok("validate", "sessions", "--format", "json").document
    assert (document["valid"], document["diagnostics"]) == (True, [])


def test_a_warning_does_not_make_a_manifest_invalid(shop: Shop) -> None:
    shop.session("cart", lifecycle="{sensitive: [schema.apiKye]}")
    result = shop.ok("validate", "sessions")
    assert "Warning" in result.err
    assert "sessions/cart.yaml:11:25" in result.err
    document = shop.ok("validate", "sessions", "--format", "json").document
    assert (document["valid"], document["warning_count"]) == (True, 1)


def test_plan_says_a_warning_too(shop: Shop) -> None:
    shop.session("cart", lifecycle="{sensitive: [schema.apiKye]}")
    assert "Warning" in shop.ok("plan", "sessions").err, "a secret that is not masked is learnt of before it is shown"


def test_validate_needs_no_registry(shop: Shop) -> None:
    shop.session("cart")
    shop.write(".reconciler/registry.db", "garbage")
    assert shop.run("validate", "sessions").code == 0


def test_the_schema_accepts_a_valid_manifest_and_refuses_a_broken_one(shop: Shop) -> None:
    schema = json.loads(shop.ok("schema").out)
    manifest = {
        "name": "Cart",
        "tag": "cart",
        "schema": {"userId": "u"},
        "selector": "$Session{userId}",
        "expiry": 1,
        "period": "mins",
        "lifecycle": {"prevent_destroy": True},
    }
    jsonschema.validate(manifest, schema)
    wrongs: list[dict[str, object]] = [
        {"tag": "a b"},
        {"expiry": 0},
        {"period": "fortnights"},
        {"schema": {}},
        {"x": 1},
    ]
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(manifest | wrong, schema)
