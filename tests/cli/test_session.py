"""`reconciler session`, `keys` and `sessions`: on a database, and over the API."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.access import Role
from tests.cli.conftest import Result, Shop
from tests.server.running import running

DATA = '{"userId": "user_1", "details": {"email": "ada@example.com"}}'
Cli = Callable[..., Result]


@pytest.fixture(params=["database", "server"])
def cli(request: pytest.FixtureRequest, applied: Shop) -> Iterator[Cli]:
    """Run a command on the registry itself, or on a server before it."""
    if request.param == "database":
        yield applied.run
        return
    with running("sqlite:///.reconciler/registry.db", applied.root) as server:
        environment = {"RECONCILER_TOKEN": server.token(Role.ADMIN)}

        def call(*arguments: str, **how: Any) -> Result:
            return applied.run(*arguments, "--registry", server.url, environment=environment, **how)

        yield call


def ok(cli: Cli, *arguments: str, **how: Any) -> Result:
    result = cli(*arguments, **how)
    assert result.code == 0, result.text
    return result


def started(cli: Cli, data: str = DATA, *options: str) -> dict[str, Any]:
    document = ok(cli, "session", "start", "cart", "--data", data, "--format", "json", *options).document
    assert document.pop("format_version") == "1.0"
    return document


def verified(cli: Cli, token: str, *options: str) -> dict[str, Any]:
    return cli("session", "verify", "cart", "--format", "json", *options, stdin=token).document


def test_a_session_is_started_verified_refreshed_and_revoked(cli: Cli, applied: Shop) -> None:
    pair = started(cli)
    verdict = verified(cli, pair["token"])
    assert (verdict["valid"], verdict["identifier"], verdict["data"]) == (True, "user_1", json.loads(DATA))
    refreshed = ok(cli, "session", "refresh", "cart", "--format", "json", stdin=f"{pair['refreshToken']}\n").document
    assert refreshed["sessionId"] == pair["sessionId"]
    applied.write("token.txt", refreshed["token"])
    text = ok(cli, "session", "verify", "cart", "--token", "token.txt").out
    assert text.splitlines()[0] == "Valid."
    assert ok(cli, "session", "revoke", "cart", pair["sessionId"]).out == "Revoked 1 session.\n"
    refused = cli("session", "verify", "cart", stdin=refreshed["token"])
    assert (refused.code, refused.out) == (1, "Not valid (revoked): its session was revoked.\n")
    assert ok(cli, "session", "revoke-all", "cart", "user_1").out == "Nothing to revoke: it was over.\n"


def test_text_shows_the_tokens_so_that_a_shell_can_take_them(cli: Cli) -> None:
    lines = dict(line.split("  ", 1) for line in ok(cli, "session", "start", "cart", "--data", DATA).out.splitlines())
    told = {name.strip(): value.strip() for name, value in lines.items()}
    assert list(told) == ["session", "token", "expires", "refresh token", "usable until"]
    assert verified(cli, told["token"])["sessionId"] == told["session"]


def test_reuse_of_a_refresh_token_revokes_and_says_so(cli: Cli) -> None:
    pair = started(cli)
    ok(cli, "session", "refresh", "cart", stdin=pair["refreshToken"])
    refused = cli("session", "refresh", "cart", stdin=pair["refreshToken"])
    assert refused.code == 1
    assert "was used before, so its session was revoked" in refused.err
    assert verified(cli, pair["token"])["reason"] == "revoked"


def test_a_client_key_gets_a_lost_pair_again(cli: Cli) -> None:
    pair = started(cli)
    call = "session", "refresh", "cart", "--format", "json", "--client-key", "me"
    first = ok(cli, *call, stdin=pair["refreshToken"]).document
    assert ok(cli, *call, stdin=pair["refreshToken"]).document == first


def test_a_key_makes_one_session_of_two_runs(cli: Cli) -> None:
    assert started(cli, DATA, "--idempotency-key", "k") == started(cli, DATA, "--idempotency-key", "k")


def test_data_comes_from_a_file_or_stdin_as_well(cli: Cli, applied: Shop) -> None:
    applied.write("data.json", DATA)
    for given, stdin in (("data.json", ""), ("-", DATA)):
        token = ok(cli, "session", "start", "cart", "--data", given, "--format", "json", stdin=stdin).document["token"]
        assert verified(cli, token)["data"] == json.loads(DATA)


def test_a_lifetime_that_is_too_long_is_told_in_words_of_the_shell(cli: Cli) -> None:
    refused = cli("session", "start", "cart", "--data", DATA, "--expires-in", "60d")
    assert refused.code == 1
    assert "a lifetime of its own can only be shorter" in refused.err
    assert "expires_in" not in refused.err


def test_all_that_is_wrong_with_the_data_is_told(cli: Cli) -> None:
    wrong = '{"userId": 5, "x": 1}'
    refused = cli("session", "start", "cart", "--data", wrong, "--expires-in", "9w")
    assert (refused.code, refused.out) == (1, "")
    assert [line for line in refused.err.splitlines() if line.startswith("  - ")] == [
        "  - /data/userId: `userId` must be a string, not a number.",
        "  - /data/details: `details` is missing.",
        "  - /data/x: The session type has no field `x`.",
        "  - --expires-in: A session of this type lives for 7 days; a lifetime of its own can only be shorter.",
    ]
    document = cli("session", "start", "cart", "--data", wrong, "--format", "json").document
    assert document["errored"] is True
    assert len(document["diagnostics"]) == 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("nofile.json", "nofile.json can't be read: No such file or directory"),
        ("{", "The data from --data is no JSON object: line 1, column 2"),
        ('{"a": 1, "a": 2}', "the key `a` occurs twice in one object"),
        ('{"a": NaN}', "JSON has no number `NaN`"),
        ("-", "The data from stdin is no JSON object: it is no object"),
    ],
)
def test_what_is_no_data(applied: Shop, data: str, says: str) -> None:
    refused = applied.run("session", "start", "cart", "--data", data, stdin="[]")
    assert refused.code == 1
    assert says in refused.err


def test_names_that_are_not_there(cli: Cli) -> None:
    started(cli)
    for call, says in (
        (("start", "crat", "--data", DATA), "Did you mean `cart`?"),
        (("list", "crat"), "Did you mean `cart`?"),
        (("user", "cart", "nobody"), "`nobody` never had a session of `cart`"),
        (("revoke", "cart", "nothing"), "There is no session `nothing`"),
    ):
        refused = cli("session", *call)
        assert (refused.code, refused.out) == (1, "")
        assert says in refused.err
    refused = cli("keys", "retire", "nokey", "--auto-approve")
    assert refused.code == 1
    assert "There is no key `nokey`" in refused.err


def test_environments_are_apart(cli: Cli) -> None:
    token = started(cli, DATA, "--env", "prd")["token"]
    assert verified(cli, token, "--env", "prd")["valid"]
    assert verified(cli, token)["reason"] == "invalid"
    assert cli("session", "users", "cart").out == "No users.\n"
    assert cli("session", "users", "cart", "--env", "a b").code == 1


def test_lists_leave_out_what_sessions_hold(cli: Cli) -> None:
    for user in ("a", "b", "b/?"):
        started(cli, DATA.replace("user_1", user))
    for call in (("list", "cart"), ("users", "cart"), ("user", "cart", "b/?"), ("dashboard", "cart", "--days", "2")):
        text = ok(cli, "session", *call).out
        assert "ada@example.com" not in text
    page = ok(cli, "session", "list", "cart", "--limit", "2", "--page", "2", "--format", "json").document
    assert (page["total"], page["totalPages"], len(page["sessions"])) == (3, 2, 1)
    assert (
        ok(cli, "session", "list", "cart", "--limit", "2").out.splitlines()[-1]
        == "Page 1 of 2; 3 live sessions in all."
    )
    assert ok(cli, "session", "list", "cart", "--page", "9").out == "There is no page 9: the last one is 1.\n"
    assert ok(cli, "session", "list", "cart", "--user", "b/?").out.splitlines()[-1] == "1 live session."
    details = ok(cli, "session", "user", "cart", "b/?", "--format", "json").document
    assert details["latestSessionData"]["details"] == {"email": "ada@example.com"}
    numbers = ok(cli, "session", "dashboard", "cart", "--format", "json").document
    assert (numbers["totalUsers"], numbers["activeSessions"], len(numbers["timeline"])) == (3, 3, 30)


def test_a_terminal_gets_nothing_that_it_could_obey(cli: Cli) -> None:
    started(cli, DATA.replace("user_1", r"\u001b[2Jx"))
    for call in (("list", "cart"), ("users", "cart"), ("user", "cart", "\x1b[2Jx")):
        text = ok(cli, "session", *call).out
        assert "\x1b" not in text
        assert r"\x1b[2Jx" in text


def test_keys_are_rotated_and_retired(cli: Cli) -> None:
    assert cli("keys", "list").out == "No keys yet: the first session makes one.\n"
    token = started(cli)["token"]
    [old] = ok(cli, "keys", "list", "--format", "json").document["keys"]
    assert "New tokens are made with it from" in ok(cli, "keys", "rotate").out
    assert verified(cli, token)["valid"]
    declined = cli("keys", "retire", old["keyId"], stdin="no\n")
    assert (declined.code, verified(cli, token)["valid"]) == (1, True)
    retired = ok(cli, "keys", "retire", old["keyId"], stdin="yes\n")
    assert retired.out == f"Retired the key {old['keyId']}. That logged out 1 live session of 1 user.\n"
    assert verified(cli, token)["reason"] == "invalid"
    assert f"{old['keyId']}  retired 20" in ok(cli, "keys", "list").out


def test_old_sessions_are_pruned(cli: Cli) -> None:
    started(cli)
    assert ok(cli, "sessions", "prune", "--older-than", "90d").out.startswith(
        "Removed 0 sessions that were over before"
    )
    assert cli("sessions", "prune", "--older-than", "soon").code == 64


def test_the_plan_names_whom_it_reaches(cli: Cli, applied: Shop) -> None:
    for user in ("a", "a", "b"):
        started(cli, DATA.replace("user_1", user))
    applied.session("cart", expiry=1)
    [change] = [each for each in ok(cli, "plan", "sessions", "--format", "json").document["resource_changes"]
                if each["name"] == "cart"]  # fmt: skip
    assert (change["live_sessions"], change["live_users"]) == (3, 2)


def test_no_secret_is_in_an_error_or_a_traceback(cli: Cli) -> None:
    pair = started(cli)
    ok(cli, "session", "refresh", "cart", stdin=pair["refreshToken"])
    for call, given in ((("refresh", "cart"), pair["refreshToken"]), (("verify", "crat"), pair["token"])):
        refused = cli("-v", "session", *call, stdin=given)
        assert refused.code == 1
        assert given not in refused.text
    wrong = cli("-v", "session", "start", "cart", "--data", DATA.replace("userId", "user"))
    assert "ada@example.com" not in wrong.text


def test_without_a_token_there_is_nothing_to_judge(applied: Shop) -> None:
    refused = applied.run("session", "verify", "cart", stdin=" \n")
    assert (refused.code, "There is no token on stdin" in refused.err) == (1, True)


class TestMasterKey:
    def test_it_is_made_for_its_owner_only_beside_the_database(self, applied: Shop) -> None:
        started(applied.run)
        file = applied.root / ".reconciler" / "registry.db.key"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_another_file_or_the_environment_may_hold_it(self, applied: Shop) -> None:
        token = started(applied.run, DATA, "--master-key-file", "own.key")["token"]
        assert (applied.root / "own.key").exists()
        assert not (applied.root / ".reconciler" / "registry.db.key").exists()
        key = (applied.root / "own.key").read_text()
        result = applied.run("session", "verify", "cart", stdin=token, environment={"RECONCILER_MASTER_KEY": key})
        assert result.code == 0

    def test_a_rotation_without_it_makes_nothing(self, applied: Shop) -> None:
        given = {"RECONCILER_MASTER_KEY": "A" * 43 + "="}
        start = ("session", "start", "cart", "--data", DATA, "--format", "json")
        token = applied.ok(*start, environment=given).document["token"]
        file = applied.root / ".reconciler" / "registry.db.key"
        for env in ("default", "prd"):
            refused = applied.run("keys", "rotate", "--env", env)
            assert (refused.code, f"The master key file {file} is missing" in refused.err) == (7, True)
            assert "RECONCILER_MASTER_KEY" in refused.err
        assert applied.run("session", "verify", "cart", stdin=token).code == 7
        assert not file.exists()
        assert len(applied.ok("keys", "list", "--format", "json").document["keys"]) == 1
        assert applied.run("session", "verify", "cart", stdin=token, environment=given).code == 0
        applied.ok(*start, environment=given)

    def test_a_file_that_is_lost_for_good_is_made_anew_once_its_keys_are_retired(self, applied: Shop) -> None:
        started(applied.run)
        file = applied.root / ".reconciler" / "registry.db.key"
        file.unlink()
        assert applied.run("session", "start", "cart", "--data", DATA).code == 7
        (key,) = applied.ok("keys", "list", "--format", "json").document["keys"]
        applied.ok("keys", "retire", key["keyId"], "--auto-approve")
        started(applied.run)
        assert file.exists()

    def test_a_wrong_one_is_said_and_not_shown(self, applied: Shop) -> None:
        started(applied.run)
        for key, says in (("A" * 43 + "=", "made with another master key"), ("hush-hush", "is malformed")):
            result = applied.run("-v", "session", "start", "cart", "--data", DATA,
                                 environment={"RECONCILER_MASTER_KEY": key})  # fmt: skip
            assert result.code == 7
            assert says in result.err
            assert key not in result.text

    @pytest.mark.skipif(os.name != "posix", reason="permissions of files")
    def test_one_that_others_can_read_is_refused(self, applied: Shop) -> None:
        started(applied.run)
        (applied.root / ".reconciler" / "registry.db.key").chmod(0o644)
        result = applied.run("session", "start", "cart", "--data", DATA)
        assert (result.code, "chmod 600" in result.err) == (7, True)


def test_the_project_file_says_how_long_refresh_tokens_live(applied: Shop) -> None:
    applied.write(
        "reconciler.yaml", "refresh: {default: {expiry: 2, period: days}, types: {guest: {expiry: 1, period: hours}}}"
    )
    for tag, at_most, at_least in (("cart", 48, 47), ("guest", 1, 0)):
        pair = applied.ok("session", "start", tag, "--data", DATA, "--format", "json").document
        hours = _hours_between(pair, "refreshExpiresAt")
        assert at_least < hours <= at_most


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("refresh: {default: {expiry: 0, period: days}}", "`refresh.default.expiry` must be at least 1"),
        ("refresh: {default: {expiry: 1, period: eons}}", "use seconds, minutes, hours"),
        ("refresh: {defualt: {expiry: 1, period: days}}", "Did you mean `default`?"),
        ("refresh: {types: {a: {expiry: 1, perod: days}}}", "Did you mean `period`?"),
    ],
)
def test_a_wrong_refresh_lifetime_is_told_at_its_place(applied: Shop, text: str, says: str) -> None:
    applied.write("reconciler.yaml", text)
    refused = applied.run("session", "list", "cart")
    assert refused.code == 3
    assert says in refused.err
    assert "reconciler.yaml:1:" in refused.err


def _hours_between(pair: dict[str, Any], until: str) -> float:
    return (datetime.fromisoformat(pair[until]) - datetime.now(UTC)).total_seconds() / 3600


@pytest.mark.parametrize("secret", ["cart:eyJhbGciOiJkaXIifQ..a.b.c", "eyJhbGciOiJkaXIifQ..a.b.c", "rcr_0011_hush"])
def test_a_token_in_place_of_a_file_is_refused_and_not_repeated(applied: Shop, secret: str) -> None:
    refused = applied.run("session", "verify", "cart", "--token", secret)
    assert refused.code == 1
    assert "itself, where the name of a file is asked for" in refused.err
    assert secret not in refused.text
