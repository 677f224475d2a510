from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.runtime.policy import FOREVER, RefreshPolicy, ends, expires_in_problem
from reconciler.session_type import Lifetime, Period

LEAP_DAY = datetime(2028, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "expiry", "period", "end"),
    [
        ("2028-02-29", 1, "years", "2029-02-28"),
        ("2028-02-29", 4, "years", "2032-02-29"),
        ("2096-02-29", 4, "years", "2100-02-28"),  # no leap year
        ("1996-02-29", 4, "years", "2000-02-29"),
        ("2027-12-31", 2, "months", "2028-02-29"),
        ("2026-12-31", 2, "months", "2027-02-28"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2026-11-30", 15, "months", "2028-02-29"),
        ("2028-02-28", 1, "days", "2028-02-29"),
        ("2028-02-29", 1, "weeks", "2028-03-07"),
        ("2026-12-31T23:59:59", 1, "seconds", "2027-01-01"),
    ],
)
def test_lifetimes_follow_the_calendar_in_utc(start: str, expiry: int, period: str, end: str) -> None:
    assert ends(Lifetime(expiry, Period(period)), at(start)) == at(end)


def test_the_time_of_day_is_kept() -> None:
    assert ends(Lifetime(1, Period.YEARS), LEAP_DAY) == datetime(2029, 2, 28, 12, 30, 15, 250_000, tzinfo=UTC)


def test_an_hour_is_an_hour_when_clocks_somewhere_change() -> None:
    assert ends(Lifetime(1, Period.HOURS), at("2026-03-29T00:30:00")) == at("2026-03-29T01:30:00")


@pytest.mark.parametrize("period", list(Period))
def test_a_lifetime_beyond_all_calendars_ends_in_the_last_year(period: Period) -> None:
    end = ends(Lifetime(2**31 - 1, period), at("9990-01-01"))
    assert end == FOREVER
    assert ends(Lifetime(2**31 - 1, period), at("9990-01-01"), expires_in=10**20) == FOREVER


@given(expires_in=st.integers(1, 10**12), hours=st.integers(1, 10**6))
def test_a_wish_only_ever_shortens(expires_in: int, hours: int) -> None:
    lifetime = Lifetime(hours, Period.HOURS)
    whole = ends(lifetime, LEAP_DAY)
    end = ends(lifetime, LEAP_DAY, expires_in=expires_in)
    assert end <= whole
    accepted = expires_in_problem(lifetime, LEAP_DAY, expires_in) is None
    assert accepted == (expires_in <= hours * 3600)
    if accepted:
        assert end == LEAP_DAY + timedelta(seconds=expires_in)


@pytest.mark.parametrize("wish", [0, -1, 1.5, "60", True])
def test_a_wish_is_a_number_of_seconds(wish: object) -> None:
    problem = expires_in_problem(Lifetime(1, Period.DAYS), LEAP_DAY, wish)
    assert problem is not None
    assert problem.pointer == "/expires_in"
    assert "whole number of seconds" in problem.message


def test_a_wish_is_held_against_the_calendar() -> None:
    month = Lifetime(1, Period.MONTHS)
    assert expires_in_problem(month, at("2027-01-31"), 28 * 86_400) is None
    problem = expires_in_problem(month, at("2027-01-31"), 28 * 86_400 + 1)
    assert problem is not None
    assert "lives for 1 months" in problem.message
    assert expires_in_problem(month, at("2027-01-01"), 31 * 86_400) is None
    assert expires_in_problem(month, at("2027-01-01"), None) is None


def test_refresh_tokens_live_thirty_days_unless_told_otherwise() -> None:
    policy = RefreshPolicy(by_tag={"admin": Lifetime(1, Period.HOURS)})
    assert policy.expiry("user", LEAP_DAY) == LEAP_DAY + timedelta(days=30)
    assert policy.expiry("admin", LEAP_DAY) == LEAP_DAY + timedelta(hours=1)
