"""How long a session lives: a count of periods.

Seconds to weeks are exact and compare as one number: 24 hours are 1 day. Months and years are calendar units and
compare among themselves only: 12 months are 1 year, and no number of days is a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_DAY = 86_400


class Period(StrEnum):
    """The unit of an expiry, in its one canonical spelling."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    @classmethod
    def read(cls, spelled: str) -> Period | None:
        """Return the period for any accepted spelling: canonical, singular, `secs`, `mins`. None for others."""
        return _SPELLINGS.get(spelled)

    @classmethod
    def spellings(cls) -> list[str]:
        """Return every accepted spelling, the canonical ones first."""
        return list(_SPELLINGS)


_SPELLINGS = {
    **{period.value: period for period in Period},
    **{period.value.removesuffix("s"): period for period in Period},
    "sec": Period.SECONDS,
    "secs": Period.SECONDS,
    "min": Period.MINUTES,
    "mins": Period.MINUTES,
}
_SECONDS = {
    Period.SECONDS: 1,
    Period.MINUTES: 60,
    Period.HOURS: 3_600,
    Period.DAYS: _DAY,
    Period.WEEKS: 7 * _DAY,
}
_MONTHS = {Period.MONTHS: 1, Period.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A positive count of periods. Equal only as written; use `same_as` to compare what it means."""

    expiry: int
    period: Period

    @classmethod
    def of_seconds(cls, seconds: int) -> Lifetime:
        """Return an exact length in the greatest unit that needs no fraction: 86400 seconds are 1 day."""
        whole = {period: unit for period, unit in _SECONDS.items() if seconds % unit == 0}
        period = max(whole, key=whole.__getitem__)
        return cls(seconds // whole[period], period)

    @property
    def seconds(self) -> int | None:
        """The exact length in seconds, or None for a calendar unit."""
        unit = _SECONDS.get(self.period)
        return None if unit is None else self.expiry * unit

    @property
    def months(self) -> int | None:
        """The length in calendar months, or None for an exact unit."""
        unit = _MONTHS.get(self.period)
        return None if unit is None else self.expiry * unit

    @property
    def longest_seconds(self) -> int:
        """The length in seconds; of a calendar unit the longest: 31 days a month, 366 days a year."""
        return self._bounds()[1]

    def same_as(self, other: Lifetime) -> bool:
        """Tell whether both mean the same length of time."""
        return (self.seconds, self.months) == (other.seconds, other.months)

    def may_be_shorter_than(self, other: Lifetime) -> bool:
        """Tell whether some calendar makes this lifetime the shorter one (30 days may be shorter than 1 month)."""
        if self.months is not None and other.months is not None:
            return self.months < other.months
        return self._bounds()[0] < other._bounds()[1]

    def after(self, moment: datetime) -> datetime | None:
        """Return when a session that starts at `moment` ends; None beyond the last year that a datetime can hold.

        Months and years keep the day of the month, or take the last: January 31 plus 1 month is the end of February.
        """
        try:
            if self.seconds is not None:
                return moment + timedelta(seconds=self.seconds)
            from calendar import monthrange  # noqa: PLC0415 - few lifetimes are looked at so closely

            years, month = divmod(moment.month - 1 + (self.months or 0), 12)
            year = moment.year + years
            last_day = monthrange(year, month + 1)[1]
            return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))
        except (OverflowError, ValueError):
            return None

    def _bounds(self) -> tuple[int, int]:
        """Return the least and the greatest length in seconds over all calendars, a little generously."""
        if self.seconds is not None:
            return self.seconds, self.seconds
        years, months = divmod(self.months or 0, 12)
        return (years * 365 + months * 28) * _DAY, (years * 366 + months * 31) * _DAY

    def __str__(self) -> str:
        return f"{self.expiry} {self.period}"
