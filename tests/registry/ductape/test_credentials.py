"""Who speaks to the platform: from the environment, or from a login that was kept."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ReconcilerError
from reconciler.port import RegistryDenied, RegistryError, RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry import UnsupportedRegistry
from reconciler.registry.ductape import Account, Login, log_in, open_proxy, save_login
from reconciler.registry.ductape.credentials import Credentials, find_credentials
from reconciler.registry.url import DuctapeEndpoint, HttpEndpoint
from tests.registry.ductape.conftest import Time, address_of
from tests.registry.ductape.fake import EMAIL, ENVIRONMENT, KEY, PASSWORD, TOKEN, USER, WORKSPACE, FakePlatform, Fault

CLOUD = HttpEndpoint("https://api.ductape.app", is_tls=True, is_loopback=False)
LOCAL = HttpEndpoint("http://localhost:4311/api", is_tls=False, is_loopback=True)
LOGIN = Login("t0ken", "u-1", "pk-1", "ws-9", "shop", "ada@example.com")


def told(found: Credentials) -> tuple[str, ...]:
    return found.token.reveal(), found.user_id, found.public_key.reveal(), found.workspace_id


def test_the_environment_names_a_whole_identity(tmp_path: Path) -> None:
    assert told(find_credentials(CLOUD, ENVIRONMENT, tmp_path)) == (TOKEN, USER, KEY, WORKSPACE)


@pytest.mark.parametrize("missing", ["DUCTAPE_AUTH_TOKEN", "DUCTAPE_USER_ID", "DUCTAPE_PUBLIC_KEY"])
def test_half_an_identity_is_refused_even_beside_a_kept_one(missing: str, tmp_path: Path) -> None:
    save_login(CLOUD, LOGIN, tmp_path)
    with pytest.raises(RegistryDenied, match=missing):
        find_credentials(CLOUD, {**ENVIRONMENT, missing: " "}, tmp_path)


def test_a_kept_login_is_for_its_own_address(tmp_path: Path) -> None:
    file = save_login(CLOUD, LOGIN, tmp_path)
    save_login(LOCAL, Login("other", "u-2", "pk-2", "ws-2"), tmp_path)
    assert told(find_credentials(CLOUD, {}, tmp_path)) == ("t0ken", "u-1", "pk-1", "ws-9")
    assert told(find_credentials(LOCAL, {}, tmp_path)) == ("other", "u-2", "pk-2", "ws-2")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = HttpEndpoint("https://evil.example.com", is_tls=True, is_loopback=False)
    with pytest.raises(RegistryDenied, match=r"no credentials for https://evil\.example\.com"):
        find_credentials(other, {}, tmp_path)


def test_the_environment_chooses_another_workspace(tmp_path: Path) -> None:
    save_login(CLOUD, LOGIN, tmp_path)
    for name in ("DUCTAPE_WORKSPACE_ID", "DUCTAPE_WORKSPACE"):
        assert find_credentials(CLOUD, {name: "ws-7"}, tmp_path).workspace_id == "ws-7"


@pytest.mark.parametrize(
    "content",
    [
        {"auth_token": "v", "user_id": "u", "public_key": "k"},
        {"token": "v", "_id": "u", "public_key": "k"},
        {"result": {"auth_token": "v", "_id": "u", "public_key": "k"}},
    ],
)
def test_what_the_vendors_command_line_left_is_used_for_the_cloud_alone(content: Any, tmp_path: Path) -> None:
    folder = tmp_path / ".ductape"
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps(content))
    (folder / "config.json").write_text('{"active_workspace_id": "ws-3"}')
    assert told(find_credentials(CLOUD, {}, tmp_path)) == ("v", "u", "k", "ws-3")
    with pytest.raises(RegistryDenied):
        find_credentials(LOCAL, {}, tmp_path)


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '{"format": 1, "logins": {"https://api.ductape.app": 5}}'])
def test_files_that_hold_no_login_are_no_login(text: str, tmp_path: Path) -> None:
    folder = tmp_path / ".ductape"
    folder.mkdir()
    for name in ("reconciler.json", "credentials.json", "config.json"):
        (folder / name).write_text(text)
    with pytest.raises(RegistryDenied, match="There are no credentials") as denied:
        find_credentials(CLOUD, {}, tmp_path)
    assert "reconciler ductape login" in denied.value.hint


def test_an_access_key_alone_is_said_to_be_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(RegistryDenied) as denied:
        find_credentials(CLOUD, {"DUCTAPE_ACCESS_KEY": "ak"}, tmp_path)
    assert "access key" in denied.value.hint


def test_without_a_workspace_nothing_is_sent() -> None:
    with pytest.raises(RegistryDenied, match="No workspace"):
        find_credentials(CLOUD, {**ENVIRONMENT, "DUCTAPE_WORKSPACE_ID": ""}, None)


def test_no_token_goes_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    address = DuctapeEndpoint(HttpEndpoint("http://10.0.0.9", is_tls=False, is_loopback=False))
    with pytest.raises(UnsupportedRegistry, match="everybody on the way could read it"):
        open_proxy(address, environment=ENVIRONMENT, home=tmp_path)


def test_nothing_secret_is_in_a_repr(tmp_path: Path) -> None:
    shown = repr(find_credentials(CLOUD, ENVIRONMENT, tmp_path)) + repr(LOGIN) + repr(Account(EMAIL, Secret(PASSWORD)))
    assert not [secret for secret in (TOKEN, KEY, "t0ken", "pk-1", PASSWORD) if secret in shown]


def enter(platform: FakePlatform, time: Time, password: str = PASSWORD, workspace: str | None = None) -> Login:
    account = Account(EMAIL, Secret(password))
    return log_in(address_of(platform), account, workspace=workspace, manner=time.manner())


def test_a_login_gives_a_token_and_the_default_workspace(platform: FakePlatform, time: Time) -> None:
    platform.workspaces.append({"workspace_id": "ws-2", "workspace_name": "other", "default": False})
    assert enter(platform, time) == Login(TOKEN, USER, KEY, WORKSPACE, "storefront", EMAIL)
    for named in ("ws-2", "other"):
        assert enter(platform, time, workspace=named).workspace_id == "ws-2"


def test_a_workspace_that_is_not_clear_is_asked_for(platform: FakePlatform, time: Time) -> None:
    with pytest.raises(ReconcilerError, match="no one workspace `nowhere`") as failed:
        enter(platform, time, workspace="nowhere")
    assert failed.value.hint == "There are: storefront."
    platform.workspaces[:] = [{"workspace_id": "a"}, {"workspace_id": "b"}]
    with pytest.raises(ReconcilerError) as failed:
        enter(platform, time)
    assert failed.value.hint == "Name one with --workspace: a, b."


def test_a_wrong_password_is_told_without_it(platform: FakePlatform, time: Time) -> None:
    with pytest.raises(RegistryError, match=r"^users\.login: .*Invalid email or password") as denied:
        enter(platform, time, password="hunter2hunter2")
    assert "hunter2" not in denied.value.message + denied.value.hint


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ({"requires_verification": True}, RegistryDenied, "verified first"),
        ({"_id": USER, "public_key": KEY}, RegistryUnavailable, "without `auth_token`"),
        ({"_id": 5}, RegistryUnavailable, "without `auth_token`, `public_key`"),
    ],
)
def test_a_login_that_is_none_is_told(
    platform: FakePlatform, time: Time, answer: dict[str, Any], kind: type[RegistryError], says: str
) -> None:
    platform.login_answer = answer
    with pytest.raises(kind, match=says):
        enter(platform, time)


def test_a_login_page_of_somebody_else_is_told(platform: FakePlatform, time: Time) -> None:
    platform.faults["login"] = [Fault(404, "<html>", {"Content-Type": "text/html"})]
    with pytest.raises(RegistryUnavailable, match=r"^users\.login: .*answered 404"):
        enter(platform, time)
