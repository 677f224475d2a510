"""Lists of words as people write them."""

from __future__ import annotations


def words(listed: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(listed.split())
