"""The dashboard of a session type as text: the numbers, and the timeline as bars."""

from __future__ import annotations

from reconciler.render.paint import Paint, plain
from reconciler.render.table import render_pairs
from reconciler.runtime import Dashboard, Day

_WIDTH = 40
_BAR = "█"


def render_dashboard(numbers: Dashboard, paint: Paint = plain) -> str:
    """Return the numbers and a line for each day."""
    pairs = [
        ("users", f"{numbers.total_users:,}"),
        ("  active", f"{numbers.active_users:,}"),
        ("  inactive", f"{numbers.inactive_users:,}"),
        ("  expired", f"{numbers.expired_users:,}"),
        ("  new today", f"{numbers.new_users_today:,}"),
        ("  new this week", f"{numbers.new_users_this_week:,}"),
        ("sessions", f"{numbers.total_sessions:,}"),
        ("  live", f"{numbers.active_sessions:,}"),
        ("  per user", f"{numbers.average_sessions_per_user:,.2f}"),
    ]
    return f"{render_pairs(pairs, paint)}\n\n{_timeline(numbers.timeline, paint)}"


def _timeline(days: tuple[Day, ...], paint: Paint) -> str:
    most = max((day.sessions for day in days), default=0)
    width = len(f"{most:,}")
    head = paint("Sessions started each day, in UTC", "faint")
    return "\n".join([head, *(_day(day, most, width) for day in days)])


def _day(day: Day, most: int, width: int) -> str:
    # A day with any session at all shows at least a bit.
    length = -(-day.sessions * _WIDTH // most) if most else 0
    new = f"  {day.new_users:,} new" if day.new_users else ""
    return f"{day.day.isoformat()}  {day.sessions:>{width},}  {_BAR * length}{new}".rstrip()
