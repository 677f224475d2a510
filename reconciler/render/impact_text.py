"""The impact of a session type: how many people a change reaches, where that is known."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reconciler.port import Impact
from reconciler.render.paint import Paint, plain
from reconciler.render.values import safe


def impact_json(tag: str, impact: Impact) -> dict[str, Any]:
    """Return the impact as JSON; null where it is not known."""
    return {"format_version": "1.0", "tag": tag, **asdict(impact)}


def render_impact(tag: str, impact: Impact, paint: Paint = plain) -> str:
    """Return the numbers, in all and per environment."""
    lines = [f"{paint(safe(tag), 'strong')}: {_numbers(impact.live_sessions, impact.live_users)}"]
    lines += [
        f"  {safe(each.environment)}: {_numbers(each.live_sessions, each.live_users)}" for each in impact.environments
    ]
    if impact.live_sessions is None:
        lines.append("This registry runs no sessions, so it can't tell.")
    return "\n".join(lines)


def _numbers(sessions: int | None, users: int | None) -> str:
    return f"{_known(sessions, 'live session')}, {_known(users, 'live user')}"


def _known(number: int | None, noun: str) -> str:
    return f"unknown {noun}s" if number is None else f"{number:,} {noun}{'' if number == 1 else 's'}"
