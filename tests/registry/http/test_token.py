"""The token goes to the registry, and nowhere else."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.port import RegistryDenied, RegistryError, Source
from reconciler.project import Secret, registry_token, token_variable
from reconciler.registry import UnsupportedRegistry, open_reader, open_registry
from reconciler.registry.http import HttpRegistry, Manner, Settings, open_http_reader, open_http_registry
from reconciler.registry.url import HttpEndpoint
from reconciler.session_type import SessionType
from tests.registry.http.fake import TOKEN, FakeServer, Fault, Reply, problem

Make = Callable[..., SessionType]
Manners = Callable[..., Manner]
ECHO = f"You sent: Authorization: Bearer {TOKEN}"

PARTS = ("pointer", "message", "hint")
FAULTS = {
    "cut": Fault(cut=True),
    "html": Fault(Reply(200, text=ECHO)),
    "echo in 500": Fault(Reply(500, text=ECHO)),
    "echo in a problem": Fault(problem(401, "token-unknown", ECHO)),
    "echo in an error": Fault(problem(422, "invalid-request", errors=[dict.fromkeys(PARTS, ECHO)])),
    "echo in a tag": Fault(problem(412, "stale-record", ECHO, tag=ECHO)),
    "echo in a place": Fault(Reply(307, headers={"Location": f"http://x/?{TOKEN}"})),
    "hang": Fault(hang=True),
}


def shown(error: BaseException) -> str:
    """Return everything of an exception that any tool prints, the values of all variables included."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join([*lines, repr(error), str(error), str(getattr(error, "hint", "")), str(getattr(error, "tag", ""))])


@pytest.mark.parametrize("name", FAULTS)
def test_no_error_shows_it(
    client: HttpRegistry, server: FakeServer, make: Make, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    calls: list[Callable[[], object]] = [
        client.fetch,
        lambda: list(client.history()),
        lambda: client.create(make(), Source("shop")),
        lambda: client.update("user-session", {"expiry": 8}, revision=1),
        lambda: client.delete("user-session", revision=1),
    ]
    for call in calls:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            server.faults[method] = [FAULTS[name]] * 6
        with pytest.raises(RegistryError) as error:
            call()
        assert TOKEN not in shown(error.value)
        assert error.value.__cause__ is None
        assert error.value.__context__ is None or isinstance(error.value.__context__, RegistryError)
    assert all(seen.headers["authorization"] == f"Bearer {TOKEN}" for seen in server.seen)
    ours = [record.getMessage() for record in caplog.records if "response_headers.complete" not in record.getMessage()]
    assert TOKEN not in "".join(ours)
    assert caplog.records
    assert not any(TOKEN in str(seen.path) + str(seen.query) for seen in server.seen)


def test_no_repr_shows_it(client: HttpRegistry) -> None:
    link = client._link  # noqa: SLF001
    for each in (client, link, link.transport, link.refusals, client._reader._cache, Secret(TOKEN)):  # noqa: SLF001
        assert TOKEN not in repr(each) + str(each) + repr(getattr(each, "__dict__", ""))
    assert TOKEN not in repr(vars(link.transport)) + repr(vars(link.transport._bearer))  # noqa: SLF001


def test_after_an_error_of_the_connection_nothing_leads_to_it(client: HttpRegistry, server: FakeServer) -> None:
    server.fail("GET", *[Fault(cut=True)] * 6)
    with pytest.raises(RegistryError) as error:
        client.fetch()
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.value.__traceback__)]
    assert not [name for name in frames if "httpx" in name or "httpcore" in name]


@pytest.mark.parametrize("token", ["two words", "tab\tbed", "new\nline", "ümlaut", "nul\0", "\ud800"])
def test_what_can_not_be_a_token_is_not_sent_and_not_shown(token: str, tmp_path: Path) -> None:
    for given in (token, Secret(token)):
        with pytest.raises(RegistryDenied, match="can't be sent") as error:
            open_reader("http://127.0.0.1:1", product="p", root=tmp_path, token=given)
        assert token not in error.value.message + error.value.hint


def test_it_is_not_sent_in_the_open(manner: Manners) -> None:
    endpoint = HttpEndpoint("http://registry.example.com", is_tls=False, is_loopback=False)
    for open_it in (open_http_reader, open_http_registry):
        with pytest.raises(UnsupportedRegistry, match=r"not sent to http://registry\.example\.com") as error:
            open_it(endpoint, product="p", token=Secret(TOKEN), manner=manner())
        assert "RECONCILER_ALLOW_INSECURE=1" in error.value.hint
        assert TOKEN not in shown(error.value)
        open_it(endpoint, product="p", token=None, manner=manner()).close()
        allowed = manner(settings=Settings(allow_insecure=True))
        open_it(endpoint, product="p", token=Secret(TOKEN), manner=allowed).close()


def test_a_url_with_credentials_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRegistry, match="no user and no password") as error:
        open_registry(f"https://x:{TOKEN}@host", product="p", root=tmp_path, actor="ada")
    assert TOKEN not in str(error.value) + error.value.hint
    assert "RECONCILER_TOKEN" in error.value.hint


def test_a_redirect_is_not_followed(client: HttpRegistry, server: FakeServer, tmp_path: Path) -> None:
    elsewhere = FakeServer(tmp_path / "elsewhere")
    try:
        server.fail("GET", Fault(Reply(307, headers={"Location": elsewhere.url})))
        with suppress(RegistryError):
            client.fetch()
        assert elsewhere.seen == []
    finally:
        elsewhere.close()


def test_no_proxy_gets_what_is_for_this_machine(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy = FakeServer(tmp_path / "proxy")
    try:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.setenv("RECONCILER_NO_CACHE", "1")
        with open_reader(server.url, product="p", root=tmp_path, token=TOKEN) as reader:
            reader.fetch()
        assert (len(server.seen), proxy.seen) == (1, [])
    finally:
        proxy.close()


@pytest.mark.parametrize(
    ("target", "variables", "token"),
    [
        (None, {}, None),
        (None, {"RECONCILER_TOKEN": "a"}, "a"),
        (None, {"RECONCILER_TOKEN": ""}, None),
        (None, {"RECONCILER_TOKEN": " a\n"}, "a"),
        ("prod", {"RECONCILER_TOKEN": "a"}, "a"),
        ("prod", {"RECONCILER_TOKEN": "a", "RECONCILER_TOKEN_PROD": "b"}, "b"),
        ("prod", {"RECONCILER_TOKEN": "a", "RECONCILER_TOKEN_PROD": " "}, "a"),
        ("eu-west.1", {"RECONCILER_TOKEN_EU_WEST_1": "b"}, "b"),
        ("staging", {"RECONCILER_TOKEN_PROD": "b"}, None),
    ],
)
def test_a_target_has_a_token_of_its_own(target: str | None, variables: dict[str, str], token: str | None) -> None:
    found = registry_token(target, variables)
    assert (found.reveal() if found else None) == token


def test_the_variable_of_a_target() -> None:
    assert token_variable("eu-west.ü") == "RECONCILER_TOKEN_EU_WEST__"
