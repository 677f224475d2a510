"""Records as the platform's documents and clients may have written them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.port import Unreadable
from reconciler.registry.ductape.decode import found_of
from reconciler.registry.ductape.encode import created
from reconciler.registry.plain import Live
from reconciler.session_type import Period, SessionType
from tests.builders import session_type
from tests.strategies import json_values, session_types

PLAIN: dict[str, Any] = {
    "name": "User",
    "tag": "user",
    "description": "",
    "selector": "$Session{userId}",
    "schema": {"userId": "u1", "details": {"username": "ade"}},
    "expiry": 7,
    "period": "days",
}


def spec_of(**fields: Any) -> SessionType:
    found = found_of({**PLAIN, **fields})
    assert isinstance(found, Live), found
    return found.spec


@given(session_types())
def test_what_is_sent_comes_back_the_same(spec: SessionType) -> None:
    found = found_of(created(spec))
    assert isinstance(found, Live)
    assert found.spec == spec


@pytest.mark.parametrize(
    ("selector", "read"),
    [
        ("$Session{userId}", "$Session{userId}"),
        ("$Session{details}{username}", "$Session{details}{username}"),
        ("userId", "$Session{userId}"),
        ("details.username", "$Session{details}{username}"),
        ("$Session{", "$Session{"),
        ("details..username", "details..username"),
        (None, ""),
    ],
)
def test_a_selector_is_read_in_each_of_its_forms(selector: Any, read: str) -> None:
    assert spec_of(selector=selector).selector == read


@pytest.mark.parametrize(
    ("period", "read"),
    [
        ("secs", Period.SECONDS),
        ("seconds", Period.SECONDS),
        ("mins", Period.MINUTES),
        ("Hours", Period.HOURS),
        ("day", Period.DAYS),
        ("year", Period.YEARS),
        (None, Period.SECONDS),
    ],
)
def test_a_period_is_read_in_each_of_its_spellings(period: Any, read: Period) -> None:
    assert spec_of(period=period).period is read


def test_a_schema_may_be_text_and_a_number_too() -> None:
    spec = spec_of(schema='{"userId": "u1", "n": 1}', expiry="7")
    assert (spec.schema, spec.expiry) == ({"userId": "u1", "n": 1}, 7)


def test_what_is_missing_and_has_a_meaning_gets_it() -> None:
    found = found_of({"tag": "user", "expiry": 3600})
    assert isinstance(found, Live)
    assert found.spec == SessionType("", "user", "", {}, "", 3600, Period.SECONDS)


def test_fields_of_the_server_are_no_part_of_it() -> None:
    extra = {"_id": "65f", "workspace_id": "w", "active": True, "refresh_expiry": 9, "componentType": "session"}
    assert spec_of(**extra) == spec_of()


def test_a_record_that_breaks_a_rule_can_be_compared_and_mended() -> None:
    assert spec_of(selector="gone", name="x" * 300).selector == "$Session{gone}"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expiry": "soon"}, "`expiry` must be a whole number, not a string."),
        ({"expiry": 0}, "The expiry is a whole number from 1 to 2147483647."),
        ({"period": "fortnights"}, "The period is one of seconds, minutes, hours, days, weeks, months, years."),
        ({"schema": "not JSON"}, "`schema` must be a mapping of sample data, not a string."),
        ({"schema": [1]}, "`schema` must be a mapping of sample data, not an array."),
        ({"description": 5}, "`description` must be a string, not a number."),
        (
            {"tag": "shop:user"},
            "A tag has 1 to 128 letters, digits, `_`, `.` or `-` and starts with a letter or digit.",
        ),
    ],
)
def test_a_record_without_the_form_is_told_apart(fields: dict[str, Any], reason: str) -> None:
    assert found_of({**PLAIN, **fields}) == Unreadable(str(fields.get("tag", "user")), reason)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-11-24T12:00:00.000Z", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        (1795521600000, datetime(2026, 11, 24, 12, tzinfo=UTC)),
        (1795521600, datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("yesterday", None),
        ({}, None),
    ],
)
def test_times_are_read_where_there_are_any(value: Any, read: datetime | None) -> None:
    found = found_of({**PLAIN, "updatedAt": value})
    assert isinstance(found, Live)
    assert (found.updated_at, found.created_at) == (read, None)


@given(st.dictionaries(st.sampled_from([*PLAIN, "_id", "updatedAt", "createdAt"]), json_values))
def test_any_record_is_read_or_told_apart(fields: dict[str, Any]) -> None:
    found = found_of({**PLAIN, **fields})
    assert isinstance(found, (Live, Unreadable))
    if isinstance(found, Live):
        assert found.spec.same_as(found.spec)
        assert session_type().canonical() != found.spec.canonical()
