from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from reconciler.port import EnvironmentImpact, Impact
from reconciler.registry.store import StoreReader, open_database
from reconciler.registry.store.tables import session_types
from tests.server.running import Running, spec

APPLY = {
    "Reconciler-Project": "shop%20sessions",
    "Reconciler-File": "sessions/caf%C3%A9.yaml",
    "Reconciler-Commit": "c0ffee",
    "Reconciler-Plan": "sha256:1",
}


def create(
    api: httpx.Client, tag: str = "user", headers: dict[str, str] | None = None, **fields: Any
) -> httpx.Response:
    answer = api.post("session-types", json=spec(tag, **fields), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    return document


def test_what_is_created_is_answered_and_read(api: httpx.Client, product: str) -> None:
    created = create(api)

    record = created.json()
    assert list(record) == [
        "tag", "spec", "revision", "managed_by", "applied", "created_at", "updated_at", "updated_by",
    ]  # fmt: skip
    assert record["spec"] == spec()
    assert record["managed_by"] is record["applied"] is None
    assert record["updated_by"] == f"token:writer of {product}"
    assert created.headers["etag"] == '"1"'
    assert created.headers["location"] == f"/v1/products/{product}/session-types/user"
    read = api.get("session-types/user")
    assert read.json() == record
    assert read.headers["etag"] == '"1"'


def test_times_are_utc_with_microseconds(api: httpx.Client) -> None:
    record = create(api).json()

    for name in ("created_at", "updated_at"):
        assert record[name] == datetime.fromisoformat(record[name]).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_what_is_read_is_in_canonical_spelling(api: httpx.Client) -> None:
    assert create(api, period="hour").json()["spec"]["period"] == "hours"


def test_an_apply_owns_what_it_writes(api: httpx.Client) -> None:
    record = create(api, headers=APPLY).json()

    assert record["managed_by"] == {"project": "shop sessions", "file": "sessions/café.yaml", "commit": "c0ffee"}
    assert record["applied"] == record["spec"]
    [entry] = api.get("history").json()["items"]
    assert entry["source"] == {**record["managed_by"], "plan": "sha256:1"}


def test_without_a_project_there_is_no_source(api: httpx.Client) -> None:
    assert create(api, headers={"Reconciler-Commit": "c0ffee"}).json()["managed_by"] is None


def test_a_tag_is_created_once(api: httpx.Client) -> None:
    create(api)

    document = problem(api.post("session-types", json=spec(name="Another")), 409, "tag-exists")
    assert document["tag"] == "user"
    assert "exists already, at revision 1" in document["detail"]


def test_an_unknown_product_is_an_empty_page(api: httpx.Client) -> None:
    answer = api.get("session-types")

    assert answer.json() == {"items": [], "revision": 0, "mark": "0", "next": None}
    assert answer.headers["etag"] == '"0"'


def test_what_does_not_exist_is_not_found(api: httpx.Client) -> None:
    problem(api.get("session-types/nobody"), 404, "not-found")
    problem(api.get("session-types/nobody/impact"), 404, "not-found")
    problem(api.patch("session-types/nobody", json={}, headers={"If-Match": "*"}), 404, "not-found")
    problem(api.delete("session-types/nobody", headers={"If-Match": "*"}), 404, "not-found")


def test_a_type_of_which_no_session_was_started_has_no_impact(api: httpx.Client) -> None:
    create(api)

    impact: dict[str, Any] = {"tag": "user", "live_sessions": 0, "live_users": 0, "environments": []}
    assert api.get("session-types/user/impact").json() == impact


def test_the_impacts_of_all_are_told_as_far_as_they_are_known(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(api)
    none = {"tag": "user", "live_sessions": 0, "live_users": 0, "environments": []}
    assert api.get("impact").json() == {"items": [none]}

    known = {"user": Impact(12, 9, (EnvironmentImpact("live", 12, 9),)), "cart": Impact(0, 0)}
    monkeypatch.setattr(StoreReader, "impacts", lambda _reader, _tags=None: known)
    live = [{"environment": "live", "live_sessions": 12, "live_users": 9}]
    assert api.get("impact").json() == {
        "items": [
            {"tag": "cart", "live_sessions": 0, "live_users": 0, "environments": []},
            {"tag": "user", "live_sessions": 12, "live_users": 9, "environments": live},
        ]
    }
    assert api.get("session-types/user/impact").json()["live_sessions"] == 12


class TestUpdate:
    def test_only_the_fields_given_change(self, api: httpx.Client) -> None:
        create(api)
        updated = api.patch("session-types/user", json={"expiry": 14}, headers={"If-Match": '"1"'})

        assert updated.status_code == 200
        assert updated.json()["spec"] == spec(expiry=14)
        assert updated.headers["etag"] == '"2"'

    def test_no_fields_and_a_project_take_ownership(self, api: httpx.Client) -> None:
        create(api)
        updated = api.patch("session-types/user", json={}, headers={"If-Match": '"1"', **APPLY})

        assert updated.json()["managed_by"]["project"] == "shop sessions"
        assert api.get("history").json()["items"][-1]["action"] == "adopt"

    @pytest.mark.parametrize("match", ['"1"', "*", '"1", "9"', '"9" , "1"', '"1" ,, "9",', 'W/"1", "1"'])
    def test_a_condition_that_holds(self, api: httpx.Client, match: str) -> None:
        create(api)
        assert api.patch("session-types/user", json={"expiry": 8}, headers={"If-Match": match}).status_code == 200

    @pytest.mark.parametrize(
        "match", ['"2"', '"0"', '"01"', '"x"', '""', 'W/"1"', '"7", "8"', '"99999999999999999999999"', 'W/"1", "2"']
    )
    def test_a_condition_that_does_not(self, api: httpx.Client, match: str) -> None:
        create(api)

        document = problem(
            api.patch("session-types/user", json={"expiry": 8}, headers={"If-Match": match}), 412, "stale-record"
        )
        assert document["tag"] == "user"
        assert api.get("session-types/user").json()["spec"]["expiry"] == 7

    @pytest.mark.parametrize("match", ["1", "", '"1', '"1" "2"', '*, "1"', 'w/"1"'])
    def test_a_condition_that_is_none(self, api: httpx.Client, match: str) -> None:
        create(api)

        answer = api.patch("session-types/user", json={"expiry": 8}, headers={"If-Match": match})
        assert problem(answer, 422, "invalid-request")["errors"][0]["pointer"] == "/If-Match"

    def test_several_headers_are_one_list(self, api: httpx.Client) -> None:
        create(api)

        headers = [("If-Match", '"9"'), ("If-Match", '"1"')]
        assert api.patch("session-types/user", json={"expiry": 8}, headers=headers).status_code == 200

    def test_without_a_condition_nothing_is_written(self, api: httpx.Client) -> None:
        create(api)
        problem(api.patch("session-types/user", json={"expiry": 8}), 428, "precondition-required")
        problem(api.delete("session-types/user"), 428, "precondition-required")

    def test_what_is_gone_has_moved(self, api: httpx.Client) -> None:
        create(api)
        api.delete("session-types/user", headers={"If-Match": '"1"'})

        answer = api.patch("session-types/user", json={"expiry": 8}, headers={"If-Match": '"1"'})
        assert "deleted by token:" in problem(answer, 412, "stale-record")["detail"]

    def test_the_result_must_be_valid(self, api: httpx.Client) -> None:
        create(api)
        answer = api.patch(
            "session-types/user", json={"selector": "$Session{nobody}", "expiry": 0}, headers={"If-Match": "*"}
        )

        document = problem(answer, 422, "invalid-session-type")
        assert [error["pointer"] for error in document["errors"]] == ["/expiry", "/selector"]
        assert document["tag"] == "user"

    def test_the_tag_stays(self, api: httpx.Client) -> None:
        create(api)
        answer = api.patch("session-types/user", json={"tag": "other"}, headers={"If-Match": "*"})

        assert problem(answer, 422, "invalid-session-type")["errors"][0]["pointer"] == "/tag"


class TestDelete:
    def test_another_hands_record_is_gone(self, api: httpx.Client) -> None:
        create(api)

        answer = api.delete("session-types/user", headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.content) == (204, b"")
        problem(api.get("session-types/user"), 404, "not-found")

    def test_an_owned_record_leaves_a_tombstone_that_an_apply_removes(self, api: httpx.Client) -> None:
        create(api, headers=APPLY)
        api.delete("session-types/user", headers={"If-Match": '"1"'})

        tombstone = api.get("session-types/user").json()
        assert (tombstone["spec"], tombstone["applied"]) == (None, spec())
        assert api.get("session-types").json()["items"] == [tombstone]
        assert api.delete("session-types/user", headers={"If-Match": "*", **APPLY}).status_code == 204
        assert api.get("session-types").json()["items"] == []

    def test_at_another_revision_it_stays(self, api: httpx.Client) -> None:
        create(api)
        problem(api.delete("session-types/user", headers={"If-Match": '"2"'}), 412, "stale-record")
        assert api.get("session-types/user").status_code == 200


class TestNotModified:
    @pytest.mark.parametrize("known", ["{}", "W/{}", '"7", {}', "*"])
    def test_what_the_client_has_is_not_sent_again(self, api: httpx.Client, known: str) -> None:
        create(api)
        for path in ("session-types", "session-types/user"):
            etag = api.get(path).headers["etag"]
            answer = api.get(path, headers={"If-None-Match": known.format(etag)})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag

    @pytest.mark.parametrize("known", ['"2"', '"x"', '"0"'])
    def test_what_it_has_not_is_sent(self, api: httpx.Client, known: str) -> None:
        create(api)
        for path in ("session-types", "session-types/user"):
            assert api.get(path, headers={"If-None-Match": known}).status_code == 200

    def test_a_write_changes_the_lists_tag_and_only_its_records(self, api: httpx.Client) -> None:
        create(api, "a")
        create(api, "b")

        assert api.get("session-types", headers={"If-None-Match": '"1"'}).status_code == 200
        assert api.get("session-types/a", headers={"If-None-Match": '"1"'}).status_code == 304


class TestPages:
    def test_pages_lead_through_all_records(self, api: httpx.Client) -> None:
        tags = ["0", "A", "a", "a-1", "a.1", "b"]
        for tag in reversed(tags):
            create(api, tag)

        assert walk(api, limit=4) == [tags[:4], tags[4:]]
        assert walk(api, limit=3) == [tags[:3], tags[3:]]
        assert walk(api, limit=10000) == [tags]

    def test_what_is_written_in_between_shifts_nothing(self, api: httpx.Client) -> None:
        for tag in "bdfh":
            create(api, tag)
        first = api.get("session-types", params={"limit": 2}).json()
        for tag in "aceg":
            create(api, tag)
        api.delete("session-types/d", headers={"If-Match": "*"})  # the very record that the cursor stands at
        api.delete("session-types/f", headers={"If-Match": "*"})

        second = api.get("session-types", params={"limit": 5, "cursor": first["next"]}).json()
        assert [item["tag"] for item in first["items"]] == ["b", "d"]
        assert [item["tag"] for item in second["items"]] == ["e", "g", "h"]
        assert (first["revision"], second["revision"]) == (4, 10)

    def test_the_default_is_a_thousand(self, api: httpx.Client) -> None:
        writes = [{"action": "create", "spec": spec(f"t{n:04}"), "source": None} for n in range(1000)]
        assert api.post("changesets", json={"writes": writes}).status_code == 200
        create(api, "z")

        page = api.get("session-types").json()
        assert len(page["items"]) == 1000
        rest = api.get("session-types", params={"cursor": page["next"]}).json()
        assert ([item["tag"] for item in rest["items"]], rest["next"]) == (["z"], None)

    def test_the_bytes_are_those_of_the_records_one_by_one(self, api: httpx.Client) -> None:
        assert api.get("session-types").content == b'{"items":[],"revision":0,"mark":"0","next":null}'
        create(api, "a", headers=APPLY, name='Quotes " and \\, Zürich 🏙\u2028\x7f')
        create(api, "b", headers={"Reconciler-Project": "shop"}, schema={"userId": "u", "n": [1.5, 1e-7, None, True]})
        create(api, "c")
        api.delete("session-types/b", headers={"If-Match": "*"})

        ones = [api.get(f"session-types/{tag}").content for tag in "abc"]
        page = api.get("session-types", params={"limit": 3})
        head = b'{"items":[' + b",".join(ones) + b'],"revision":4,"mark":'
        assert page.content == head + f'{page.headers["etag"]},"next":null}}'.encode()

    def test_what_cant_be_read_is_a_problem_and_not_half_a_page(self, either: Running, api: httpx.Client) -> None:
        for number in range(3):
            create(api, f"t{number}")
        product = str(api.base_url).split("/")[-2]
        database = open_database(either.database, either.root)
        broken = update(session_types).where(session_types.c.product == product, session_types.c.tag == "t2")
        database.write(lambda connection: connection.execute(broken.values(spec="{")))
        database.close()

        document = problem(api.get("session-types"), 503, "database-unavailable")
        assert "`t2`" not in document["detail"]  # what is wrong with the database is for the log

    @pytest.mark.parametrize("cursor", ["", "x", "YWZ0ZXI6", "YWZ0ZXI6Og", "é", "YWZ0ZXI6YQ==", "AAAA"])
    def test_a_cursor_of_ones_own_is_refused(self, api: httpx.Client, cursor: str) -> None:
        answer = api.get("session-types", params={"cursor": cursor})

        error = problem(answer, 422, "invalid-request")["errors"][0]
        assert (error["in"], error["pointer"]) == ("query", "/cursor")


def walk(api: httpx.Client, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        params = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
        page = api.get("session-types", params=params).json()
        pages.append([item["tag"] for item in page["items"]])
        cursor = page["next"]
        if cursor is None:
            return pages


class TestIdempotency:
    def test_a_repeated_create_is_answered_as_the_first_time(self, api: httpx.Client) -> None:
        key = {"Idempotency-Key": "k-1"}
        first = create(api, headers=key)
        api.patch("session-types/user", json={"expiry": 8}, headers={"If-Match": "*"})
        again = create(api, headers=key)

        assert again.json() == first.json()
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["location"] == first.headers["location"]
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert len(api.get("history").json()["items"]) == 2

    def test_a_key_stands_for_one_request(self, api: httpx.Client) -> None:
        key = {"Idempotency-Key": "k-1"}
        create(api, headers=key)

        answer = api.post("session-types", json=spec(name="Another"), headers=key)
        error = problem(answer, 422, "idempotency-conflict")["errors"][0]
        assert (error["in"], error["pointer"]) == ("header", "/Idempotency-Key")

    def test_another_key_finds_the_tag_taken(self, api: httpx.Client) -> None:
        create(api, headers={"Idempotency-Key": "k-1"})
        answer = api.post("session-types", json=spec(), headers={"Idempotency-Key": "k-2"})
        problem(answer, 409, "tag-exists")


def test_large_answers_are_compressed_for_who_can_read_it(api: httpx.Client) -> None:
    for number in range(5):
        create(api, f"t{number}")

    zipped = api.get("session-types", headers={"Accept-Encoding": "gzip"})
    plain = api.get("session-types", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.json() == plain.json()
    assert "content-encoding" not in api.get("session-types/t1").headers


class TestHistory:
    def test_every_write_is_an_entry(self, api: httpx.Client) -> None:
        create(api, "a")
        create(api, "b", headers=APPLY)
        api.patch("session-types/a", json={"expiry": 8}, headers={"If-Match": '"1"'})

        entries = api.get("history").json()
        assert entries["next_after"] is None
        assert [(each["revision"], each["tag"], each["action"]) for each in entries["items"]] == [
            (1, "a", "create"), (2, "b", "create"), (3, "a", "update"),
        ]  # fmt: skip
        assert entries["items"][2]["changes"] == {"expiry": {"before": 7, "after": 8}}
        assert [each["source"] is None for each in entries["items"]] == [True, False, True]

    def test_pages_and_one_tag(self, api: httpx.Client) -> None:
        for tag in "abcabd":
            if tag in {"a", "b"} and api.get(f"session-types/{tag}").status_code == 200:
                api.patch(f"session-types/{tag}", json={"expiry": 9}, headers={"If-Match": "*"})
            else:
                create(api, tag)

        revisions: list[int] = []
        after: int | None = 0
        while after is not None:
            page = api.get("history", params={"after": after, "limit": 2}).json()
            revisions += [each["revision"] for each in page["items"]]
            after = page["next_after"]
        assert revisions == [1, 2, 3, 4, 5, 6]
        assert all(later == earlier + 1 for earlier, later in pairwise(revisions))
        of_a = api.get("history", params={"tag": "a"}).json()["items"]
        assert [each["revision"] for each in of_a] == [1, 4]
        assert api.get("history", params={"tag": "nobody"}).json() == {"items": [], "next_after": None}


class TestChangesets:
    def test_all_writes_are_carried_out(self, api: httpx.Client) -> None:
        create(api, "a")
        create(api, "b")
        source = {"project": "shop", "file": "a.yaml", "commit": "c0ffee", "plan": None}
        writes = [
            {"action": "create", "spec": spec("c"), "source": source},
            {"action": "update", "tag": "a", "fields": {"expiry": 8}, "revision": 1, "source": source},
            {"action": "delete", "tag": "b", "revision": 2, "source": None},
        ]

        answer = api.post("changesets", json={"writes": writes})
        assert (answer.status_code, answer.json()) == (200, {"revision": 5})
        assert [item["tag"] for item in api.get("session-types").json()["items"]] == ["a", "c"]
        entries = api.get("history", params={"after": 2}).json()["items"]
        assert [(each["tag"], each["action"], each["source"]) for each in entries] == [
            ("c", "create", source), ("a", "update", source), ("b", "delete", None),
        ]  # fmt: skip

    def test_or_none(self, api: httpx.Client) -> None:
        create(api, "a")
        before = api.get("session-types").json()
        new = {"action": "create", "spec": spec("b")}
        taken = {"action": "create", "spec": spec("a")}
        moved = {"action": "update", "tag": "a", "fields": {"expiry": 8}, "revision": 9}
        broken = {"action": "update", "tag": "a", "fields": {"expiry": 0, "color": 1}, "revision": 1}

        answer = problem(api.post("changesets", json={"writes": [new, taken]}), 409, "tag-exists")
        assert answer["tag"] == "a"
        answer = problem(api.post("changesets", json={"writes": [new, moved]}), 412, "stale-record")
        assert answer["tag"] == "a"
        answer = problem(api.post("changesets", json={"writes": [new, broken]}), 422, "invalid-session-type")
        pointers = {error["pointer"] for error in answer["errors"]}
        assert (answer["tag"], pointers) == ("a", {"/writes/1/fields/expiry", "/writes/1/fields/color"})
        assert api.get("session-types").json() == before

    def test_every_new_session_type_is_checked(self, api: httpx.Client) -> None:
        writes = [
            {"action": "create", "spec": spec("a", expiry=0)},
            {"action": "create", "spec": spec("b")},
            {"action": "create", "spec": {}},
        ]

        document = problem(api.post("changesets", json={"writes": writes}), 422, "invalid-session-type")
        pointers = {error["pointer"] for error in document["errors"]}
        assert {"/writes/0/spec/expiry", "/writes/2/spec/name"} <= pointers
        assert not any(pointer.startswith("/writes/1") for pointer in pointers)

    @pytest.mark.parametrize(
        ("writes", "pointer"),
        [
            ([], "/writes"),
            ("x", "/writes"),
            ([1], "/writes/0"),
            ([{}], "/writes/0"),
            ([{"action": "rename"}], "/writes/0"),
            ([{"action": "delete", "revision": 1}], "/writes/0/tag"),
            ([{"action": "delete", "tag": "a:b", "revision": 1}], "/writes/0/tag"),
            ([{"action": "delete", "tag": "a", "revision": "1"}], "/writes/0/revision"),
            ([{"action": "delete", "tag": "a", "revision": 2**63}], "/writes/0/revision"),
            ([{"action": "delete", "tag": "a", "revision": 1, "sauce": 1}], "/writes/0/sauce"),
            ([{"action": "create", "spec": []}], "/writes/0/spec"),
            ([{"action": "create", "spec": {}, "source": {"project": "a\0"}}], "/writes/0/source/project"),
            ([{"action": "create", "spec": {}, "source": {"file": "a"}}], "/writes/0/source/project"),
            ([{"action": "delete", "tag": "a", "revision": 1}] * 1001, "/writes"),
        ],
    )
    def test_the_form_is_checked(self, api: httpx.Client, writes: Any, pointer: str) -> None:
        document = problem(api.post("changesets", json={"writes": writes}), 422, "invalid-request")
        assert document["errors"][0]["pointer"] == pointer
