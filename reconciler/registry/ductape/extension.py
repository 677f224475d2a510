"""What a registry of ours adds to the platform's calls, for those that ask for it by a header.

Who sends the header gets the calls for session types in the forms of the registry's own HTTP API, and more of them. The
answer says so. A server that does not know the header, the platform before all, answers as ever: nothing is asked of it
that it could refuse. Who does not send it is answered as on the platform, to the byte.
"""

from __future__ import annotations

HEADER = "Reconciler-Extensions"
VERSION = "reconciler/v1"
# In an answer: beside the value that was asked for, or beside the message of a refusal.
MARK = "extensions"
# In a refusal: the problem document that the HTTP API would have answered.
PROBLEM = "problem"


def is_named(header: str | None) -> bool:
    """Tell whether the header's value, a list, names this version."""
    return VERSION in {each.strip() for each in (header or "").split(",")}
