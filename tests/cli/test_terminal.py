"""What a terminal gets: colour where it is wanted, and nothing that it would obey."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
EVIL = "Evil \\e[31mred\\e[0m \\r\\nnext \\u202Egnp.exe \\u2028 \\x07 \\x9b31m"


def _on_a_terminal(shop: Shop, *arguments: str, streams: tuple[str, ...] = ("stdout", "stderr"), **how: Any) -> str:
    """Run a command line with these streams on a pseudo terminal, and return what came out there."""
    terminal, end = pty.openpty()
    try:
        on_it: dict[str, Any] = dict.fromkeys(streams, end)
        with shop.spawn(*arguments, **on_it, **how) as child:
            os.close(end)
            heard = b""
            while True:
                try:
                    part = os.read(terminal, 65536)
                except OSError:
                    break
                if not part:
                    break
                heard += part
            child.communicate(timeout=20)
        return heard.decode()
    finally:
        os.close(terminal)


@pytest.fixture
def changed(applied: Shop) -> Shop:
    """Give a project with a change to show."""
    applied.session("cart", expiry=14)
    return applied


def test_a_terminal_gets_colour(changed: Shop) -> None:
    assert COLOUR.search(_on_a_terminal(changed, "plan", "sessions"))


def test_a_pipe_gets_none(changed: Shop) -> None:
    changed.edit("guest", expiry=30)
    for line in (("plan", "sessions"), ("drift", "sessions"), ("apply", "sessions", "--auto-approve"), ("history",)):
        assert "\x1b" not in changed.process(*line).text
    changed.session("cart", expiry=0)
    assert "\x1b" not in changed.process("plan", "sessions").text


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("line", [("plan", "sessions"), ("apply", "sessions", "--auto-approve")], ids=" ".join)
def test_the_environment_can_say_no_to_colour(
    changed: Shop, line: tuple[str, ...], environment: dict[str, str]
) -> None:
    shown = _on_a_terminal(changed, *line, environment=environment)
    assert "7 -> 14" in shown
    assert not COLOUR.search(shown)


@pytest.mark.parametrize(
    "line",
    [
        ("--no-color", "plan", "sessions"),
        ("plan", "sessions", "--no-color"),
        ("apply", "sessions", "--auto-approve", "--no-color"),
    ],
    ids=" ".join,
)
def test_an_option_can_say_no_to_colour(changed: Shop, line: tuple[str, ...]) -> None:
    shown = _on_a_terminal(changed, *line)
    assert "7 -> 14" in shown
    assert not COLOUR.search(shown)


def test_an_empty_no_color_says_nothing(changed: Shop) -> None:
    assert COLOUR.search(_on_a_terminal(changed, "plan", "sessions", environment={"NO_COLOR": ""}))


def test_a_report_into_a_file_stays_plain_while_errors_are_coloured_on_the_terminal(changed: Shop) -> None:
    changed.session("guest", expiry=0)
    assert COLOUR.search(_on_a_terminal(changed, "plan", "sessions", streams=("stderr",)))


def test_json_on_a_terminal_is_plain(changed: Shop) -> None:
    shown = _on_a_terminal(changed, "plan", "sessions", "--format", "json", streams=("stdout",))
    assert "\x1b" not in shown


def test_the_progress_bar_is_for_a_terminal_that_somebody_watches(changed: Shop) -> None:
    shown = _on_a_terminal(changed, "apply", "sessions", "--auto-approve", streams=("stderr",))
    assert "Applying" in shown
    changed.session("cart", expiry=15)
    shown = _on_a_terminal(
        changed, "apply", "sessions", "--auto-approve", streams=("stderr",), environment={"CI": "true"}
    )
    assert "Applying" not in shown
    changed.session("cart", expiry=16)
    assert "Applying" not in changed.process("apply", "sessions", "--auto-approve").text


def test_results_go_to_stdout_even_while_a_progress_bar_is_on_the_terminal(changed: Shop) -> None:
    log = changed.root / "log"
    with log.open("wb") as stdout:
        shown = _on_a_terminal(
            changed, "apply", "sessions", "--auto-approve", streams=("stderr",), stdout=stdout.fileno()
        )
    text = log.read_text()
    assert "cart: updated" in text
    assert "Apply complete!" in text
    assert "\x1b" not in text
    assert "cart: updated" not in shown


def test_the_progress_bar_and_the_outcomes_do_not_share_a_line(shop: Shop) -> None:
    for number in range(4):
        shop.session(f"type-{number}")
    shown = _on_a_terminal(shop, "apply", "sessions", "--auto-approve")
    assert "Applying" in shown
    for number in range(4):
        assert f"type-{number}: created" in shown
    assert not re.search(r"Applying[^\r\n]*created", shown), ascii(shown)


def test_with_json_on_a_terminal_stderr_in_a_file_stays_plain(changed: Shop) -> None:
    log = changed.root / "log"
    with log.open("wb") as stderr:
        _on_a_terminal(
            changed,
            "apply",
            "sessions",
            "--auto-approve",
            "--format",
            "json",
            streams=("stdout",),
            stderr=stderr.fileno(),
        )
    assert "cart: updated" in log.read_text()
    assert "\x1b" not in log.read_text()


def _harmless(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


def test_no_name_can_speak_to_the_terminal(shop: Shop) -> None:
    schema = f'{{userId: u, "key {EVIL}": "value {EVIL}"}}'
    shop.session("cart", name=f'"{EVIL}"', description=f'"{EVIL}"', schema=schema)
    shop.write("reconciler.yaml", f'product: "p {EVIL}"\nproject: "o {EVIL}"\nmanifests: [sessions]\n')
    product = ["--product", "default"]
    results = [
        shop.ok("plan"),
        shop.ok("apply", "--auto-approve", *product, environment={"RECONCILER_ACTOR": "\x1b[1mx"}),
    ]
    shop.edit("cart", name="\x1b]0;owned\x07", schema={"userId": "u", "\x1b[2J": "\u202e"})
    shop.session("cart", name=f'"2 {EVIL}"', description=f'"{EVIL}"', schema=schema)
    results += [shop.run(verb, *product) for verb in ("plan", "drift", "history", "validate")]
    results += [shop.run("apply", "--auto-approve", *product)]
    shop.ok("plan", *product, "--out", "plan.json")
    results += [shop.ok("show", "plan.json")]
    shop.edit("cart", expiry=3)
    results += [shop.run("apply", "--plan", "plan.json", "--auto-approve", *product)]
    for result in results:
        assert _harmless(result.text), ascii(result.text)


def test_no_target_name_can_speak_to_the_terminal(shop: Shop) -> None:
    shop.session("cart")
    target = f'"{EVIL}"'
    shop.write(
        "reconciler.yaml",
        f"manifests: [sessions]\ntargets: {{{target}: {{registry: 'sqlite:///.reconciler/registry.db'}}}}\n",
    )
    result = shop.ok("plan")
    assert "target Evil" in result.out
    assert _harmless(result.text), ascii(result.text)
    assert _harmless(shop.run("plan", "--target", "\x1b[31mx").text)


def test_no_file_name_can_speak_to_the_terminal(shop: Shop) -> None:
    evil = "sessions/\x1b[31mred\n\u202egnp.yaml"
    shop.session("cart", path=evil, period="mins # \u202eevil\u2066")
    for line in (
        ("plan", "sessions"),
        ("fmt", "sessions", "--check"),
        ("fmt", "sessions", "--diff"),
        ("fmt", "sessions"),
        ("apply", "sessions", "--auto-approve"),
        ("history",),
    ):
        result = shop.run(*line)
        assert _harmless(result.text), (line, ascii(result.text))
    shop.session("cart", path=evil, expiry=0)
    for line in (("validate", "sessions"), ("plan", "sessions"), ("plan", "sessions/\x1b[31mnone")):
        result = shop.run(*line)
        assert result.code == 3
        assert _harmless(result.text), (line, ascii(result.text))


def test_a_mistyped_argument_is_not_echoed_raw(shop: Shop) -> None:
    for line in (
        ("\x1b[31mplan",),
        ("plan", "--\x1b[31mx"),
        ("history", "a", "\x1b[31mb"),
        ("apply", "--allow", "\x1b[1m"),
    ):
        result = shop.run(*line)
        assert result.code == 64
        assert _harmless(result.text), (line, ascii(result.text))


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stdout_that_knows_few_characters_crashes_nothing(shop: Shop, encoding: str) -> None:
    shop.session("cart", name="Bücher 購物車 🛒", schema="{userId: u, größe: 購物車}")
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    lines: tuple[tuple[str, ...], ...] = (
        ("plan", "sessions"),
        ("plan", "sessions", "--format", "json"),
        ("apply", "sessions", "--auto-approve"),
        ("history",),
        ("fmt", "sessions", "--diff"),
        ("validate", "sessions"),
    )
    program = "import sys; from reconciler.cli.main import run; sys.exit(run(sys.argv[1:]))"
    for line in lines:
        with shop.spawn(*line, program=("-c", program), environment=environment) as child:
            out, err = child.communicate(timeout=20)
        assert child.returncode == 0, err
        assert b"Traceback" not in err
        if encoding != "ascii":  # click takes an ASCII stream for one whose locale is not set, and writes UTF-8
            out.decode(encoding)


def test_a_manifest_whose_name_is_no_utf_8_is_told_understandably(shop: Shop) -> None:
    shop.session("cart")
    weird = os.fsencode(shop.root) + b"/sessions/\xff.yaml"
    os.rename(shop.root / "sessions/cart.yaml", weird)  # noqa: PTH104 - bytes
    plan = shop.run("plan", "sessions")
    assert "Traceback" not in plan.text
    if plan.code == 0:
        document = shop.ok("plan", "sessions", "--format", "json", "--out", "plan.json").document
        assert document["summary"]["create"] == 1
        shop.apply()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">/dev/full"])
@pytest.mark.parametrize("command", ["plan sessions", "apply sessions"])
def test_a_stream_that_is_closed_or_full_is_no_traceback(shop: Shop, command: str, closed: str) -> None:
    shop.session("cart")
    line = f"{sys.executable} -m reconciler {command} {closed}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=shop.root, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 1}


def test_an_argument_that_is_no_text_is_wrong_usage(shop: Shop) -> None:
    shop.session("cart")
    done = shop.process("plan", "sessions", "--only", "\udcff", "--format", "json")
    assert done.code == 64
    assert done.document["errored"] is True


def test_an_apply_whose_reader_goes_away_does_all_that_it_began(shop: Shop) -> None:
    for number in range(30):
        shop.session(f"type-{number:02}")
    command = f"{sys.executable} -m reconciler apply sessions --auto-approve"
    line = f"{command} | sed '/: created/q' >&2; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=shop.root, capture_output=True, check=False)
    assert done.returncode == 1
    assert len(shop.records()) == 30
