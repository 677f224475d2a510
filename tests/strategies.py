"""What property tests draw from: JSON-like data, session types, and YAML that people or machines could have written."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from reconciler.session_type import Period, Selector, SessionType, selectable_paths
from reconciler.values import JsonObject, JsonValue

_LIKE_SYNTAX = ["yes", "no", "null", "~", "010", "0o17", "1:30", "1_000", "1e3", "2024-01-01", "<<", "=", "- a", "a: b"]
_LIKE_SYNTAX += [
    "#",
    " # x",
    "",
    " ",
    "\n",
    "a\nb",
    "a\n\n",
    "\t",
    "${X}",
    "$${",
    "{",
    "*a",
    "&a",
    "!t",
    "%",
    "@",
    "é",
    "😀",
    "'",
    '"',
]

# Without NEL, which ruamel writes as a line break and so reads back as a space.
storable_text = st.sampled_from(_LIKE_SYNTAX) | st.text(
    st.characters(exclude_characters="\0\x85", exclude_categories=["Cs"]), max_size=8
)
keys = storable_text.filter(bool)
scalars: st.SearchStrategy[JsonValue] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text
)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
json_objects: st.SearchStrategy[JsonObject] = st.dictionaries(keys, json_values, max_size=4)
paths = st.lists(keys | st.just("") | st.integers(0, 999_999_999), min_size=1, max_size=4).map(tuple)


@st.composite
def session_types(draw: st.DrawFn) -> SessionType:
    """Draw a valid session type."""
    schema = {**draw(json_objects), "userId": "user_123"}
    return SessionType(
        name=draw(storable_text.filter(bool)),
        tag=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)),
        description=draw(storable_text),
        schema=schema,
        selector=str(draw(st.sampled_from([*selectable_paths(schema)] or [Selector(("userId",))]))),
        expiry=draw(st.integers(1, 2**31 - 1)),
        period=draw(st.sampled_from(Period)),
    )


def as_yaml(data: Any) -> str:
    """Dump plain data as ruamel does, with `${` escaped in values, so that it stands for itself."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    written = io.StringIO()
    yaml.dump(_escaped(data), written)
    return written.getvalue()


def _escaped(data: Any) -> Any:
    match data:
        case str():
            return data.replace("${", "$${")
        case list():
            return [_escaped(item) for item in data]
        case dict():
            return {key: _escaped(value) for key, value in data.items()}
        case _:
            return data
