"""What is live, whatever it is, can be pulled: into a new manifest, and into one of any style, comments kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import Loaded, ManifestPath, Pulled, canonical_layout, load_manifests, pull, with_new_texts
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, same_value
from tests.strategies import as_yaml, json_objects, json_values, session_types

ROOT = Path("/nowhere")
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
COMMENTED = """\
# whose session this is
name: 'User'   # shown in the console
tag: user
schema: # a sample
  userId: user_123 # never changes its meaning
  # the next one is a list
  roles:
    - a # first
    - b
  text: |
    two
    lines
  folded: >-
    one
    line
  details: {email: x, n: 1} # in flow
  deep:
    deeper: # two levels
      deepest: "quoted"

selector: $Session{userId}
# as long as marketing says
expiry: 7
period: days
# the end
"""
FIELDS = ("userId", "roles", "text", "folded", "details", "deep")


def _load(files: Mapping[str, str], texts: Mapping[str, str]) -> Loaded:
    """Load texts as files; those that are called `over…` are overlays."""
    paths = [ManifestPath(ROOT / name, name, text.encode()) for name, text in {**files, **texts}.items()]
    manifests, overlays = (
        [each for each in paths if each.spelled.startswith("over") is over] for over in (False, True)
    )
    return load_manifests(
        with_new_texts(manifests, {}), overlays=overlays, without=(), root=ROOT, environment={"NAME": "Ann", "N": "7"}
    )


def _pull(files: Mapping[str, str], *live: SessionType) -> tuple[Pulled, dict[str, str]]:
    pulled = pull(lambda texts: _load(files, texts), live, lambda tag: f"new-{tag}.yaml")
    return pulled, {**files, **pulled.changed, **pulled.created}


def _wants(files: Mapping[str, str], live: SessionType) -> bool:
    """Tell whether the manifests want exactly what is live, so that a plan has no changes."""
    loaded = _load(files, {})
    assert loaded.is_valid, loaded.diagnostics
    return any(each.session_type.same_as(live) for each in loaded.desired)


def _as_json(fields: JsonObject, indent: int | None) -> str:
    """Write a manifest as JSON, which is YAML but for what has to be escaped there."""
    text = json.dumps(fields, ensure_ascii=False, indent=indent).replace("${", "$${")
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


STYLES: dict[str, Callable[[Any], str]] = {
    "block": as_yaml,
    "flow": lambda fields: _as_json(fields, None),
    "json": lambda fields: _as_json(fields, 2),
}


@given(st.lists(session_types(), max_size=3, unique_by=lambda each: each.tag.lower()))
def test_new_manifests_want_what_is_live_and_are_laid_out(live: list[SessionType]) -> None:
    pulled, files = _pull({}, *live)
    assert not pulled.failed
    assert len(pulled.created) == len(live)
    assert all(_wants(files, each) for each in live)
    for text in files.values():
        assert canonical_layout(text.encode(), "") == text


@given(session_types(), session_types(), st.sampled_from(sorted(STYLES)))
def test_a_manifest_in_any_style_is_edited_to_want_what_is_live(
    before: SessionType, live: SessionType, style: str
) -> None:
    live = replace(live, tag=before.tag)
    pulled, files = _pull({"a.yaml": STYLES[style](before.to_json())}, live)
    assert not pulled.failed
    assert not pulled.created
    assert _wants(files, live)


def _live(schema: JsonObject, **fields: Any) -> SessionType:
    (desired,) = _load({"a.yaml": COMMENTED}, {}).desired
    return replace(desired.session_type, schema=schema, **fields)


def _top_level(text: str) -> dict[str, str]:
    """Return the lines of each field of the schema, by its name."""
    blocks = re.split(r"(?m)^  (?=\w+:)", text.partition("schema:")[2].partition("selector:")[0])
    return {block.partition(":")[0]: block.strip() for block in blocks[1:]}


@st.composite
def edited_schemas(draw: st.DrawFn) -> JsonObject:
    """Draw the schema of the commented manifest with some fields replaced, some gone and some new."""
    (desired,) = _load({"a.yaml": COMMENTED}, {}).desired
    schema = {**desired.session_type.to_json()["schema"]}  # type: ignore[dict-item]  # a mapping
    for name in draw(st.sets(st.sampled_from(FIELDS[1:]), max_size=3)):
        if draw(st.booleans()):
            schema[name] = draw(json_values)
        else:
            del schema[name]
    return {**schema, **draw(json_objects)}


@given(edited_schemas())
def test_what_is_not_edited_stays_to_the_letter(schema: JsonObject) -> None:
    live = _live(schema)
    pulled, files = _pull({"a.yaml": COMMENTED}, live)
    assert not pulled.failed
    assert _wants(files, live)
    text = files["a.yaml"]
    assert text.startswith(COMMENTED.partition("schema:")[0])
    assert text.endswith(COMMENTED[COMMENTED.index("selector:") :])
    before = _live({}).to_json() if not schema else _load({"a.yaml": COMMENTED}, {}).desired[0].session_type.to_json()
    then, now = _top_level(COMMENTED), _top_level(text)
    for name in FIELDS:
        was: JsonValue = before["schema"][name]  # type: ignore[index,call-overload]  # a mapping
        if name in schema and same_value(was, schema[name]) and name != "userId":
            assert now[name].splitlines()[0] == then[name].splitlines()[0]


@given(st.data())
def test_a_manifest_with_an_overlay_is_edited_to_want_what_is_live_or_it_is_said(data: st.DataObject) -> None:
    over = {"expiry": 3, "schema": {"details": {"n": 2}, "region": "eu", "text": None}}
    files = {"a.yaml": COMMENTED, "over.yaml": as_yaml({"tag": "user", **over})}
    live = _live(data.draw(edited_schemas()), expiry=data.draw(st.integers(1, 9)))
    pulled, new = _pull(files, live)
    assert bool(pulled.failed) is not _wants(new, live)


@given(st.sampled_from(["Ann", "Bob", "${NAME}", "$"]), st.sampled_from([7, "7", "8", None]))
def test_a_value_from_a_variable_is_left_where_it_is_what_is_live_and_told_where_not(name: str, number: Any) -> None:
    text = COMMENTED.replace("'User'", "${NAME}").replace("n: 1", "n: '${N}'")
    live = _live({"userId": "user_123"})
    (desired,) = _load({"a.yaml": text}, {}).desired
    schema = {**desired.session_type.to_json()["schema"], "details": {"email": "x", "n": number}}  # type: ignore[dict-item]  # a mapping
    live = replace(live, name=name, schema=schema)
    pulled, files = _pull({"a.yaml": text}, live)
    assert _wants(files, live)
    told = {path for _, path, _ in pulled.losses.variables}
    assert told == {path for path, kept in (("name", name == "Ann"), ("schema.details.n", number == "7")) if not kept}
