"""The examples: valid, in the canonical layout, commented, and applied whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.manifests import ManifestPath, load_manifests

EXAMPLES = Path(__file__).parents[2] / "examples" / "sessions"
FILES = sorted(EXAMPLES.glob("*.yaml"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES, tmp_path / "sessions")
    return tmp_path


def test_the_documented_types_are_there_as_documented() -> None:
    loaded = load_manifests([ManifestPath(EXAMPLES, "sessions")], root=EXAMPLES, environment={})
    assert loaded.diagnostics == ()
    types = {each.session_type.tag: each.session_type for each in loaded.desired}
    assert len(types) >= 8
    user, checkout = types["user-session"], types["checkout-session"]
    assert (user.selector, user.expiry, user.period) == ("$Session{userId}", 7, "days")
    assert set(user.schema) == set(checkout.schema) == {"userId", "details"}
    assert set(_nested(user.schema["details"])) == {"username", "email"}
    assert (checkout.expiry, checkout.period) == (1, "hours")
    assert set(_nested(checkout.schema["details"])) == {"email", "cartId"}
    assert types["partner-session"].selector == "$Session{member}{account}{id}"


def _nested(value: object) -> Iterator[str]:
    assert isinstance(value, dict)
    yield from value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_has_the_comment_that_a_colleague_needs(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("# ")


def test_they_are_in_the_canonical_layout(here: Path) -> None:
    assert here.is_dir()
    assert run(["fmt", "--check", "sessions"]) == 0


def test_they_apply_once_and_then_there_is_nothing_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert here.is_dir()
    assert run(["apply", "sessions", "--auto-approve"]) == 0
    capsys.readouterr()
    assert run(["apply", "sessions", "--auto-approve"]) == 0
    assert "No changes. The registry matches the manifests." in capsys.readouterr().out
    assert run(["drift", "sessions"]) == 0
