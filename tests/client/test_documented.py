"""The examples that the platform documents for its own SDK, in Python: each gives the shape documented there."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from reconciler.client import (
    ActivePage,
    Client,
    Dashboard,
    LiveSessionType,
    Pair,
    User,
    UserDetails,
    UsersPage,
    UserStatus,
    Verdict,
)
from tests.client.conftest import DATA, USER_SESSION


def test_create_takes_the_seven_fields(client: Client) -> None:
    created = client.session_types.create(
        name="Checkout Session",
        tag="checkout-session",
        description="Session for checkout flow",
        selector="$Session{userId}",
        expiry=1,
        period="hours",
        schema={"userId": "user_123", "email": "john@example.com", "cartId": "cart_1"},
    )
    assert created.to_json() == {
        "name": "Checkout Session",
        "tag": "checkout-session",
        "description": "Session for checkout flow",
        "schema": {"userId": "user_123", "email": "john@example.com", "cartId": "cart_1"},
        "selector": "$Session{userId}",
        "expiry": 1,
        "period": "hours",
    }


def test_create_takes_a_nested_selector(client: Client) -> None:
    created = client.session_types.create(
        {
            **USER_SESSION,
            "schema": {"details": {"username": "ada", "id": 7}},
            "selector": "$Session{details}{username}",
            "period": "mins",
        }
    )
    assert (created.selector, created.period) == ("$Session{details}{username}", "minutes")


def test_update_changes_only_the_given_fields(app: Client) -> None:
    updated = app.session_types.update("user-session", expiry=2, period="hours")
    assert updated.to_json() == {**USER_SESSION, "expiry": 2, "period": "hours"}


def test_fetch_gives_one_session_type(app: Client) -> None:
    fetched = app.session_types.fetch("user-session")
    assert isinstance(fetched, LiveSessionType)
    assert fetched.to_json() == USER_SESSION


def test_fetch_all_gives_all_session_types(app: Client) -> None:
    app.session_types.create({**USER_SESSION, "tag": "admin-session"})
    assert [each.tag for each in app.session_types.fetch_all()] == ["admin-session", "user-session"]


def test_delete_removes_a_session_type(app: Client) -> None:
    app.session_types.delete("user-session")
    assert app.session_types.fetch_all() == ()


def test_start_gives_tokens_an_id_and_an_expiry(app: Client) -> None:
    before = datetime.now(UTC)
    result = app.sessions.start("user-session", DATA)
    assert isinstance(result, Pair)
    assert result.token.startswith("user-session:ey")
    assert ":" not in result.refresh_token
    assert UUID(result.session_id).version == 4
    assert before + timedelta(days=7) - timedelta(seconds=1) <= result.expires_at
    assert result.expires_at.tzinfo is UTC


def test_start_takes_a_shorter_lifetime_in_seconds(app: Client) -> None:
    before = datetime.now(UTC)
    assert app.sessions.start("user-session", DATA, expires_in=3600).expires_at < before + timedelta(hours=2)


def test_verify_gives_the_data_of_a_valid_token(app: Client) -> None:
    result = app.sessions.start("user-session", DATA)
    verdict = app.sessions.verify("user-session", result.token)
    assert verdict == Verdict(
        valid=True,
        data=DATA,
        session_id=result.session_id,
        identifier="user_123",
        expires_at=result.expires_at,
    )


def test_verify_tells_that_a_token_is_not_valid(app: Client) -> None:
    token = app.sessions.start("user-session", DATA).token
    assert app.sessions.verify("user-session", token[:-2] + "xx") == Verdict(valid=False, reason="invalid")


def test_refresh_gives_what_start_gives(app: Client) -> None:
    first = app.sessions.start("user-session", DATA)
    second = app.sessions.refresh("user-session", first.refresh_token)
    assert isinstance(second, Pair)
    assert len({first.token, second.token, first.refresh_token, second.refresh_token}) == 4
    assert app.sessions.verify("user-session", second.token).data == DATA


def test_revoke_ends_a_session_by_its_id(app: Client) -> None:
    first, second = (app.sessions.start("user-session", DATA) for _ in range(2))
    app.sessions.revoke("user-session", session_id=first.session_id)
    assert app.sessions.verify("user-session", first.token).reason == "revoked"
    assert app.sessions.verify("user-session", second.token).valid


def test_revoke_ends_the_sessions_of_an_identifier(app: Client) -> None:
    pairs = [app.sessions.start("user-session", DATA) for _ in range(2)]
    assert app.sessions.revoke("user-session", identifier="user_123").sessions == 2
    assert not any(app.sessions.verify("user-session", pair.token).valid for pair in pairs)


def test_revoke_all_ends_the_sessions_of_a_user(app: Client) -> None:
    app.sessions.start("user-session", DATA)
    other = app.sessions.start("user-session", {**DATA, "userId": "user_456"})
    assert app.sessions.revoke_all("user-session", "user_123").sessions == 1
    assert app.sessions.verify("user-session", other.token).valid


def test_active_lists_the_live_sessions_of_a_user(app: Client) -> None:
    result = app.sessions.start("user-session", DATA)
    app.sessions.start("user-session", {**DATA, "userId": "user_456"})
    page = app.sessions.active("user-session", identifier="user_123", page=1, limit=10)
    assert isinstance(page, ActivePage)
    assert page.total == 1
    (session,) = page.sessions
    assert (session.session_id, session.active) == (result.session_id, True)
    assert session.started_at < session.ends_at == result.expires_at


def test_users_gives_a_page(app: Client) -> None:
    for number in range(3):
        app.sessions.start("user-session", {**DATA, "userId": f"user_{number}"})
    page = app.sessions.users("user-session", page=1, limit=2)
    assert isinstance(page, UsersPage)
    assert (page.total, page.page, page.limit, page.total_pages) == (3, 1, 2, 2)
    user = page.users[0]
    assert isinstance(user, User)
    assert user.first_seen <= user.last_seen
    assert user.first_seen.tzinfo is UTC


def test_user_gives_the_history_of_one(app: Client) -> None:
    data = {**DATA, "userId": "user@example.com"}
    first, second = (app.sessions.start("user-session", data) for _ in range(2))
    app.sessions.revoke("user-session", session_id=first.session_id)
    details = app.sessions.user("user-session", "user@example.com")
    assert isinstance(details, UserDetails)
    assert details.user.identifier == "user@example.com"
    assert (details.user.total_sessions, details.user.active_sessions) == (2, 1)
    assert details.user.status is UserStatus.ACTIVE
    assert {each.session_id: each.active for each in details.sessions} == {
        first.session_id: False,
        second.session_id: True,
    }
    assert details.latest_data == data


def test_dashboard_gives_the_nine_numbers_and_a_timeline(app: Client) -> None:
    pairs = [app.sessions.start("user-session", {**DATA, "userId": user}) for user in ("a", "a", "b", "c")]
    app.sessions.revoke("user-session", session_id=pairs[3].session_id)
    dashboard = app.sessions.dashboard("user-session")
    assert isinstance(dashboard, Dashboard)
    numbers = {each.name: getattr(dashboard, each.name) for each in fields(dashboard) if each.name != "timeline"}
    assert numbers == {
        "total_users": 3,
        "active_users": 2,
        "inactive_users": 1,
        "expired_users": 0,
        "new_users_today": 3,
        "new_users_this_week": 3,
        "total_sessions": 4,
        "active_sessions": 3,
    }
    assert dashboard.average_sessions_per_user == 1.33
    assert len(dashboard.timeline) == 30
    assert (dashboard.timeline[-1].sessions, dashboard.timeline[-1].new_users) == (4, 3)
