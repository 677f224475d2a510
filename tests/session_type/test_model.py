from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.session_type import FIELDS, Lifetime, Period, SessionType, check
from tests.strategies import session_types

PLAIN = SessionType("User", "user", "", {"id": 1, "more": {"a": "x", "b": True}}, "$Session{id}", 24, Period.HOURS)


def test_the_fields_come_in_the_order_in_which_people_write_them() -> None:
    assert tuple(PLAIN.to_json()) == FIELDS
    assert FIELDS == ("name", "tag", "description", "schema", "selector", "expiry", "period")
    assert PLAIN.to_json()["period"] == "hours"
    assert type(PLAIN.to_json()["period"]) is str


@given(session_types())
def test_from_json_undoes_to_json(session_type: SessionType) -> None:
    assert SessionType.from_json(session_type.to_json()) == session_type


@given(session_types())
def test_a_valid_session_type_passes_the_check_unchanged(session_type: SessionType) -> None:
    checked = check(session_type.to_json())
    assert checked.problems == ()
    assert checked.session_type == session_type


def test_expiry_and_period_are_one_lifetime() -> None:
    assert PLAIN.lifetime == Lifetime(24, Period.HOURS)


def test_a_session_type_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAIN.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "changed",
    [
        {"expiry": 1, "period": Period.DAYS},
        {"expiry": 1_440, "period": Period.MINUTES},
        {"schema": {"more": {"b": True, "a": "x"}, "id": 1}},
        {"schema": {"id": 1.0, "more": {"a": "x", "b": True}}},
    ],
)
def test_another_spelling_is_the_same(changed: dict[str, Any]) -> None:
    other = replace(PLAIN, **changed)
    assert PLAIN.same_as(other)
    assert other.same_as(PLAIN)
    assert PLAIN.canonical() == other.canonical()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "user"},
        {"tag": "User"},
        {"description": " "},
        {"selector": "$Session{more}{a}"},
        {"expiry": 25},
        {"period": Period.DAYS},
        {"period": Period.MONTHS},
        {"schema": {"id": True, "more": {"a": "x", "b": True}}},
        {"schema": {"id": 1, "more": {"a": "x", "b": 1}}},
        {"schema": {"id": 1}},
        {"schema": {"id": "1", "more": {"a": "x", "b": True}}},
    ],
)
def test_any_other_value_is_another_session_type(changed: dict[str, Any]) -> None:
    other = replace(PLAIN, **changed)
    assert not PLAIN.same_as(other)
    assert not other.same_as(PLAIN)
    assert PLAIN.canonical() != other.canonical()


def test_a_calendar_month_and_an_exact_length_never_meet_in_the_canonical_form() -> None:
    assert (
        replace(PLAIN, expiry=12, period=Period.MONTHS).canonical()
        == replace(PLAIN, expiry=1, period=Period.YEARS).canonical()
    )
    assert (
        replace(PLAIN, expiry=12, period=Period.MONTHS).canonical()
        != replace(PLAIN, expiry=12, period=Period.SECONDS).canonical()
    )


VARIANTS = st.builds(
    lambda schema, lifetime, name: replace(PLAIN, schema=schema, expiry=lifetime[0], period=lifetime[1], name=name),
    st.sampled_from(
        [{"id": 1}, {"id": 1.0}, {"id": True}, {"id": 1, "a": 0}, {"a": -0.0, "id": 1}, {"a": False, "id": 1}]
    ),
    st.sampled_from([(24, Period.HOURS), (1, Period.DAYS), (12, Period.MONTHS), (1, Period.YEARS), (365, Period.DAYS)]),
    st.sampled_from(["User", "user"]),
)


@given(VARIANTS, VARIANTS, VARIANTS)
def test_same_as_is_an_equivalence_and_agrees_with_the_canonical_form(
    a: SessionType, b: SessionType, c: SessionType
) -> None:
    assert a.same_as(a)
    assert a.same_as(b) == b.same_as(a) == (a.canonical() == b.canonical())
    assert not (a.same_as(b) and b.same_as(c)) or a.same_as(c)
