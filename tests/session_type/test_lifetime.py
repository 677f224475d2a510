from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.session_type import Lifetime, Period

lifetimes = st.builds(Lifetime, st.integers(1, 5_000), st.sampled_from(Period))


def of(spelled: str) -> Lifetime:
    expiry, period = spelled.split()
    read = Period.read(period)
    assert read
    return Lifetime(int(expiry), read)


@pytest.mark.parametrize(
    ("spelled", "period"),
    [
        *((each.value, each) for each in Period),
        *((each.value[:-1], each) for each in Period),
        ("sec", Period.SECONDS),
        ("secs", Period.SECONDS),
        ("min", Period.MINUTES),
        ("mins", Period.MINUTES),
    ],
)
def test_every_spelling_of_a_period_is_read(spelled: str, period: Period) -> None:
    assert Period.read(spelled) is period
    assert spelled in Period.spellings()


@pytest.mark.parametrize("spelled", ["", "Days", "DAYS", " days", "hrs", "h", "d", "fortnights", "dayss"])
def test_no_other_spelling_is_read(spelled: str) -> None:
    assert Period.read(spelled) is None
    assert spelled not in Period.spellings()


def test_the_canonical_spellings_come_first() -> None:
    assert Period.spellings()[:7] == ["seconds", "minutes", "hours", "days", "weeks", "months", "years"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("24 hours", "1 day"),
        ("60 minutes", "1 hour"),
        ("60 secs", "1 min"),
        ("7 days", "1 week"),
        ("604800 seconds", "1 week"),
        ("12 months", "1 year"),
        ("36 months", "3 years"),
        ("5 days", "5 days"),
    ],
)
def test_one_length_in_two_units_is_the_same(left: str, right: str) -> None:
    assert of(left).same_as(of(right))
    assert of(right).same_as(of(left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("30 days", "1 month"),
        ("31 days", "1 month"),
        ("28 days", "1 month"),
        ("4 weeks", "1 month"),
        ("365 days", "1 year"),
        ("52 weeks", "1 year"),
        ("1 day", "2 days"),
        ("1 second", "1 month"),
        ("12 days", "1 year"),
        ("11 months", "1 year"),
    ],
)
def test_different_lengths_are_never_the_same(left: str, right: str) -> None:
    assert not of(left).same_as(of(right))
    assert not of(right).same_as(of(left))


def test_a_lifetime_is_exact_or_of_the_calendar() -> None:
    assert (of("2 hours").seconds, of("2 hours").months) == (7_200, None)
    assert (of("2 years").seconds, of("2 years").months) == (None, 24)
    assert str(of("1 day")) == "1 days"


@pytest.mark.parametrize(
    ("start", "lifetime", "end"),
    [
        ("2026-01-31T10:00", "1 month", "2026-02-28T10:00"),
        ("2028-01-31T10:00", "1 month", "2028-02-29T10:00"),
        ("2100-01-31T10:00", "1 month", "2100-02-28T10:00"),
        ("2000-01-31T10:00", "1 month", "2000-02-29T10:00"),
        ("2028-02-29T10:00", "1 year", "2029-02-28T10:00"),
        ("2028-02-29T10:00", "4 years", "2032-02-29T10:00"),
        ("2026-03-31T10:00", "1 month", "2026-04-30T10:00"),
        ("2026-11-30T10:00", "3 months", "2027-02-28T10:00"),
        ("2026-12-15T10:00", "1 month", "2027-01-15T10:00"),
        ("2026-12-15T10:00", "12 months", "2027-12-15T10:00"),
        ("2026-02-28T23:59", "1 minute", "2026-03-01T00:00"),
        ("2028-02-28T10:00", "1 day", "2028-02-29T10:00"),
        ("2026-01-01T00:00", "2 weeks", "2026-01-15T00:00"),
        ("9999-11-30T00:00", "1 month", "9999-12-30T00:00"),
    ],
)
def test_a_session_ends_by_the_calendar(start: str, lifetime: str, end: str) -> None:
    ends = of(lifetime).after(datetime.fromisoformat(start).replace(tzinfo=UTC))
    assert ends == datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert ends.tzinfo is UTC


@pytest.mark.parametrize(
    "lifetime", ["1 month", "1 year", "8000 years", "31 days", f"{2**31 - 1} years", f"{2**31 - 1} weeks"]
)
def test_beyond_the_last_year_there_is_no_end(lifetime: str) -> None:
    assert of(lifetime).after(datetime(9999, 12, 31, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("left", "right", "shorter"),
    [
        ("1 day", "2 days", True),
        ("2 days", "1 day", False),
        ("24 hours", "1 day", False),
        ("11 months", "1 year", True),
        ("12 months", "1 year", False),
        ("1 year", "11 months", False),
        ("27 days", "1 month", True),
        ("30 days", "1 month", True),
        ("1 month", "30 days", True),
        ("32 days", "1 month", False),
        ("1 month", "27 days", False),
        ("1 second", "1 month", True),
        ("364 days", "1 year", True),
        ("1 year", "364 days", False),
        ("400 days", "1 year", False),
    ],
)
def test_what_may_be_shorter(left: str, right: str, shorter: bool) -> None:
    assert of(left).may_be_shorter_than(of(right)) is shorter


@given(lifetimes)
def test_nothing_is_shorter_than_itself(lifetime: Lifetime) -> None:
    assert not lifetime.may_be_shorter_than(lifetime)
    assert lifetime.same_as(lifetime)


@given(lifetimes, lifetimes, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given a zone by `timezones`
def test_what_ends_earlier_on_any_day_may_be_shorter(left: Lifetime, right: Lifetime, moment: datetime) -> None:
    ends, others = left.after(moment), right.after(moment)
    if ends and others and ends < others:
        assert left.may_be_shorter_than(right)


def surely_shorter(left: Lifetime, right: Lifetime) -> bool:
    return left.may_be_shorter_than(right) and not right.may_be_shorter_than(left)


@given(lifetimes, lifetimes, lifetimes)
def test_surely_shorter_is_a_strict_partial_order(a: Lifetime, b: Lifetime, c: Lifetime) -> None:
    assert not (surely_shorter(a, b) and surely_shorter(b, a))
    assert not (surely_shorter(a, b) and surely_shorter(b, c)) or surely_shorter(a, c)
    assert not (a.same_as(b) and (a.may_be_shorter_than(b) or b.may_be_shorter_than(a)))


@given(st.lists(lifetimes, min_size=3, max_size=3))
def test_same_as_is_an_equivalence(three: list[Lifetime]) -> None:
    a, b, c = three
    assert a.same_as(b) == b.same_as(a)
    assert not (a.same_as(b) and b.same_as(c)) or a.same_as(c)


@given(lifetimes, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given a zone by `timezones`
def test_an_exact_lifetime_adds_exactly_and_any_ends_later(lifetime: Lifetime, moment: datetime) -> None:
    ends = lifetime.after(moment)
    assert ends is None or ends > moment
    if lifetime.seconds is not None:
        assert ends == moment + timedelta(seconds=lifetime.seconds)


@given(lifetimes, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given a zone by `timezones`
def test_no_session_lives_longer_than_the_longest(lifetime: Lifetime, moment: datetime) -> None:
    ends = lifetime.after(moment)
    assert ends is None or (ends - moment).total_seconds() <= lifetime.longest_seconds
    assert lifetime.seconds in {None, lifetime.longest_seconds}
