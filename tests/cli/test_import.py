"""`reconciler import`: the vendor's declaration file becomes manifests, and what that lacks is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

FILE = "ductape/sessions.json"
WHOLE: dict[str, Any] = {"schema": {"userId": "user_123"}, "selector": "$Session{userId}"}
Golden = Callable[[str, str], None]


def declare(shop: Shop, *declared: Any) -> None:
    shop.write(FILE, json.dumps(list(declared), indent=2))


def one(tag: str = "user-session", **fields: Any) -> dict[str, Any]:
    return {"tag": tag, "name": "User session", "expiry": 604800, **fields}


def text_of(shop: Shop, tag: str = "user-session") -> str:
    return (shop.root / "sessions" / f"{tag}.yaml").read_text(encoding="utf-8")


def test_an_incomplete_declaration_reads_as_it_should(shop: Shop, golden: Golden) -> None:
    declare(shop, one(description="Signed-in", refresh_expiry=2592000), one("admin", expiry=5400, **WHOLE))
    imported = shop.ok("import", FILE)
    manifests = text_of(shop) + "---\n" + text_of(shop, "admin")
    golden("import.txt", f"{imported.text.rstrip()}\n\n{manifests.rstrip()}")


def test_a_completed_manifest_is_planned(shop: Shop) -> None:
    declare(shop, one())
    shop.ok("import", FILE)
    refused = shop.run("validate", "sessions")
    assert refused.code == 3
    assert refused.err.count("[missing-field]") == 2
    assert all(f"The field `{name}` is required" in refused.err for name in WHOLE)
    text = text_of(shop).replace("# schema:\n#   userId", "schema:\n  userId").replace("# selector:", "selector:")
    shop.write("sessions/user-session.yaml", text)
    shop.ok("validate", "sessions")
    assert "Plan: 1 to create, 0 to update, 0 to delete." in shop.ok("plan", "sessions").out


@pytest.mark.parametrize(
    ("seconds", "expiry", "period"),
    [
        (1, 1, "seconds"),
        (90, 90, "seconds"),
        (5400, 90, "minutes"),
        (3600, 1, "hours"),
        (172800, 2, "days"),
        (2592000, 30, "days"),
        (1209600, 2, "weeks"),
    ],
)
def test_seconds_get_the_greatest_period_that_fits(shop: Shop, seconds: int, expiry: int, period: str) -> None:
    declare(shop, one(expiry=seconds, **WHOLE))
    shop.ok("import", FILE)
    assert f"expiry: {expiry}\nperiod: {period}\n" in text_of(shop)


def test_what_the_file_says_beyond_its_own_fields_is_taken_over(shop: Shop) -> None:
    declare(shop, one(expiry=7, period="mins", _id="65f", createdAt="2026-01-01", **WHOLE))
    imported = shop.ok("import", FILE)
    assert imported.err == ""
    assert "expiry: 7\nperiod: minutes\n" in text_of(shop)
    shop.ok("validate", "sessions")


def test_nothing_is_overwritten_unless_forced(shop: Shop) -> None:
    declare(shop, one(**WHOLE))
    shop.write("sessions/user-session.yaml", "# mine\n")
    left = shop.ok("import", FILE)
    assert "left sessions/user-session.yaml, which is there already; --force overwrites it" in left.out
    assert text_of(shop) == "# mine\n"
    assert "overwrote sessions/user-session.yaml" in shop.ok("import", FILE, "--force").out
    assert text_of(shop).startswith("name: User session\n")


def test_a_tag_that_has_its_manifest_elsewhere_is_left(shop: Shop) -> None:
    file = shop.session("user-session", path="sessions/all.yaml")
    before = file.read_text(encoding="utf-8")
    declare(shop, one(**WHOLE))
    left = shop.ok("import", FILE, "--force")
    assert "left user-session, which has its manifest in sessions/all.yaml" in left.out
    assert file.read_text(encoding="utf-8") == before
    assert not (shop.root / "sessions" / "user-session.yaml").exists()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{", ["json-syntax", f"{FILE}:1:2"]),
        ("{}", ["json-syntax", "array of declarations"]),
        ("[NaN]", ["json-syntax", "NaN"]),
        ("[3]", ["not-a-mapping"]),
        ('[{"tag": "a:b", "name": "A", "expiry": 0}]', ["tag-form", "expiry-range", f"{FILE}:1:10"]),
        ('[{"tag": "a", "name": "A", "expiry": true}]', ["wrong-type"]),
        ('[{"tag": "a", "nme": "A", "expiry": 1}]', ["unknown-field", "Did you mean `name`?"]),
        ('[{"tag": "a", "name": "A", "expiry": 1, "refresh_expiry": "x"}]', ["`refresh_expiry` must be"]),
        ('[{"tag": "a", "name": "A", "expiry": 1}, {"tag": "a", "name": "A", "expiry": 1}]', ["duplicate-tag"]),
        ('[{"tag": "a", "name": "A", "expiry": 1, "selector": "id", "schema": {"id": 1}}]', ["selector-form"]),
    ],
)
def test_what_is_wrong_is_told_at_its_place_and_nothing_is_written(shop: Shop, text: str, places: list[str]) -> None:
    shop.write(FILE, text)
    refused = shop.run("import", FILE)
    assert refused.code == 3
    assert all(place in refused.err for place in places), refused.err
    assert not (shop.root / "sessions").exists()


def test_text_of_every_kind_comes_through(shop: Shop) -> None:
    told = '😀 "quoted" \\ ${HOME} #no: yes\n\ttab'
    declare(shop, one(description=told, **WHOLE))
    shop.ok("import", FILE)
    planned = json.loads(shop.ok("plan", "sessions", "--format", "json").out)
    assert planned["resource_changes"][0]["change"]["after"]["description"] == told
