"""What the calls of the platform's clients give to those who ask for more: to whom, in which form, to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.access import Role
from tests.server.ductape_client import EXECUTE, DuctapeClient, body_of, refused
from tests.server.running import Running, running, spec

SOURCE = {"project": "shop", "file": "sessions/user.yaml", "commit": "c0ffee", "plan": "digest"}
MARK = ["reconciler/v1"]
ADDED = ("commit", "history", "impact", "impacts")


@dataclass
class Extended(DuctapeClient):
    """A client that asks for the extension."""

    @property
    def headers(self) -> dict[str, str]:
        return {**super().headers, "Reconciler-Extensions": "another/v9, reconciler/v1"}

    def call(self, method: str, *params: Any, module: str = "sessions") -> Any:
        answer = self.execute(module, method, *params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert set(told) == {"status", "message", "code", "data"}
        assert set(told["data"]) == {"data", "execution_time_ms", "request_id", "extensions"}
        assert told["data"]["extensions"] == MARK
        return told["data"]["data"]

    def refused(self, method: str, *params: Any) -> dict[str, Any]:
        """Return what a refusal says."""
        answer = self.execute("sessions", method, *params)
        told: dict[str, Any] = answer.json()
        assert answer.status_code >= 400
        assert set(told) - {"problem"} == {"status", "message", "code", "extensions"}
        assert (told["status"], told["extensions"]) == (False, MARK)
        return told

    def api(self, path: str) -> Any:
        """Return what the registry's own API says."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.get(f"/v1/products/{self.product}/{path}", headers=headers).json()


Open = Callable[..., Extended]


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("server"), ductape=True) as started:
        yield started


@pytest.fixture
def opened(answering: Running, product: str) -> Iterator[Open]:
    """Open clients of several roles at a product that nobody used."""
    with answering.client() as http:

        def client(role: Role = Role.WRITE, **options: Any) -> Extended:
            return Extended(http, product, answering.token(role, **options))

        yield client


@pytest.fixture
def writer(opened: Open) -> Extended:
    return opened()


