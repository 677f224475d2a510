"""Our rate as a share of what the libraries alone would do in the same minute."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two rates, in calls per second, and the first as a share of the second; each a median."""

    name: str
    ours: float
    bare: float
    share: float
    must: float

    def figures(self) -> dict[str, Any]:
        """Return the figures as JSON."""
        return {**asdict(self), "met": self.share >= self.must}


def ratio(name: str, rates: Sequence[tuple[float, float]], *, must: float) -> Ratio:
    """Make a ratio of the rates of several rounds, which a busy machine slows down on both sides of each."""
    ours, bare = (statistics.median(column) for column in zip(*rates, strict=True))
    return Ratio(name, ours, bare, statistics.median(one / other for one, other in rates), must)
