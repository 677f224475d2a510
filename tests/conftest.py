"""Golden files: what people read, kept beside the test that makes it. And a PostgreSQL, for the tests that want one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import PostgresServer, postgres_server

# No test measures time, on a machine that others may use as well. Half as many examples as hypothesis would take by
# itself: each run takes others, and there are a hundred such tests.
settings.register_profile("untimed", deadline=None, max_examples=50)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the file `golden/NAME` beside the test, or write it under --update-golden."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, text: str) -> None:
        file = folder / name
        if request.config.getoption("--update-golden"):
            folder.mkdir(exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start a server, one for each worker, when the first test asks for it."""
    with postgres_server() as server:
        yield server
