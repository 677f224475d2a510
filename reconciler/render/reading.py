"""As what a document is read, and in which formats. It is known before any renderer is needed."""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = ("text", "json", "markdown", "html", "gitlab", "github", "junit", "metrics")


@dataclass(frozen=True, slots=True)
class View:
    """What a document is read as: a plan, or a drift report; and how many bytes of markdown there is room for."""

    drift: bool = False
    strict: bool = False
    max_bytes: int | None = None

    @property
    def kind(self) -> str:
        """The name of the report."""
        return "drift" if self.drift else "plan"
