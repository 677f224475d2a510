"""The quick way to tell that a session type is right and that there is nothing to say about it, as of nearly every one.

It decides nothing: what it does not take may be right as well, and `check` and `lint`, which know the rules, tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.session_type.lifetime import Period
from reconciler.session_type.lint import COOKIE_BYTES, token_bytes
from reconciler.session_type.lint.check import may_look_real
from reconciler.session_type.lint.selector import constant_kind
from reconciler.session_type.model import SessionType
from reconciler.session_type.rules import have_their_forms
from reconciler.session_type.sample import is_plain_json, is_storable
from reconciler.session_type.selector import Selector, is_identifier
from reconciler.values import JsonObject, sorted_json


def plain_session_type(fields: Mapping[str, Any]) -> SessionType | None:
    """Return the session type that has these fields; None where it takes care to tell whether they are right."""
    if not have_their_forms(fields):
        return None
    name, tag, selector, description = fields["name"], fields["tag"], fields["selector"], fields.get("description", "")
    period = Period.read(fields["period"])
    sample = sorted_json(fields["schema"])
    if period is None or sample is None or not is_storable(f"{name}{selector}{description}"):
        return None
    if not is_plain_json(sample) or may_look_real(sample) or token_bytes(tag, sample) > COOKIE_BYTES:
        return None
    if not _picks_somebody(selector, fields["schema"]):
        return None
    made = SessionType(name, tag, description, fields["schema"], selector, fields["expiry"], period)
    return made.with_canonical_schema(sample)


def _picks_somebody(written: str, schema: JsonObject) -> bool:
    selector = Selector.parse(written)
    if selector is None:
        return False
    try:
        picked = selector.resolve(schema)
    except KeyError:
        return False
    return is_identifier(picked) and not constant_kind(picked, selector.path[-1])
