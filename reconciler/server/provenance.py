"""Where a write comes from, as `reconciler apply` says it in headers.

Header values are percent-encoded UTF-8, because HTTP promises nothing beyond ASCII. `Reconciler-Project` makes a write
an apply's; the others only add to it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.requests import Request

from reconciler.port import Source
from reconciler.server.problems import InputError, invalid

_TAIL = "%[89ABab][0-9A-Fa-f]"
_CHARACTERS = (
    "[!-$&-~]",
    "%[2-6][0-9A-Fa-f]",
    "%7[0-9A-Ea-e]",
    f"%(?:[Cc][2-9A-Fa-f]|[Dd][0-9A-Fa-f]){_TAIL}",
    f"%[Ee]0%[ABab][0-9A-Fa-f]{_TAIL}",
    f"%[Ee][1-9A-Ca-cEeFf](?:{_TAIL}){{2}}",
    f"%[Ee][Dd]%[89][0-9A-Fa-f]{_TAIL}",
    f"%[Ff]0%[9ABab][0-9A-Fa-f](?:{_TAIL}){{2}}",
    f"%[Ff][1-3](?:{_TAIL}){{3}}",
    f"%[Ff]4%8[0-9A-Fa-f](?:{_TAIL}){{2}}",
)
# Well-formed UTF-8 without control characters; a pattern, so that the OpenAPI document can state it.
ENCODED_TEXT = f"^(?:{'|'.join(_CHARACTERS)})+$"
LENGTH_MAX = 4000
HEADERS = ("Reconciler-Project", "Reconciler-File", "Reconciler-Commit", "Reconciler-Plan")

_ENCODED = re.compile(ENCODED_TEXT)


def source_of(request: Request) -> Source | None:
    """Return the source that a write's headers name; None for another hand's. Raises Refusal for malformed ones."""
    project, file, commit, plan = (_decoded(request, header) for header in HEADERS)
    return None if project is None else Source(project, file, commit, plan)


def _decoded(request: Request, header: str) -> str | None:
    value = request.headers.get(header)
    if value is None:
        return None
    if len(value) > LENGTH_MAX or not _ENCODED.fullmatch(value):
        message = f"`{header}` is percent-encoded UTF-8 without control characters, 1 to {LENGTH_MAX} characters long."
        raise invalid(InputError(f"/{header}", message, place="header"))
    return unquote(value)
