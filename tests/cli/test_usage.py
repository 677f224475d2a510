from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

COMMANDS = ("validate", "fmt", "plan", "apply", "show", "drift", "history", "schema")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plan sessions --detailed-exitcodes", "--detailed-exitcode"),
        ("plan sessions --dry-run", "--dry-run"),
        ("plan sessions --auto-approve", "--auto-approve"),
        ("drift sessions --prune", "--prune"),
        ("--tagret local plan sessions", "--target"),
        ("plan sessions --format yaml", "'text', 'json'"),
        ("plan sessions --fail-on terrible", "breaking"),
        ("apply sessions --parallelism 0", "--parallelism"),
        ("apply sessions --parallelism many", "--parallelism"),
        ("apply sessions --allow conflct", "conflict"),
        ("apply sessions --allow everything", "take-over"),
        ("apply sessions --plan plan.json", "PATHS"),
        ("apply --plan plan.json --prune", "--prune"),
        ("apply --plan plan.json --adopt", "--adopt"),
        ("apply --plan plan.json --only cart", "--only"),
        ("apply --plan plan.json --skip cart", "--skip"),
        ("apply --plan", "--plan"),
        ("show", "FILE"),
        ("show one two", "two"),
        ("history one two", "two"),
        ("history --after -1", "--after"),
        ("plna sessions", "plan"),
        ("aply sessions", "apply"),
        ("deploy", "deploy"),
    ],
)
def test_wrong_usage_exits_64_says_what_is_wrong_and_does_nothing(shop: Shop, line: str, said: str) -> None:
    shop.session("cart")
    before = shop.tree()
    wrong = shop.run(*line.split())
    assert wrong.code == 64
    assert said in wrong.err
    assert wrong.out == ""
    assert shop.tree() == before


@pytest.mark.parametrize(
    "line",
    [
        "apply --auto-approve --plan=",
        "apply --auto-approve --target=",
        "apply sessions --auto-approve --registry=",
        "apply sessions --auto-approve --only=",
        "plan sessions --against=",
        "plan sessions --out=",
        "plan sessions --product=",
        "--target= plan sessions",
        "history --actor=",
    ],
)
def test_an_empty_value_never_stands_for_the_default(shop: Shop, line: str) -> None:
    shop.session("cart")
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    before = shop.tree()
    wrong = shop.run(*line.split())
    option = next(word for word in line.split() if word.endswith("=")).removesuffix("=")
    assert wrong.code == 64
    assert f"'{option}'" in wrong.err
    assert "empty" in wrong.err
    assert shop.tree() == before


@pytest.mark.parametrize("command", ["validate", "fmt", "plan", "apply", "drift", "show"])
def test_an_empty_path_is_not_the_working_directory(shop: Shop, command: str) -> None:
    shop.session("cart")
    before = shop.tree()
    wrong = shop.run(command, "")
    assert wrong.code == 64
    assert "It is empty" in wrong.err
    assert shop.tree() == before


@pytest.mark.parametrize(("mistyped", "meant"), [("plna", "plan"), ("dirft", "drift"), ("histroy", "history")])
def test_a_mistyped_command_is_met_with_the_one_that_was_meant(shop: Shop, mistyped: str, meant: str) -> None:
    wrong = shop.run(mistyped)
    assert wrong.code == 64
    assert "id you mean" in wrong.err
    assert meant in wrong.err


@pytest.mark.parametrize("command", ["validate", "fmt", "plan", "apply"])
def test_without_manifests_the_message_names_both_ways_to_give_them(shop: Shop, command: str) -> None:
    wrong = shop.run(command)
    assert wrong.code == 64
    assert f"reconciler {command} sessions/" in wrong.err
    assert "manifests:" in wrong.err
    assert "reconciler.yaml" in wrong.err


@pytest.mark.parametrize(
    "line",
    [
        "plan --bogus --format json",
        "plan --format=json sessions --bogus",
        "--bogus plan --format json",
        "drift --format json --bogus",
        "validate --format json --bogus",
        "history --format json one two",
        "show --format json",
        "apply --format json --allow nonsense",
        "apply --format json",
        "nonsense --format json",
    ],
)
def test_wrong_usage_with_json_asked_for_leaves_one_json_document(shop: Shop, line: str) -> None:
    wrong = shop.run(*line.split())
    assert wrong.code == 64
    assert wrong.err
    document = wrong.document
    assert document["diagnostics"][0]["severity"] == "error"
    assert document["diagnostics"][0]["detail"]
    if line.startswith("validate"):
        assert document["valid"] is False
    else:
        assert document["errored"] is True


def test_no_command_at_all_shows_the_help(shop: Shop) -> None:
    wrong = shop.run()
    assert wrong.code == 64
    assert "Usage: reconciler [OPTIONS] COMMAND" in wrong.text


@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_help_has_an_example_and_the_exit_codes(shop: Shop, command: str) -> None:
    helped = shop.ok(*filter(None, (command, "--help")))
    assert f"reconciler {command}" in helped.out.partition("\nExample")[2]
    codes = helped.out.partition("Exit codes:")[2]
    assert " 0  success" in codes
    assert "64  wrong usage" in codes
    for option in ("--target", "--registry", "--product", "--no-color", "-v"):
        assert option in helped.out


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ("validate", "0 3 64"),
        ("fmt", "0 1 3 64"),
        ("plan", "0 1 2 3 4 7 64"),
        ("apply", "0 1 3 4 5 6 7 64"),
        ("show", "0 1 64"),
        ("drift", "0 1 2 3 7 64"),
        ("history", "0 1 3 7 64"),
        ("schema", "0 64"),
    ],
)
def test_help_lists_every_exit_code_that_the_command_can_have(shop: Shop, command: str, codes: str) -> None:
    listed = shop.ok(command, "--help").out.partition("Exit codes:")[2]
    found = {line.split()[0] for line in listed.strip().splitlines()}
    assert set(codes.split()) <= found


def test_the_version_is_told(shop: Shop) -> None:
    assert shop.ok("--version").out.startswith("reconciler")


def test_a_working_directory_that_is_gone_is_an_error_and_no_traceback(shop: Shop) -> None:
    program = (
        "import os, sys\n"
        "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "from reconciler.cli.main import main\n"
        "main()\n"
    )
    failed = shop.process("plan", "sessions", program=("-c", program))
    assert failed.code == 1
    assert "Traceback" not in failed.err
