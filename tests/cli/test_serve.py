"""What `serve` and `token` load, and decide, before anything runs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

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


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://app.example.com/path", "https://", "*", "null", "https://ada@example.com"]
)
def test_what_is_no_origin_of_a_page_is_wrong_usage(shop: Shop, origin: str) -> None:
    refused = shop.run("serve", "--ductape", "--ductape-origin", "http://localhost:3000", "--ductape-origin", origin)
    assert refused.code == 64
    assert f"`{origin}` is no origin" in refused.err


def test_pages_call_only_a_server_that_answers_the_platforms_clients(shop: Shop) -> None:
    refused = shop.run(
        "serve", environment={"RECONCILER_DUCTAPE_ORIGINS": "https://App.example.com/ http://[::1]:3000"}
    )
    assert refused.code == 64
    assert "--ductape-origin needs --ductape" in refused.err
