"""How long a token lives, as `--expires` spells it: `30d`, or a moment of RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_SPAN = re.compile(r"(?P<count>[1-9]\d{0,5})(?P<unit>[mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMS = "Write a span (`90m`, `12h`, `30d`, `8w`) or a moment with an offset (`2027-01-31T12:00:00Z`)."


def read_expiry(spelled: str | None, now: datetime) -> datetime | None:
    """Return the moment that is meant; None for none. Raises a usage error for anything else, and for the past."""
    if spelled is None:
        return None
    span = _SPAN.fullmatch(spelled)
    try:
        at = now + timedelta(**{_UNITS[span["unit"]]: int(span["count"])}) if span else _moment(spelled)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"`{spelled}` is no time. {_FORMS}", param_hint="'--expires'") from None
    if at <= now:
        raise click.BadParameter(f"`{spelled}` is past. {_FORMS}", param_hint="'--expires'")
    return at


def _moment(spelled: str) -> datetime:
    at = datetime.fromisoformat(spelled)
    if at.tzinfo is None:
        raise ValueError(spelled)
    return at.astimezone(UTC)
