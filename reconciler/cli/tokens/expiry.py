"""Moments as options spell them: a span from now, `30d`, or a moment of RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_SPAN = re.compile(r"(?P<count>[1-9]\d{0,5})(?P<unit>[mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMS = "Write a span (`90m`, `12h`, `30d`, `8w`) or a moment with an offset (`2027-01-31T12:00:00Z`)."


def read_expiry(spelled: str | None, now: datetime) -> datetime | None:
    """Return when a token of `--expires` ends; None for never. Raises a usage error for no time, and for the past."""
    if spelled is None:
        return None
    at = _read(spelled, now, option="--expires")
    if at <= now:
        raise click.BadParameter(f"`{spelled}` is past. {_FORMS}", param_hint="'--expires'")
    return at


def read_since(spelled: str, now: datetime) -> datetime:
    """Return the moment from which `--since` tells: a span goes back from now. Raises a usage error for no time."""
    return _read(spelled, now, option="--since", back=True)


def _read(spelled: str, now: datetime, *, option: str, back: bool = False) -> datetime:
    span = _SPAN.fullmatch(spelled)
    try:
        if span is None:
            return _moment(spelled)
        length = timedelta(**{_UNITS[span["unit"]]: int(span["count"])})
        return now - length if back else now + length
    except (ValueError, OverflowError):
        raise click.BadParameter(f"`{spelled}` is no time. {_FORMS}", param_hint=f"'{option}'") from None


def _moment(spelled: str) -> datetime:
    at = datetime.fromisoformat(spelled)
    if at.tzinfo is None:
        raise ValueError(spelled)
    return at.astimezone(UTC)
