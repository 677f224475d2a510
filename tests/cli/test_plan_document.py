from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


@pytest.fixture
def moved(shop: Shop) -> Shop:
    """Give a project with one change of each kind."""
    for tag in ("drifting", "gone", "pending", "same"):
        shop.session(tag)
    shop.apply()
    shop.edit("drifting", expiry=30)
    spec = shop.records()["same"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "stray"}))
    shop.session("pending", expiry=14)
    shop.session("new")
    (shop.root / "sessions/gone.yaml").unlink()
    return shop


def _plan(shop: Shop, *arguments: str) -> dict[str, Any]:
    return shop.ok("plan", "sessions", "--format", "json", *arguments).document


def _by_name(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {change["name"]: change for change in document["resource_changes"]}


def test_the_head_names_version_time_target_and_source(moved: Shop) -> None:
    document = _plan(moved)
    assert document["format_version"] == "1.2"
    assert document["reconciler_version"]
    assert datetime.fromisoformat(document["timestamp"]).utcoffset() is not None
    assert (document["errored"], document["applyable"], document["complete"]) == (False, True, True)
    assert document["target"]["product"] == "default"
    assert document["target"]["registry"] == "sqlite:///.reconciler/registry.db"
    assert document["target"]["revision"] == len(moved.history())
    assert document["source"]["git_commit"] is None
    assert document["source"]["manifest_digest"]
    assert (document["source"]["only"], document["source"]["skip"]) == ([], [])


def test_each_change_has_terraforms_shape(moved: Shop) -> None:
    for name, change in _by_name(_plan(moved)).items():
        assert change["address"] == f"session_type.{name}"
        assert (change["mode"], change["type"], change["provider_name"]) == ("managed", "session_type", "reconciler")
        shape = {"actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive"}
        assert set(change["change"]) >= shape
        assert change["change"]["after_unknown"] == {}
        told = (change["live_sessions"], change["live_users"])
        assert told == ((0, 0) if name in {"drifting", "pending"} else (None, None)), "asked of what is changed only"


def test_actions_and_both_sides_of_every_kind_of_change(moved: Shop) -> None:
    changes = _by_name(_plan(moved, "--prune"))
    actions = {name: change["change"]["actions"] for name, change in changes.items()}
    assert actions == {
        "drifting": ["update"],
        "gone": ["delete"],
        "new": ["create"],
        "pending": ["update"],
        "same": ["no-op"],
    }
    body = {name: change["change"] for name, change in changes.items()}
    assert body["new"]["before"] is None
    assert body["new"]["after"]["tag"] == "new"
    assert body["gone"]["before"]["tag"] == "gone"
    assert body["gone"]["after"] is None
    assert (body["pending"]["before"]["expiry"], body["pending"]["after"]["expiry"]) == (7, 14)
    assert body["same"]["before"] == body["same"]["after"]


def test_a_field_tells_class_origin_risk_and_place(moved: Shop) -> None:
    changes = _by_name(_plan(moved))
    [pending] = changes["pending"]["fields"]
    assert pending["path"] == "expiry"
    assert (pending["before"], pending["after"]) == (7, 14)
    assert (pending["class"], pending["origin"], pending["risk"]) == ("lifetime", "pending", "safe")
    assert pending["location"] == {"file": "sessions/pending.yaml", "line": 9, "column": 9}
    [drifting] = changes["drifting"]["fields"]
    assert (drifting["before"], drifting["after"], drifting["origin"]) == (30, 7, "drift")
    assert (drifting["risk"], changes["drifting"]["risk"]) == ("disruptive", "disruptive")
    assert changes["pending"]["provenance"]["file"] == "sessions/pending.yaml"
    assert changes["pending"]["precondition"] == {"revision": moved.records()["pending"].revision}
    assert changes["new"]["precondition"] == {"revision": None}


def test_drift_unmanaged_and_summary(moved: Shop) -> None:
    document = _plan(moved)
    [drift] = document["resource_drift"]
    assert drift["address"] == "session_type.drifting"
    assert (drift["change"]["before"]["expiry"], drift["change"]["after"]["expiry"]) == (7, 30)
    assert document["unmanaged"] == ["stray"]
    assert document["summary"] == {"create": 1, "update": 2, "delete": 0, "no_op": 1, "withheld": 1}
    assert _plan(moved, "--prune")["summary"] == {"create": 1, "update": 2, "delete": 1, "no_op": 1, "withheld": 0}


@pytest.mark.parametrize(
    ("fields", "risk"),
    [
        ({"selector": "$Session{details}{email}"}, "breaking"),
        ({"schema": "{userId: user_123}"}, "breaking"),
        ({"schema": "{userId: 7, details: {email: ade@example.com}}"}, "breaking"),
        ({"expiry": 1}, "disruptive"),
        ({"expiry": 8}, "safe"),
        ({"name": "Buyer"}, "safe"),
        ({"description": "Other"}, "safe"),
        ({"schema": "{userId: user_123, details: {email: ade@example.com}, more: 1}"}, "safe"),
        ({"schema": "{userId: user_456, details: {email: ade@example.com}}"}, "none"),
        ({"expiry": 1, "schema": "{userId: user_123}"}, "breaking"),
    ],
    ids=str,
)
def test_the_risk_of_a_change_is_the_worst_of_its_fields(shop: Shop, fields: dict[str, Any], risk: str) -> None:
    shop.session("cart")
    shop.apply()
    shop.session("cart", **fields)
    assert _by_name(_plan(shop))["cart"]["risk"] == risk


def test_a_plan_without_changes_lists_every_session_type_as_no_op(shop: Shop) -> None:
    shop.session("cart")
    shop.session("guest")
    shop.apply()
    document = _plan(shop)
    assert document["applyable"] is False
    assert [change["change"]["actions"] for change in document["resource_changes"]] == [["no-op"], ["no-op"]]
    assert document["summary"]["no_op"] == 2


def test_the_saved_plan_is_the_document_that_json_prints(moved: Shop) -> None:
    printed = moved.ok("plan", "sessions", "--format", "json", "--out", "plan.json").document
    assert json.loads((moved.root / "plan.json").read_text()) == printed


def test_the_document_is_ascii_whatever_the_names(shop: Shop) -> None:
    shop.session("cart", name="Bücher 購物車")
    out = shop.ok("plan", "sessions", "--format", "json").out
    assert out.isascii()
    assert "Bücher 購物車" in json.dumps(json.loads(out), ensure_ascii=False)


def test_when_a_change_is_fully_in_effect_is_told_where_sessions_live_on(moved: Shop) -> None:
    changes = _by_name(_plan(moved))
    assert changes["new"]["fully_effective_at"] is None
    assert datetime.fromisoformat(changes["pending"]["fully_effective_at"]) > datetime.fromisoformat(
        _plan(moved)["timestamp"]
    )
