"""Signals, pipes and rivals: what only processes of their own can show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop

# The real command line over the real registry, whose creations wait for the file `go`.
SLOW = """
import time
from pathlib import Path
from reconciler.cli.run import carry_out
from reconciler.cli import main
from reconciler.registry import open_registry

class Slow:
    def __init__(self, real):
        self._real = real
    def __enter__(self):
        self._real.__enter__()
        return self
    def __exit__(self, *error):
        self._real.__exit__(*error)
    def create(self, session_type, source=None):
        Path("started-" + session_type.tag).touch()
        while not Path("go").exists():
            time.sleep(0.01)
        return self._real.create(session_type, source)

carry_out.open_registry = lambda *a, **k: Slow(open_registry(*a, **k))
main.main()
"""
DEADLINE = 20


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def _started(shop: Shop) -> int:
    return len(list(shop.root.glob("started-*")))


@pytest.fixture
def five(shop: Shop) -> Shop:
    """Give a project with five session types to create."""
    for number in range(5):
        shop.session(f"type-{number}")
    return shop


def _interrupted(shop: Shop, number: signal.Signals, *arguments: str) -> Result:
    """Apply two at a time, send a signal while two calls are in flight, then let these end."""
    from tests.cli.conftest import finished  # noqa: PLC0415

    with shop.spawn(
        "apply", "sessions", "--auto-approve", "--parallelism", "2", *arguments, program=("-c", SLOW)
    ) as child:
        _until(lambda: _started(shop) == 2)
        child.send_signal(number)
        assert child.stderr is not None
        heard = b""
        while b"in flight" not in heard:
            byte = os.read(child.stderr.fileno(), 1)
            assert byte, heard
            heard += byte
        (shop.root / "go").touch()
        return finished(child)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_ends_the_calls_in_flight_and_tries_no_other(five: Shop, number: signal.Signals) -> None:
    result = _interrupted(five, number)
    assert result.code == 6
    assert _started(five) == 2
    assert len(five.records()) == 2
    assert "Apply incomplete. Session types: 2 created, 0 updated, 0 deleted." in result.out.splitlines()
    assert "0 failed, 3 not tried:" in result.out
    for tag in {f"type-{number}" for number in range(5)} - five.records().keys():
        assert f"  {tag}: not tried" in result.out.splitlines()
    assert "Traceback" not in result.err
    rerun = five.apply()
    assert "Plan: 3 to create, 0 to update, 0 to delete." in rerun.out.splitlines()
    assert "No changes." in five.apply().out


def test_an_interrupted_apply_leaves_one_json_document_with_every_outcome(five: Shop) -> None:
    result = _interrupted(five, signal.SIGINT, "--format", "json")
    assert result.code == 6
    statuses = [outcome["status"] for outcome in result.document["outcomes"]]
    assert sorted(statuses) == ["done", "done", "not-tried", "not-tried", "not-tried"]
    assert result.document["errored"] is True


def test_a_second_interruption_ends_the_run_without_waiting_for_a_call_that_hangs(five: Shop) -> None:
    with five.spawn("apply", "sessions", "--auto-approve", "--parallelism", "2", program=("-c", SLOW)) as child:
        _until(lambda: _started(five) == 2)
        child.send_signal(signal.SIGINT)
        assert child.stderr is not None
        assert b"in flight" in child.stderr.readline()
        child.send_signal(signal.SIGINT)
        try:
            assert child.wait(timeout=5) != 0
        except subprocess.TimeoutExpired:
            pytest.fail("the second Ctrl-C did not end it")
        finally:
            (five.root / "go").touch()
            child.kill()


def test_an_interruption_at_the_question_writes_nothing(shop: Shop) -> None:
    shop.session("cart")
    with shop.spawn("apply", "sessions") as child:
        assert child.stderr is not None
        heard = b""
        while b"Enter a value" not in heard:
            heard += os.read(child.stderr.fileno(), 100)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=DEADLINE)
    assert child.returncode not in {0, 2}
    assert b"Traceback" not in err
    assert not shop.records()


@pytest.mark.parametrize(
    "line", [("plan", "sessions"), ("history",), ("--help",), ("plan", "sessions", "--format", "json")]
)
def test_a_reader_that_goes_away_is_no_traceback(shop: Shop, line: tuple[str, ...]) -> None:
    for number in range(30):
        shop.session(f"type-{number}")
    shop.apply()
    for number in range(30):
        shop.session(f"type-{number}", name="Other" * 30)
    reading, writing = os.pipe()
    os.close(reading)
    result = shop.process(*line, stdout=writing)
    os.close(writing)
    assert result.code not in {0, 2, 64}, "a cut report must not look like an answer"
    assert "Traceback" not in result.err
    assert "Exception ignored" not in result.err


def test_an_apply_whose_reader_goes_away_can_be_run_again(five: Shop) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = five.process("apply", "sessions", "--auto-approve", stdout=writing)
    os.close(writing)
    assert result.code != 0
    assert "Traceback" not in result.err
    five.apply()
    assert len(five.history()) == 5


def test_two_applies_at_once_overwrite_nothing_and_a_rerun_finds_nothing_to_do(shop: Shop) -> None:
    from tests.cli.conftest import finished  # noqa: PLC0415

    for number in range(10):
        shop.session(f"type-{number}")
    children = [shop.spawn("apply", "sessions", "--auto-approve") for _ in range(2)]
    results = [finished(child) for child in children]
    assert {result.code for result in results} <= {0, 5, 6}, [result.text for result in results]
    assert all("Traceback" not in result.text for result in results)
    assert sorted(entry.tag for entry in shop.history()) == sorted(f"type-{number}" for number in range(10))
    assert "No changes." in shop.apply().out


def test_of_two_applies_of_one_saved_plan_each_record_is_written_once(applied: Shop) -> None:
    from tests.cli.conftest import finished  # noqa: PLC0415

    applied.session("cart", expiry=14)
    applied.session("guest", expiry=2)
    applied.save()
    writes = len(applied.history())
    children = [applied.spawn("apply", "--plan", "plan.json", "--auto-approve") for _ in range(2)]
    codes = {finished(child).code for child in children}
    assert codes <= {0, 5, 6}
    assert sorted(entry.tag for entry in applied.history()[writes:]) == ["cart", "guest"]


@pytest.mark.parametrize("line", [("--help",), ("--version",), ("-h",), ("plna",)])
def test_help_loads_no_library_of_weight(shop: Shop, line: tuple[str, ...]) -> None:
    program = (
        "import json, sys\n"
        "from reconciler.cli.main import run\n"
        "run(sys.argv[1:])\n"
        "print(json.dumps(sorted(sys.modules)), file=open('modules', 'w'))\n"
    )
    shop.process(*line, program=("-c", program))
    loaded: list[Any] = json.loads((shop.root / "modules").read_text())
    heavy = {"pydantic", "httpx", "deepdiff", "sqlalchemy", "ruamel", "rich", "alembic"}
    assert not heavy & set(loaded)


def test_a_plan_where_no_registry_is_loads_no_sql_library(shop: Shop) -> None:
    shop.session("cart")
    program = (
        "import json, sys\n"
        "from reconciler.cli.main import run\n"
        "run(['plan', 'sessions'])\n"
        "print(json.dumps(sorted(sys.modules)), file=open('modules', 'w'))\n"
    )
    shop.process(program=("-c", program))
    loaded = set(json.loads((shop.root / "modules").read_text()))
    assert not {"sqlalchemy", "alembic", "httpx", "deepdiff", "rich"} & loaded
