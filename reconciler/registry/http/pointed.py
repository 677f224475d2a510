"""The errors of a problem document that point at a place in what was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Code, Problem
from reconciler.values import JsonValue, Path

_IN_A_CHANGESET = re.compile(r"/writes/(?P<index>\d{1,6})(?:/(?:spec|fields))?(?=/|$)")
_CODES = {code.value: code for code in Code}


@dataclass(frozen=True, slots=True)
class PointedError:
    """One error; `code` is ours where it is a rule of session types that was broken."""

    pointer: str
    message: str
    hint: str
    code: str

    def problem(self) -> Problem | None:
        """Return it as a problem with a session type, if it is one of a kind that we know."""
        code = _CODES.get(self.code)
        return Problem(code, _path(_IN_A_CHANGESET.sub("", self.pointer)), self.message, self.hint) if code else None

    def tag_among(self, tags: Sequence[str]) -> str | None:
        """Return which of a changeset's tags it is about."""
        within = _IN_A_CHANGESET.match(self.pointer)
        return tags[int(within["index"])] if within and int(within["index"]) < len(tags) else None


def pointed_errors(said: dict[str, Any]) -> list[PointedError]:
    """Read them; what is not of their form is left out."""
    listed: JsonValue = said.get("errors")
    return [_error(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _error(fields: dict[str, JsonValue]) -> PointedError:
    texts = {name: text for name, text in fields.items() if isinstance(text, str)}
    message = texts.get("message", "No reason is given.")
    return PointedError(texts.get("pointer", ""), message, texts.get("hint", ""), texts.get("code", ""))


def _path(pointer: str) -> Path:
    steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    # A pointer does not tell an index from a key of digits; among samples indexes are the likelier.
    return tuple(int(step) if step.isdecimal() and len(step) < 10 else step for step in steps)  # noqa: PLR2004
