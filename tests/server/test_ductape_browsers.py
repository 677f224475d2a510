"""Pages of another origin as clients of the platform: only where they are named, and as the browser's rules are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.access import Role
from tests.server.ductape_client import EXECUTE, LOGIN, DuctapeClient, body_of, refused
from tests.server.running import Running, running

PAGE, STRANGER = "https://app.example.com", "https://evil.example.com"


@pytest.fixture(scope="module")
def open_to_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    with running("sqlite:///registry.db", folder, ductape=True, ductape_origins=(PAGE,)) as started:
        yield started


@pytest.fixture
def reader(open_to_pages: Running, product: str) -> Iterator[DuctapeClient]:
    with open_to_pages.client() as http:
        yield DuctapeClient(http, product, open_to_pages.token(Role.READ))


def preflight(http: httpx.Client, origin: str, path: str = EXECUTE, **more: str) -> httpx.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    return http.options(path, headers={"Origin": origin, **asked, **more})


@pytest.mark.parametrize("path", [EXECUTE, LOGIN, f"/api{EXECUTE}"])
def test_a_named_page_may_send_what_the_platforms_clients_send(reader: DuctapeClient, path: str) -> None:
    headers = "authorization,content-encoding,content-type,x-access-token,x-publishable-key"
    answer = preflight(reader.http, PAGE, path, **{"Access-Control-Request-Headers": headers})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_named_page_reads_answers_and_refusals(reader: DuctapeClient) -> None:
    call = {"module": "sessions", "method": "list", "params": [reader.product]}
    sent = reader.http.post(EXECUTE, json=call, headers={"Origin": PAGE, "x-publishable-key": reader.token})
    assert sent.json()["data"]["data"] == []
    unknown = reader.http.post(EXECUTE, json=call, headers={"Origin": PAGE})
    refused(unknown, 401, "TOKEN_MISSING")
    for answer in (sent, unknown):
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "Origin" in answer.headers["vary"]


def test_a_page_that_is_not_named_is_told_nothing(reader: DuctapeClient) -> None:
    assert preflight(reader.http, STRANGER).status_code == 400
    body = body_of("sessions", "list", reader.product)
    for answer in (
        preflight(reader.http, STRANGER),
        reader.http.post(EXECUTE, json=body, headers={**reader.headers, "Origin": STRANGER}),
    ):
        assert "access-control-allow-origin" not in answer.headers


def test_the_registrys_own_api_is_for_no_page(reader: DuctapeClient) -> None:
    path = f"/v1/products/{reader.product}/session-types"
    answer = reader.http.get(path, headers={**reader.headers, "Origin": PAGE})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert preflight(reader.http, PAGE, path).status_code == 405


def test_without_named_pages_no_answer_speaks_of_them(tmp_path: Path) -> None:
    with running("sqlite:///registry.db", tmp_path, ductape=True) as server, server.client() as http:
        headers = {"x-access-token": server.token(Role.READ), "Origin": PAGE}
        answer = http.post(EXECUTE, json=body_of("sessions", "list", "shop"), headers=headers)
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "Origin" not in answer.headers.get("vary", "")
        refused(preflight(http, PAGE), 405, "METHOD_NOT_ALLOWED")
