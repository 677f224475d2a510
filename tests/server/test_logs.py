"""What a log line holds of an error: where it came from, and none of the values that a database repeats."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.port import RegistryError
from reconciler.registry import open_registry
from reconciler.server.logs import JsonFormatter
from tests.builders import session_type


def logged(error: BaseException) -> str:
    """Return the line of an error."""
    try:
        raise error
    except type(error):
        record = logging.LogRecord("reconciler", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = JsonFormatter().format(record)
    assert "Traceback" in json.loads(line)["traceback"]
    return line


def test_what_postgresql_adds_to_an_error_is_cut() -> None:
    error = ValueError(
        "violates check\nDETAIL:  Failing row contains (a, s3cr3t,\n s3cr3t).\n[SQL: INSERT]\n(Background)"
    )
    line = logged(error)
    assert "s3cr3t" not in line
    for part in ("violates check", "DETAIL: [cut]", "[SQL: INSERT]"):
        assert part in line


def test_no_traceback_of_a_store_repeats_what_was_written(tmp_path: Path) -> None:
    with open_registry("sqlite:///r.db", product="p", root=tmp_path, actor="a") as registry:
        registry.create(session_type("other"))
        with closing(sqlite3.connect(tmp_path / "r.db")) as database, database:
            database.execute("CREATE TRIGGER no BEFORE INSERT ON session_types BEGIN SELECT RAISE(ABORT, 'no'); END")
        refused = session_type(schema={"userId": "s3cr3t"})  # not on the line that the traceback shows
        with pytest.raises(RegistryError) as failed:
            registry.create(refused)
    assert "[SQL: INSERT" in logged(failed.value)
    assert "s3cr3t" not in logged(failed.value)


def test_the_moment_is_told_in_utc_to_the_millisecond() -> None:
    record = logging.LogRecord("reconciler", logging.INFO, __file__, 1, "request", None, None)
    for created, told in ((0.0625, "1970-01-01T00:00:00.062Z"), (1795478399.999, "2026-11-23T23:59:59.999Z")):
        record.created = created
        assert json.loads(JsonFormatter().format(record))["at"] == told
