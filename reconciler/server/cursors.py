"""Cursors of pages: opaque to clients, the last tag of the page before to us.

A page begins after a tag and not at a position, so that records which come and go between two requests shift nothing:
whatever is there all the while is seen exactly once.
"""

from __future__ import annotations

import base64
import re

from reconciler.server.problems import InputError, invalid
from reconciler.session_type.rules import TAG_PATTERN

_PREFIX = "after:"


def cursor_after(tag: str) -> str:
    """Return the cursor of the page that begins after a tag."""
    return base64.urlsafe_b64encode((_PREFIX + tag).encode()).decode().rstrip("=")


def tag_before(cursor: str | None) -> str | None:
    """Return the tag that a cursor stands for. Raises Refusal for what is none of ours."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError as error:
        raise _unknown() from error
    tag = text.removeprefix(_PREFIX)
    if not text.startswith(_PREFIX) or not re.fullmatch(TAG_PATTERN, tag) or cursor_after(tag) != cursor:
        raise _unknown()
    return tag


def _unknown() -> Exception:
    message = "The cursor is not one that this registry gave out."
    return invalid(InputError("/cursor", message, "Take it from `next` of the page before.", place="query"))
