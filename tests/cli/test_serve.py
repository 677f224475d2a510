"""What `serve` and `token` load, and decide, before anything runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = ("alembic", "fastapi", "httpx", "prometheus_client", "sqlalchemy", "starlette", "uvicorn")


def loaded(*arguments: str) -> set[str]:
    """Return the heavy libraries that a command line loads."""
    script = (
        "import sys; from reconciler.cli.main import run; code = run(sys.argv[1:]); "
        f"print(*(name for name in {_HEAVY} if name in sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("command", [[], ["serve"], ["token"], ["token", "create"]], ids=" ".join)
def test_help_loads_no_library_of_weight(command: list[str]) -> None:
    assert loaded(*command, "--help") == set()


def test_the_list_of_commands_loads_not_even_pydantic() -> None:
    script = "import sys; from reconciler.cli.main import run; run(['--help']); assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
