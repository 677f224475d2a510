"""How many people a session type reaches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnvironmentImpact:
    """The live sessions and users of a session type in one environment."""

    environment: str
    live_sessions: int
    live_users: int


@dataclass(frozen=True, slots=True)
class Impact:
    """How many people a change of a session type reaches; None where the registry can't tell, which is not 0."""

    live_sessions: int | None = None
    live_users: int | None = None
    environments: tuple[EnvironmentImpact, ...] = ()
