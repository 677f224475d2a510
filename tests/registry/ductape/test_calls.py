"""What goes to the platform: the envelope, the headers, the payloads, and nothing that is secret anywhere else."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.port import RegistryDenied, Unreadable
from reconciler.registry.ductape import DuctapeSessions, open_proxy
from reconciler.registry.plain import Live
from reconciler.session_type import Period
from tests.builders import session_type
from tests.registry.ductape.conftest import address_of
from tests.registry.ductape.fake import ENVIRONMENT, KEY, PRODUCT_KEY, TOKEN, USER, WORKSPACE, FakePlatform, Fault

SECRETS = (TOKEN, KEY, PRODUCT_KEY)


def test_a_call_carries_both_token_headers_and_the_four_fields(
    sessions: DuctapeSessions, platform: FakePlatform
) -> None:
    assert sessions.list() == ()
    [seen] = platform.seen
    assert (seen.module, seen.method, seen.params) == ("sessions", "list", ["storefront"])
    assert (seen.headers["x-access-token"], seen.headers["authorization"]) == (TOKEN, f"Bearer {TOKEN}")
    assert seen.headers["content-type"] == "application/json"
    assert list(seen.body) == ["encrypted_payload", "workspace_id", "user_id", "public_key"]
    assert list(seen.body.values())[1:] == [WORKSPACE, USER, KEY]


def test_writes_are_strict_in_names_order_and_periods(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    spec = session_type(expiry=90, period="seconds", description="")
    sessions.create(spec)
    later = session_type(expiry=2, period="minutes", description="", name="Guest")
    sessions.update({"expiry": 2, "name": "Guest"}, before=spec, after=later)
    sessions.delete(later)

    create, update, delete = platform.seen
    payload = create.params[1]
    assert list(payload) == ["name", "tag", "description", "selector", "schema", "expiry", "period"]
    assert (payload["period"], payload["description"], payload["schema"]) == ("secs", "", spec.schema)
    assert update.params == ["storefront", "user", {"name": "Guest", "expiry": 2, "period": "mins"}]
    assert delete.params == ["storefront", "user"]


def test_every_period_is_one_that_the_platform_takes(sessions: DuctapeSessions) -> None:
    for period in Period:
        sessions.create(session_type(period.value, period=period.value))
    assert {found.spec.period for found in sessions.list() if isinstance(found, Live)} == set(Period)


def test_a_body_is_packed_only_above_the_limit(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    for size in (150_000, 152_900, 153_200, 160_000):
        sessions.create(session_type(f"t{size}", description="x" * size))
    for seen in platform.seen:
        assert seen.gzipped == (len(json.dumps(seen.body, separators=(",", ":"))) > 204_800)
    assert [seen.gzipped for seen in platform.seen] == [False, False, True, True]
    assert platform.stored()["t160000"]["description"] == "x" * 160_000


def test_a_product_tag_may_hold_a_colon(platform: FakePlatform, tmp_path: Path) -> None:
    proxy = open_proxy(address_of(platform), environment=ENVIRONMENT, home=tmp_path)
    with closing(DuctapeSessions(proxy, "xavier:shop")) as sessions:
        sessions.create(session_type())
        assert [found.tag for found in sessions.list()] == ["user"]
    assert list(platform.products) == ["xavier:shop"]


def test_the_products_key_encrypts_where_it_is_named(platform: FakePlatform, tmp_path: Path) -> None:
    platform.keys = {PRODUCT_KEY}
    environment = {**ENVIRONMENT, "DUCTAPE_PRODUCT_PUBLIC_KEY": PRODUCT_KEY}
    proxy = open_proxy(address_of(platform), environment=environment, home=tmp_path)
    with closing(DuctapeSessions(proxy, "storefront")) as sessions:
        assert sessions.list() == ()
    assert platform.seen[0].body["public_key"] == PRODUCT_KEY


def test_a_wrong_key_is_told_with_the_way_out(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    platform.keys = set()
    with pytest.raises(RegistryDenied, match=r"^sessions\.list: .* refused: Failed to decrypt payload$") as denied:
        sessions.list()
    assert "DUCTAPE_PUBLIC_KEY" in denied.value.hint


def test_no_secret_is_in_a_repr_or_a_message(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    platform.products["storefront"] = []
    said = json.dumps({"status": False, "code": 401, "message": f"{TOKEN} of {KEY} is not authorized"})
    platform.faults["list"] = [Fault(200, said)]
    with pytest.raises(RegistryDenied) as denied:
        sessions.list()
    told = [repr(vars(sessions)), repr(vars(sessions._proxy)), str(denied.value), denied.value.hint]  # noqa: SLF001
    frames = []
    trace = denied.value.__traceback__
    while trace:
        frames.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    assert not [
        text for text in (*told, *frames) for secret in SECRETS if secret in text and "FakePlatform" not in text
    ]
    assert "*** of *** is not authorized" in denied.value.message


def test_what_is_not_there_is_none_however_the_platform_says_so(
    sessions: DuctapeSessions, platform: FakePlatform
) -> None:
    for refuses in (True, False):
        platform.quirks.fetch_refuses_unknown = refuses
        assert sessions.find("nobody") is None


def test_a_record_that_is_listed_beside_an_unreadable_one_is_read(
    sessions: DuctapeSessions, platform: FakePlatform
) -> None:
    sessions.create(session_type("good"))
    platform.put(tag="bad", name="Bad", expiry="soon", period="days", schema={}, selector="")
    platform.put(name="Nameless")
    good, bad, nameless = sessions.list()
    assert isinstance(good, Live)
    assert bad == Unreadable("bad", "`expiry` must be a whole number, not a string.")
    assert nameless == Unreadable("record 3 of the list", "It has no `tag`.")
