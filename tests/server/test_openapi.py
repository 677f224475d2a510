"""The OpenAPI document is true: what it allows is accepted, what it forbids is not, and every answer is described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from reconciler.access import Role
from reconciler.registry.connect import utc_now
from reconciler.registry.store import Store, TokenStore, open_database
from reconciler.server import Settings, create_app
from reconciler.session_type import check
from tests.server.running import spec
from tests.server.walk import Operation, document, each, operations

EXAMPLES = 5
FITTING = {"userId": "user_123"}
PRODUCT = "storefront"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastAPI, str]:
    folder = tmp_path_factory.mktemp("server")
    database = open_database("sqlite:///registry.db", folder)
    _, secret = TokenStore(database, utc_now).create("schemathesis", Role.ADMIN)
    with Store(database, product=PRODUCT, actor="test", clock=utc_now) as store:  # closes the database
        found = check(spec("user", schema={"userId": "user_123"}))
        assert found.session_type is not None
        store.create(found.session_type)
    return create_app(Settings("sqlite:///registry.db", folder)), secret


def fits(spec: Any) -> Any:
    """Make the selector resolve, and the expiry no `7.0`, which are the two rules that JSON Schema can't state."""
    if isinstance(spec, dict) and isinstance(spec.get("expiry"), float):
        spec = {**spec, "expiry": int(spec["expiry"])}
    if isinstance(spec, dict) and isinstance(spec.get("schema"), dict) and "selector" in spec:
        return {**spec, "schema": {**spec["schema"], **FITTING}, "selector": "$Session{userId}"}
    return spec


def mended(case: Case[Any]) -> Case[Any]:
    """Take out what no schema can say: expiries that are past, cursors of nobody, keys that were used, other tags.

    Sessions are those of a type that is there, so that more is tried than what is answered for one that is not.
    """
    body: Any = case.body
    if "/sessions/{tag}/" in case.path:
        case.path_parameters = {**case.path_parameters, "product": PRODUCT, "tag": "user"}
    if case.path.endswith("/start"):
        case.body = body = {"data": FITTING}
    if isinstance(body, dict):
        body.pop("expires_at", None)
        if case.method == "PATCH":
            body.pop("tag", None)
            if ("selector" in body) is not ("schema" in body):  # one may not fit the other of the record that is there
                body.pop("selector", None)
                body.pop("schema", None)
        for write in body.get("writes", ()):
            if isinstance(write, dict):
                write.get("fields", {}).pop("tag", None)
                write.update({"spec": fits(write["spec"])} if "spec" in write else {})
        case.body = fits(body)
    if case.query:
        case.query.pop("cursor", None)
    if case.headers:
        case.headers.pop("Idempotency-Key", None)
    return case


load_all_checks()
ACCEPTED: Any = CHECKS.get_one("positive_data_acceptance")
# A random If-Match is stale, and a random refresh token nobody's: right answers to right requests.
ALLOWED = {409, 412, 428}


def _config() -> SchemathesisConfig:
    # Each request carries the token. Parameters that nobody knows have a test of their own, and some that
    # schemathesis thinks of, such as an empty list, leave no trace in the request.
    generation = {"with-security-parameters": False, "allow-extra-parameters": False}
    return SchemathesisConfig.from_dict({"generation": generation})


def cases() -> Iterator[Any]:
    """Give each operation twice; where nothing is taken, nothing can be wrong."""
    for one in operations():
        yield pytest.param(one, GenerationMode.POSITIVE, id=f"right-{one.method} {one.path}")
        if (not one.is_public and one.path != "/v1/tokens") or one.has_body:
            yield pytest.param(one, GenerationMode.NEGATIVE, id=f"wrong-{one.method} {one.path}")


@pytest.mark.parametrize(("operation", "mode"), list(cases()))
def test_nothing_is_found(served: tuple[FastAPI, str], operation: Operation, mode: GenerationMode) -> None:
    app, secret = served
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=_config())
    strategy = schema[operation.path][operation.method].as_strategy(generation_mode=mode)

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def try_one(case: Case[Any]) -> None:
        sent = mended(case) if mode is GenerationMode.POSITIVE else case
        answer = sent.call(headers={"Authorization": f"Bearer {secret}"})
        excluded = [ACCEPTED] if answer.status_code in ALLOWED else []
        sent.validate_response(answer, excluded_checks=excluded)

    try_one()


@each()
def test_every_operation_is_described(operation: Operation) -> None:
    assert operation.description["description"]
    assert operation.description["operationId"]
    for status, answer in operation.description["responses"].items():
        assert answer["description"]
        assert "X-Request-Id" in answer["headers"]
        if int(status) >= 400:
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content["examples"]


def test_the_operations_are_named_once() -> None:
    names = [one.description["operationId"] for one in operations()]
    assert len(names) == len(set(names))


def test_the_examples_are_examples() -> None:
    whole = document()
    schemas = whole["components"]["schemas"]
    assert "examples" in schemas["SessionType"]
    for name, schema in schemas.items():
        for example in schema.get("examples", ()):
            schema_of_it = {"$ref": f"#/components/schemas/{name}", "components": whole["components"]}
            jsonschema_rs.validate(schema_of_it, example)


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1")
