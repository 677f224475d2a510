"""Whether a cost grows in proportion: a line through the sizes, and the power of the size that the cost follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Growth:
    """A cost as `fixed + each * size`, and how it departs from that.

    `worst` is the greatest ratio between a measured cost and the line, whichever of them is the greater. `exponent` is
    that of a power of the size through all of the costs; `steepest` that of the steepest step from one size to the
    next. A fixed cost makes both less than 1; a part that grows with the square shows in the last step.
    """

    fixed: float
    each: float
    worst: float
    exponent: float
    steepest: float


def growth(costs: Mapping[int, float]) -> Growth:
    """Fit a line to the costs of two or more sizes.

    Least squares of the relative errors: the sizes span decades, and of absolute errors the greatest size alone would
    have a say.
    """
    sizes = sorted(costs)
    fixed, each = _line([(size, costs[size], 1 / costs[size] ** 2) for size in sizes])
    expected = {size: max(fixed + each * size, math.ulp(0)) for size in sizes}
    logs = [(math.log(size), math.log(costs[size]), 1.0) for size in sizes]
    return Growth(
        fixed,
        each,
        max(max(costs[size] / expected[size], expected[size] / costs[size]) for size in sizes),
        _line(logs)[1],
        max(_line([one, two])[1] for one, two in pairwise(logs)),
    )


def _line(points: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Return where the line of weighted least squares begins, and its slope."""
    weights = sum(weight for _, _, weight in points)
    middle_x = sum(weight * x for x, _, weight in points) / weights
    middle_y = sum(weight * y for _, y, weight in points) / weights
    spread = sum(weight * (x - middle_x) ** 2 for x, _, weight in points)
    slope = sum(weight * (x - middle_x) * (y - middle_y) for x, y, weight in points) / spread
    return middle_y - slope * middle_x, slope
