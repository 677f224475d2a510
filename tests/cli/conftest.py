"""Drives the real command line: in this process for speed, in one of its own where only that shows the truth."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.port import HistoryEntry, Record, Registry
from reconciler.registry import open_reader, open_registry

REGISTRY = "sqlite:///.reconciler/registry.db"
NIGHT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[2]
_SPEAKS_TO_US = ("NO_COLOR", "CI", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "PYTHONUNBUFFERED")
_SIGNED_OFF = 20  # seconds after which a child counts as hanging


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    @property
    def text(self) -> str:
        """Everything that a person sees."""
        return self.out + self.err


class Shop:
    """A project's folder, with its registry in the default place."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._monkeypatch = monkeypatch

    def write(self, path: str, text: str) -> Path:
        """Write a file below the root."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def session(self, tag: str, *, path: str | None = None, lifecycle: str = "", **fields: Any) -> Path:
        """Write a valid manifest; `fields` replace whole fields, as they stand in YAML."""
        spelled: dict[str, object] = {
            "name": "Shopper",
            "tag": tag,
            "description": "Somebody who shops",
            "schema": "\n  userId: user_123\n  details:\n    email: ade@example.com",
            "selector": "$Session{userId}",
            "expiry": 7,
            "period": "days",
        }
        lines = [f"{key}: {value}" for key, value in (spelled | fields).items()]
        if lifecycle:
            lines.append(f"lifecycle: {lifecycle}")
        return self.write(path or f"sessions/{tag}.yaml", "\n".join(lines).replace(": \n", ":\n") + "\n")

    def run(
        self, *arguments: str, stdin: str = "", cwd: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> Result:
        """Run a command line in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with self._monkeypatch.context() as patch:
            patch.chdir(cwd or self.root)
            for name, value in (environment or {}).items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main.run(list(arguments))
        return Result(code, _written(out), _written(err))

    def ok(self, *arguments: str, **how: Any) -> Result:
        """Run a command line that must end well."""
        result = self.run(*arguments, **how)
        assert result.code == 0, result.text
        return result

    def apply(self, *arguments: str, **how: Any) -> Result:
        """Apply the session types, which must end well."""
        return self.ok("apply", "sessions", "--auto-approve", *arguments, **how)

    def save(self, file: str = "plan.json", *arguments: str) -> Path:
        """Save a plan."""
        self.ok("plan", "sessions", "--out", file, *arguments)
        return self.root / file

    @contextmanager
    def hand(self, *, product: str = "default", actor: str = "alice") -> Iterator[Registry]:
        """Open the registry as another hand does: without a source, at night."""
        with open_registry(REGISTRY, product=product, root=self.root, actor=actor, clock=lambda: NIGHT) as registry:
            yield registry

    def edit(self, tag: str, **fields: Any) -> None:
        """Edit a record by another hand."""
        with self.hand() as registry:
            registry.update(tag, fields, revision=self.records()[tag].revision)

    def remove(self, tag: str) -> None:
        """Delete a record by another hand."""
        with self.hand() as registry:
            registry.delete(tag, revision=self.records()[tag].revision)

    def records(self, *, product: str = "default") -> dict[str, Record]:
        """Return the registry's records by tag."""
        with open_reader(REGISTRY, product=product, root=self.root) as reader:
            return {record.tag: record for record in reader.fetch().records}

    def live(self, tag: str) -> dict[str, Any]:
        """Return the fields of a live record."""
        spec = self.records()[tag].spec
        assert spec is not None
        return spec.to_json()

    def history(self) -> list[HistoryEntry]:
        """Return every write so far."""
        with open_reader(REGISTRY, product="default", root=self.root) as reader:
            return list(reader.history())

    def tree(self) -> dict[str, bytes | None]:
        """Return every file with its bytes, and every folder."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() if path.is_file() else None
            for path in sorted(self.root.rglob("*"))
        }

    def spawn(
        self, *arguments: str, program: Sequence[str] = ("-m", "reconciler"), **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a command line in a process of its own."""
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **options.pop("environment", {})}
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            [sys.executable, *program, *arguments], cwd=self.root, env=environment, **{**streams, **options}
        )

    def process(self, *arguments: str, stdin: bytes = b"", **options: Any) -> Result:
        """Run a command line in a process of its own."""
        with self.spawn(*arguments, **options) as child:
            return finished(child, stdin)


def finished(child: subprocess.Popen[bytes], stdin: bytes = b"") -> Result:
    """Wait for a child."""
    try:
        out, err = child.communicate(stdin, timeout=_SIGNED_OFF)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        raise
    return Result(child.returncode, (out or b"").decode(), (err or b"").decode())


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give an empty project folder, and an environment that says nothing of the machine."""
    for name in [*_SPEAKS_TO_US, *(name for name in os.environ if name.startswith(("RECONCILER_", "GITHUB_")))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root = tmp_path / "shop"
    root.mkdir()
    return Shop(root, monkeypatch)


@pytest.fixture
def applied(shop: Shop) -> Shop:
    """Give a project with two session types, both applied."""
    shop.session("cart")
    shop.session("guest", expiry=1)
    shop.apply()
    return shop


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()