class TestForms:
    def test_records_are_those_of_the_registrys_own_api(self, writer: Extended) -> None:
        product = writer.product
        created = writer.call("create", product, spec(), {"source": SOURCE})
        assert created == writer.call("fetch", product, "user") == writer.api("session-types/user")
        assert (created["revision"], created["managed_by"]["commit"]) == (1, "c0ffee")
        updated = writer.call("update", product, "user", {"expiry": 9}, {"revision": 1})
        assert (updated["revision"], updated["spec"]["expiry"], updated["applied"]["expiry"]) == (2, 9, 7)
        assert writer.call("delete", product, "user", {"revision": 2}) is None
        listed = writer.call("list", product)
        assert listed == writer.api("session-types")
        assert [record["spec"] for record in listed["items"]] == [None]

    def test_history_changesets_and_impact_are_too(self, writer: Extended) -> None:
        product = writer.product
        writes = [{"action": "create", "spec": spec(tag), "source": SOURCE} for tag in "ab"]
        assert writer.call("commit", product, {"writes": writes}) == {"revision": 2}
        assert writer.call("history", product) == writer.api("history")
        asked = {"tag": "b", "after": 0, "limit": 1.0}
        assert writer.call("history", product, asked) == writer.api("history?tag=b&limit=1")
        assert writer.call("impacts", product) == writer.api("impact")
        assert writer.call("impact", product, "a") == writer.api("session-types/a/impact")

    def test_a_create_with_a_key_is_carried_out_once(self, writer: Extended) -> None:
        options = {"source": None, "key": "k-1"}
        first = writer.call("create", writer.product, spec(), options)
        assert writer.call("create", writer.product, spec(), options) == first
        told = writer.refused("create", writer.product, spec(name="Another"), options)
        assert told["problem"]["code"] == "idempotency-conflict"

    @pytest.mark.parametrize(
        ("method", "params", "code"),
        [
            ("update", ["user", {"expiry": 9}, {"revision": 7}], "stale-record"),
            ("update", ["gone", {"expiry": 9}, {"revision": 1}], "stale-record"),
            ("delete", ["user", {"revision": 7}], "stale-record"),
            ("create", [spec()], "tag-exists"),
            ("update", ["user", {"expiry": 0}, {"revision": 1}], "invalid-session-type"),
            ("commit", [{"writes": [{"action": "delete", "tag": "user", "revision": 7}]}], "stale-record"),
        ],
    )
    def test_a_refusal_brings_the_problem_and_writes_nothing(
        self, writer: Extended, method: str, params: list[Any], code: str
    ) -> None:
        writer.call("create", writer.product, spec())
        before = writer.api("session-types")
        told = writer.refused(method, writer.product, *params)
        assert told["problem"]["code"] == code
        assert told["problem"]["tag"] == ("gone" if params[0] == "gone" else "user")
        assert writer.api("session-types") == before

    def test_a_tag_that_is_not_there_is_refused_as_on_the_platform(self, writer: Extended) -> None:
        for method in ("fetch", "impact"):
            told = writer.refused(method, writer.product, "nobody")
            assert (told["code"], "problem" in told) == ("SESSION_NOT_FOUND", False)

    @pytest.mark.parametrize(
        ("method", "params", "says"),
        [
            ("update", ["user", {"expiry": 1}], "options: The field is required"),
            ("update", ["user", {"expiry": 1}, {}], "options.revision: The field is required"),
            ("update", ["user", {"expiry": 1}, {"revision": "1"}], "options.revision: "),
            ("update", ["user", {"expiry": 1}, {"revision": -1}], "options.revision: "),
            ("update", ["user", {"tag": "other"}, {"revision": 1}], "can't be changed"),
            ("delete", ["user", {"revision": 1, "sauce": {}}], "options.sauce: "),
            ("delete", ["user", {"revision": 1, "source": {"file": "a"}}], "options.source.project: "),
            ("delete", ["user", {"revision": 1, "source": {"project": "a\nb"}}], "options.source.project: "),
            ("create", [spec(), {"key": ""}], "options.key: "),
            ("create", [spec(), {"key": "a b"}], "options.key: "),
            ("create", [spec(), {"key": "k\n"}], "options.key: "),
            ("history", [{"after": -1}], "options.after: "),
            ("history", [{"limit": 10_001}], "options.limit: "),
            ("history", [{"tag": "a:b"}], "options.tag: "),
            ("history", ["user"], "options: "),
            ("commit", [], "changeset: The field is required"),
            ("commit", [{"writes": []}], "writes: "),
            ("commit", [{"writes": [{"action": "drop"}]}], "writes.0: "),
            ("commit", [{"writes": [{"action": "create", "spec": {}}]}], "writes.0.spec"),
            ("impacts", ["user"], "takes 1 parameters: product"),
        ],
    )
    def test_malformed_parameters_are_refused_in_the_platforms_form(
        self, writer: Extended, method: str, params: list[Any], says: str
    ) -> None:
        told = writer.refused(method, writer.product, *params)
        assert says in told["message"]
        assert told["code"] in {"INVALID_REQUEST", "INVALID_SESSION_TYPE"}
        assert writer.api("session-types")["revision"] == 0

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        method=st.sampled_from(["create", "update", "list", "fetch", "delete", *ADDED]),
        params=st.lists(
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False, allow_infinity=False)
                | st.text()
                | st.sampled_from(["user", "create", "update"]),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(
                            ["writes", "action", "spec", "revision", "source", "tag", "key", "after", "limit"]
                        )
                        | st.text(max_size=9),
                        inner,
                        max_size=4,
                    )
                ),
                max_leaves=8,
            ),
            max_size=4,
        ),
    )
    def test_whatever_is_sent_is_answered_in_the_platforms_form(
        self, opened: Open, method: str, params: list[Any]
    ) -> None:
        admin = opened(Role.ADMIN)
        answer = admin.execute("sessions", method, admin.product, *params)
        assert answer.status_code < 500, answer.text
        assert set(answer.json()) >= {"status", "message", "code"}


