"""ETags and the conditions on them (RFC 9110, section 13).

A record's ETag is its revision in quotes, a list's the product's mark. They are strong: a revision is never used twice,
and a mark not even by a database that was restored. `If-Match` compares strongly, so a weak tag never matches there;
`If-None-Match` compares weakly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_EACH = re.compile(r'(?P<weak>W/)?"(?P<value>[^"]*)"')
_ANY: tuple[re.Match[str], ...] = ()
_REVISION = re.compile(r"0|[1-9]\d{0,17}")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a condition's header names: any revision, or some."""

    any: bool
    strong: frozenset[int] = frozenset()


def etag(value: int | str) -> str:
    """Spell a revision, or a mark, as an ETag."""
    return f'"{value}"'


def required_match(request: Request) -> Condition:
    """Return the request's If-Match. Raises Refusal where there is none."""
    condition = _condition(request, "If-Match")
    if condition is None:
        raise Refusal(
            ProblemCode.PRECONDITION_REQUIRED,
            "Say in If-Match which revision this is meant for, as its ETag, or `*` for any.",
        )
    return condition


def is_conditional(request: Request) -> bool:
    """Tell whether a request asks for what it has not got, so that what is there has to be found out first."""
    return "If-None-Match" in request.headers


def is_known(request: Request, value: int | str) -> bool:
    """Tell whether If-None-Match names this revision or mark: the client has what would be answered."""
    found = _listed(request, "If-None-Match")
    return found == _ANY or (found is not None and str(value) in {each["value"] for each in found})


def _condition(request: Request, header: str) -> Condition | None:
    found = _listed(request, header)
    if found is None or found == _ANY:
        return None if found is None else Condition(any=True)
    return Condition(
        any=False,
        strong=frozenset(
            int(each["value"]) for each in found if not each["weak"] and _REVISION.fullmatch(each["value"])
        ),
    )


def _listed(request: Request, header: str) -> tuple[re.Match[str], ...] | None:
    """Return the ETags that a header lists: _ANY for `*`, None where there is no such header. Raises Refusal."""
    # Several headers of one name are one list.
    values = request.headers.getlist(header)
    if not values:
        return None
    text = ",".join(values)
    if text.strip() == "*":
        return _ANY
    if not _LIST.fullmatch(text):
        message = f'`{header}` is `*` or a list of ETags, such as `"42"`.'
        raise invalid(InputError(f"/{header}", message, place="header"))
    return tuple(_EACH.finditer(text))
