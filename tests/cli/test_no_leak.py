"""What is under `lifecycle.sensitive` shows up nowhere but in the manifests and the registry."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.render import FORMATS
from reconciler.values import JsonObject
from tests.cli.leaks import INVALID, LAYERED, NUMBER, SECRET, keyed
from tests.registry.http.fake import TOKEN, FakeServer, Fault, Reply, problem
from tests.server.running import Process

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop

PROJECT = (
    "manifests: [sessions]\ntargets: {local: {registry: 'sqlite:///.reconciler/registry.db', overlays: [overlays]}}\n"
)
REPORTS = [part for name in FORMATS for part in ("--report", f"{name}=out/{name}")]
LINES = [
    "validate -v",
    *(f"validate --format {name}" for name in ("json", "github", "junit", "sarif")),
    "validate --target local",
    *(f"{verb} -v --format {name}" for verb in ("plan", "drift") for name in FORMATS),
    "plan --out out/plan.json --detailed-exitcode --prune",
    "apply -v --auto-approve --format json",
    "apply -v",
    "fmt --check",
    "fmt --diff",
    "pull",
    "history",
    "history --format json",
]
_OWN = ("sessions/", "overlays/", "elsewhere/", ".reconciler/")


def leaks(shop: Shop, result: Result) -> list[str]:
    """Return where a secret stands that it should not."""
    shown = {"stdout": result.out, "stderr": result.err}
    written = {
        name: content.decode(errors="replace")
        for name, content in shop.tree().items()
        if content is not None and not name.startswith(_OWN)
    }
    return [where for where, text in (shown | written).items() if SECRET in text or NUMBER in text]


def check(shop: Shop, lines: list[str], *, codes: set[int]) -> None:
    for line in lines:
        reports = REPORTS if line.split()[0] in {"plan", "drift", "apply", "show"} else []
        result = shop.run(*line.split(), *reports)
        assert not leaks(shop, result), f"{line}\n{result.text}"
        assert result.code in codes, f"{line}\n{result.text}"


@pytest.fixture
def secretive(shop: Shop) -> Shop:
    shop.write("reconciler.yaml", PROJECT)
    for folder in ("sessions", "overlays", "out"):
        (shop.root / folder).mkdir()
    return shop


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_no_mistake_prints_a_secret(secretive: Shop, text: str) -> None:
    secretive.write("sessions/cart.yaml", text)
    failed = secretive.run("validate")
    assert failed.code == 3
    assert "sessions/cart.yaml:" in failed.err, "the place is told"
    check(secretive, LINES, codes={0, 1, 3, 7})


@pytest.mark.parametrize("files", LAYERED.values(), ids=LAYERED)
def test_no_mistake_in_layers_prints_a_secret(secretive: Shop, files: dict[str, str]) -> None:
    for path, text in files.items():
        secretive.write(path, text)
    assert secretive.run("validate").code == 3
    check(secretive, LINES, codes={0, 1, 3, 7})


def test_valid_manifests_and_what_is_live_print_no_secret(secretive: Shop) -> None:
    cart = secretive.write("sessions/cart.yaml", keyed(f"|\n    {SECRET}\n    {SECRET}"))
    secretive.write("sessions/odd.yaml", keyed(f"  '{SECRET}'   # {SECRET}").replace("cart", "odd"))
    assert SECRET not in secretive.run("fmt", "--diff").text
    secretive.ok("apply", "--auto-approve")
    with secretive.hand() as registry:
        schema: JsonObject = {"userId": "u", "apiKey": f"{SECRET}-by-hand"}
        registry.update("cart", {"schema": schema}, revision=secretive.records()["cart"].revision)
    check(secretive, ["pull"], codes={0})
    assert f"{SECRET}-by-hand" in cart.read_text(encoding="utf-8"), "it is written where it belongs"
    secretive.write("sessions/cart.yaml", keyed(SECRET))
    check(secretive, LINES, codes={0, 1, 2, 4})


def test_a_diff_of_the_layout_tells_that_a_line_changes_and_not_what_is_secret_in_it(secretive: Shop) -> None:
    secretive.write("sessions/cart.yaml", keyed(f"  '{SECRET}'   # was {SECRET}2"))
    told = secretive.ok("fmt", "--diff").out
    removed, added = (line for line in told.splitlines() if line[:3] in {"-  ", "+  "})
    assert removed.startswith("-  apiKey:   *****")
    assert added.startswith("+  apiKey: *****")
    assert SECRET not in told


@pytest.mark.parametrize(
    "answer",
    [
        problem(
            422, "invalid-session-type", "No.", errors=[{"pointer": "/schema/apiKey", "message": f"{SECRET}: bad"}]
        ),
        problem(422, "odd", f"I do not like {SECRET} in a {SECRET}."),
        problem(500, "broken", f"It broke at {SECRET}"),
        Reply(400, text=json.dumps({"schema": {"apiKey": SECRET}})),
        Reply(201, text=json.dumps({"spec": {"schema": {"apiKey": SECRET}}})),
        Reply(502, text=f"<html>{SECRET}</html>"),
    ],
    ids=["pointed", "detail", "broken", "echo", "unreadable", "gateway"],
)
def test_a_server_that_repeats_a_value_does_not_get_it_printed(
    secretive: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Reply
) -> None:
    secretive.write("sessions/cart.yaml", keyed(f"{SECRET}"))
    monkeypatch.setenv("RECONCILER_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with closing(FakeServer(tmp_path / "served")) as server:
        for line in (
            "apply --auto-approve -v",
            "apply --auto-approve -v --format json",
            "apply --auto-approve --atomic",
        ):
            server.fail("POST", *[Fault(answer)] * 20)
            failed = secretive.run(*line.split(), "--registry", server.url, *REPORTS)
            assert failed.code in {1, 6, 7}, failed.text
            assert not leaks(secretive, failed), failed.text
            server.faults.clear()


def test_a_server_whose_database_fails_logs_no_value(secretive: Shop) -> None:
    secretive.write("sessions/cart.yaml", keyed(SECRET))
    with Process(secretive.root, "-v") as process:
        token = re.search(r"rct_\S+", process.stderr if process.url() else "")
        assert token
        environment = {"RECONCILER_TOKEN": token[0], "XDG_CACHE_HOME": str(secretive.root / ".reconciler")}
        secretive.ok("apply", "--auto-approve", "--registry", process.url(), environment=environment)
        secretive.write("sessions/cart.yaml", keyed(f"{SECRET}-2"))
        with closing(sqlite3.connect(secretive.root / ".reconciler/registry.db")) as database, database:
            database.execute("ALTER TABLE history RENAME TO hidden")
        failed = secretive.run("apply", "--auto-approve", "-v", "--registry", process.url(), environment=environment)
        assert failed.code == 7
    assert not leaks(secretive, failed)
    assert "registry error" in process.stderr, "the server says what went wrong"
    assert SECRET not in process.stderr