class TestWhoMayCall:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (Role.READ, {"list", "fetch", "history", "impact", "impacts"}),
            (Role.RUNTIME, set()),
            (
                Role.WRITE,
                {"list", "fetch", "history", "impact", "impacts", "create", "update", "commit", "delete"},
            ),
        ],
    )
    def test_a_role_may_what_it_may_elsewhere(self, opened: Open, writer: Extended, role: Role, may: set[str]) -> None:
        product = writer.product
        writer.call("create", product, spec())
        calls: dict[str, tuple[Any, ...]] = {
            "list": (),
            "fetch": ("user",),
            "history": (),
            "impact": ("user",),
            "impacts": (),
            "create": (spec("other"), {"source": SOURCE}),
            "update": ("user", {"expiry": 9}, {"revision": 1, "source": SOURCE}),
            "commit": ({"writes": [{"action": "create", "spec": spec("third")}]},),
            "delete": ("other", {"revision": 2}),
        }
        client = opened(role)
        answers = {method: client.execute("sessions", method, product, *given) for method, given in calls.items()}
        assert {method for method, answer in answers.items() if answer.status_code == 200} == may
        for method in calls.keys() - may:
            told = answers[method].json()
            assert (answers[method].status_code, told["code"]) == (403, "ROLE_FORBIDDEN")
            assert told["problem"]["code"] == "role-forbidden"
        assert writer.api("session-types")["revision"] == (5 if role is Role.WRITE else 1)

    def test_a_token_of_another_product_is_refused(self, opened: Open) -> None:
        elsewhere = opened(product="elsewhere")
        for method, params in {"list": [], "history": [], "commit": [{"writes": []}], "create": [spec()]}.items():
            told = elsewhere.refused(method, elsewhere.product, *params)
            assert told["code"] == "PRODUCT_FORBIDDEN"

    def test_without_a_token_nothing_is_answered(self, writer: Extended) -> None:
        headers = {"Reconciler-Extensions": MARK[0]}
        answer = writer.http.post(EXECUTE, json=body_of("sessions", "list", writer.product), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_MISSING")


class TestWhoDoesNotAsk:
    @pytest.fixture
    def plain(self, writer: Extended) -> DuctapeClient:
        """Give a client of the platform, of the same product and token."""
        return DuctapeClient(writer.http, writer.product, writer.token)

    def test_the_added_methods_are_none(self, plain: DuctapeClient) -> None:
        for method in ADDED:
            answer = plain.execute("sessions", method, plain.product)
            assert "is not an allowed method" in refused(answer, 403, "METHOD_NOT_ALLOWED")

    def test_the_added_parameters_are_refused(self, plain: DuctapeClient) -> None:
        plain.call("create", plain.product, spec())
        calls: dict[str, list[Any]] = {
            "update": ["user", {"expiry": 9}, {"revision": 1}],
            "delete": ["user", {"revision": 1}],
            "create": [spec("other"), {"source": SOURCE}],
            "list": [{}],
        }
        for method, params in calls.items():
            answer = plain.execute("sessions", method, plain.product, *params)
            assert "parameters: product" in refused(answer, 400, "INVALID_REQUEST")

    def test_answers_are_as_they_were(self, plain: DuctapeClient, writer: Extended) -> None:
        writer.call("create", plain.product, spec(), {"source": SOURCE})
        [found] = plain.call("list", plain.product)
        fields = ["name", "tag", "description", "selector", "schema", "expiry", "period"]
        assert list(found) == ["_id", *fields, "createdAt", "updatedAt"]
        writer.call("delete", plain.product, "user", {"revision": 1})
        assert plain.call("list", plain.product) == []

    @pytest.mark.parametrize("named", ["", "reconciler/v2", "reconciler", "RECONCILER/V1"])
    def test_another_version_is_not_asked_for(self, plain: DuctapeClient, named: str) -> None:
        body = body_of("sessions", "list", plain.product)
        answer: httpx.Response = plain.http.post(
            EXECUTE, json=body, headers={**plain.headers, "Reconciler-Extensions": named}
        )
        assert set(answer.json()["data"]) == {"data", "execution_time_ms", "request_id"}
