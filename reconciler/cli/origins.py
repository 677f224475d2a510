"""Origins of web pages, as an option takes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

_ORIGIN = re.compile(r"https?://[a-z0-9._~\[\]:-]+")


def read_origins(_context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    """Return origins as browsers send them. Raises BadParameter for what would never be one."""
    origins = tuple(each.rstrip("/").lower() for each in given)
    for origin, each in zip(origins, given, strict=True):
        if not _ORIGIN.fullmatch(origin):
            raise click.BadParameter(
                f"`{each}` is no origin, such as `https://app.example.com`: scheme, host and port, no path",
                param=parameter,
            )
    return origins
