from __future__ import annotations

import pytest

from reconciler.diagnostics import Code, Severity
from reconciler.session_type.lint import lint
from reconciler.values import JsonValue
from tests.builders import session_type

CONSTANT: list[tuple[str, JsonValue]] = [
    ("enabled", True),
    ("userId", False),
    ("userId", ""),
    ("userId", "   "),
    ("userId", "null"),
    ("userId", "None"),
    ("email", "undefined"),
    ("userId", "N/A"),
    ("id", "true"),
    ("id", "no"),
    ("role", "admin"),
    ("role", "ADMIN"),
    ("user", "admin"),
    ("roleId", "admin"),
    ("roleName", "admin"),
    ("name", "admin"),
    ("plan_id", "premium"),
    ("status", "active"),
    ("state", "pending"),
    ("currency", "EUR"),
    ("currency", "NGN"),
    ("country", "DE"),
    ("locale", "en-US"),
    ("locale", "pt_BR"),
    ("language", "en"),
    ("level", 1),
    ("level", 0),
    ("level", "3"),
    ("level", 1.0),
    ("share", 0.5),
    ("platform", "ios"),
    ("env", "production"),
]
SOMEBODY: list[tuple[str, JsonValue]] = [
    ("userId", "user_123"),
    ("userId", "u"),
    ("userId", "admin_1"),
    ("userId", 4711),
    ("level", 42),
    ("userId", 1),
    ("user_id", 7),
    ("userID", 7),
    ("id", "7"),
    ("account", "ACME-0042"),
    ("accountNumber", 3),
    ("userId", 10.0),
    ("userId", "550e8400-e29b-41d4-a716-446655440000"),
    ("email", "ade@example.com"),
    ("username", "ade"),
    ("username", "admin"),
    ("login", "root"),
    ("userName", "admin"),
    ("user_name", "admin"),
    ("nickname", "guest"),
    ("name", "Ada"),
    ("phone", "+1 202 555 0123"),
    ("member", "acme"),
    ("code", "EURO"),
    ("code", "eur"),
    ("nickname", "activeuser"),
    ("日本", "名前"),
    ("", "x1"),
]


@pytest.mark.parametrize(("key", "sample"), CONSTANT)
def test_a_selector_on_what_many_users_share_is_a_warning(key: str, sample: JsonValue) -> None:
    (found,) = lint(session_type(schema={key: sample}, selector=f"$Session{{{key}}}"))
    assert (found.code, found.path, found.severity) == (Code.SELECTOR_CONSTANT, ("selector",), Severity.WARNING)
    assert f"`schema.{key}`" in found.detail
    assert found.hint


@pytest.mark.parametrize(("key", "sample"), [pair for pair in SOMEBODY if pair[0]])
def test_a_selector_on_what_may_be_one_users_is_fine(key: str, sample: JsonValue) -> None:
    assert lint(session_type(schema={key: sample}, selector=f"$Session{{{key}}}")) == ()


def test_a_nested_selector_is_judged_by_what_it_leads_to() -> None:
    schema: dict[str, JsonValue] = {"role": "admin", "member": {"role": "viewer", "id": "m_1"}}
    (found,) = lint(session_type(schema=schema, selector="$Session{member}{role}"))
    assert "`schema.member.role`" in found.detail
    assert lint(session_type(schema=schema, selector="$Session{member}{id}")) == ()


def test_a_word_that_many_share_is_fine_where_no_selector_leads_to_it() -> None:
    assert (
        lint(session_type(schema={"userId": "u_1", "role": "admin", "active": True}, selector="$Session{userId}")) == ()
    )


def test_the_detail_does_not_repeat_the_value() -> None:
    (found,) = lint(session_type(schema={"role": "superuser"}, selector="$Session{role}"))
    assert "superuser" not in found.detail + found.hint
