"""The JSON Schema in editors: validators that know nothing of ours agree on the examples, and on what is broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema_rs import validator_for
from ruamel.yaml import YAML

from reconciler.manifests import manifest_json_schema

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "sessions").glob("*.yaml"))
VALID = """\
name: User session
tag: user-session
schema: {userId: user_123}
selector: $Session{userId}
expiry: 7
period: days
"""
BROKEN = {
    "a misspelled field": VALID.replace("expiry", "expiri"),
    "a field too many": VALID + "colour: red\n",
    "a missing field": VALID.replace("expiry: 7\n", ""),
    "an unknown period": VALID.replace("days", "fortnights"),
    "text for a number": VALID.replace("7", "seven"),
    "a fraction": VALID.replace("7", "7.5"),
    "nought": VALID.replace("7", "0"),
    "a colon in a tag": VALID.replace("user-session", "'user:session'"),
    "a selector without $Session": VALID.replace("$Session{userId}", "userId"),
    "an empty schema": VALID.replace("{userId: user_123}", "{}"),
    "a list for a schema": VALID.replace("{userId: user_123}", "[userId]"),
    "no name": VALID.replace("User session", "''"),
    "an unknown lifecycle": VALID + "lifecycle: {prevent_destory: true}\n",
    "text for a list": VALID + "lifecycle: {ignore_changes: description}\n",
    "a list of session types": "- name: User session\n",
}
REFERENCES = VALID.replace("7", "${DAYS:-7}").replace(": days", ": ${PERIOD}").replace("$Session{userId}", "${WHOSE}")


def opinions(manifest: Any) -> set[bool]:
    schema = manifest_json_schema()
    return {Draft202012Validator(schema).is_valid(manifest), validator_for(schema).is_valid(manifest)}


def documents(text: str) -> list[Any]:
    yaml = YAML(typ="safe")
    yaml.version = (1, 2)
    return list(yaml.load_all(text))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_is_right(file: Path) -> None:
    found = documents(file.read_text(encoding="utf-8"))
    assert found
    for manifest in found:
        assert opinions(manifest) == {True}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_wrong(text: str) -> None:
    assert opinions(*documents(text)) == {False}


def test_what_comes_from_the_environment_is_nothing_to_complain_of() -> None:
    assert opinions(*documents(REFERENCES)) == {True}
    assert opinions(*documents(VALID.replace("days", "$PERIOD"))) == {False}


def test_a_tool_that_reads_files_says_the_same(tmp_path: Path) -> None:
    schema = tmp_path / "session-type.schema.json"
    schema.write_text(json.dumps(manifest_json_schema()), encoding="utf-8")
    (tmp_path / "valid.yaml").write_text(VALID, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(BROKEN["an unknown period"], encoding="utf-8")
    for name, code in (("valid.yaml", 0), ("broken.yaml", 1)):
        done = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(tmp_path / name)])
        assert done.exit_code == code, done.output
    assert "fortnights" in done.output


def test_an_editor_can_complete_and_explain_every_field() -> None:
    schema = manifest_json_schema()
    for field in schema["properties"].values():
        assert field["description"]
        assert field.get("title")
    (rules, _reference) = schema["properties"]["period"]["anyOf"]
    assert {"seconds", "minutes", "hours", "days", "weeks", "months", "years"} <= set(rules["enum"])
