"""ETags and the conditions on them (RFC 9110, section 13).

An ETag is a revision in quotes. It is strong: revisions are never used twice. `If-Match` compares strongly, so a weak
tag never matches there; `If-None-Match` compares weakly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_EACH = re.compile(r'(?P<weak>W/)?"(?P<value>[^"]*)"')
_REVISION = re.compile(r"0|[1-9]\d{0,17}")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a condition's header names: any revision, or some."""

    any: bool
    strong: frozenset[int] = frozenset()
    weak: frozenset[int] = frozenset()


def etag(revision: int) -> str:
    """Spell a revision as an ETag."""
    return f'"{revision}"'


def required_match(request: Request) -> Condition:
    """Return the request's If-Match. Raises Refusal where there is none."""
    condition = _condition(request, "If-Match")
    if condition is None:
        raise Refusal(
            ProblemCode.PRECONDITION_REQUIRED,
            "Say in If-Match which revision this is meant for, as its ETag, or `*` for any.",
        )
    return condition


def is_known(request: Request, revision: int) -> bool:
    """Tell whether If-None-Match names this revision: the client has what would be answered."""
    condition = _condition(request, "If-None-Match")
    return condition is not None and (condition.any or revision in condition.strong | condition.weak)


def _condition(request: Request, header: str) -> Condition | None:
    # Several headers of one name are one list.
    values = request.headers.getlist(header)
    if not values:
        return None
    text = ",".join(values)
    if text.strip() == "*":
        return Condition(any=True)
    if not _LIST.fullmatch(text):
        message = f'`{header}` is `*` or a list of ETags, such as `"42"`.'
        raise invalid(InputError(f"/{header}", message, place="header"))
    found = list(_EACH.finditer(text))
    return Condition(
        any=False,
        strong=frozenset(
            int(each["value"]) for each in found if not each["weak"] and _REVISION.fullmatch(each["value"])
        ),
        weak=frozenset(int(each["value"]) for each in found if each["weak"] and _REVISION.fullmatch(each["value"])),
    )
