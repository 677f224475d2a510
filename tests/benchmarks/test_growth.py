"""What the growth of a cost is said to be, of costs whose growth is known."""

from __future__ import annotations

import pytest

from benchmarks.growth import growth

SIZES = (1_000, 10_000, 100_000)


def test_a_fixed_cost_and_one_for_each_are_found() -> None:
    found = growth({size: 0.2 + 0.00008 * size for size in SIZES})
    assert found.fixed == pytest.approx(0.2)
    assert found.each == pytest.approx(0.00008)
    assert found.worst == pytest.approx(1)
    assert 0.5 < found.exponent < found.steepest < 1


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_is_that_of_the_power(power: float) -> None:
    found = growth({size: size**power for size in SIZES})
    assert found.exponent == pytest.approx(power)
    assert found.steepest == pytest.approx(power)


def test_a_part_that_grows_with_the_square_shows_in_the_steepest_step_and_off_the_line() -> None:
    found = growth({size: 0.2 + 0.00008 * size + 1e-8 * size**2 for size in SIZES})
    assert found.steepest > 1.7
    assert found.worst > 1.5
