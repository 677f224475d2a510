"""Email addresses that may be somebody's."""

from __future__ import annotations

import re

from reconciler.session_type.lint.words import words

_URL = re.compile(r"(?<![\w+.-])[A-Za-z][\w+.-]*://\S*")  # may hold a user, who is nobody's address
# Not `git@host:path` either.
_ADDRESS = re.compile(
    r"(?<![\w.+%-])(?!git@)[\w.+%-]+@(?P<domain>(?:[\w-]+\.)+[^\W\d_]{2,24})(?![\w-]|\.\w|:[\w/])", re.ASCII
)
# Reserved for examples and for networks of one's own (RFC 2606, 6761, 6762, 8375), and the common ones beside them.
_NOBODYS = words(
    """
    test example invalid localhost local internal intranet lan home corp localdomain arpa onion alt
    """
)
_EXAMPLE = re.compile(r"(?:.+\.)?example\.[a-z]{2,4}(?:\.[a-z]{2})?")  # in every country
_IMAGES = words("png jpg jpeg gif svg webp avif ico pdf")  # `logo@2x.png`


def is_real_email(text: str) -> bool:
    """Tell whether a text holds an address that mail could reach."""
    return any(_is_somebodys(found["domain"]) for found in _ADDRESS.finditer(_URL.sub(" ", text)))


def _is_somebodys(domain: str) -> bool:
    last = domain.casefold().rpartition(".")[2]
    return last not in _NOBODYS and last not in _IMAGES and not _EXAMPLE.fullmatch(domain.casefold())
