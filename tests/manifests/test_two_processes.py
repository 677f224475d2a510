"""Two processes read what one would, whatever becomes of the second."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import ManifestPath, ParseCache, load_manifests, manifest_text, two_processes
from reconciler.manifests.quick import quick_manifests
from reconciler.manifests.two_processes import read_all
from tests.strategies import session_types

TEXTS = [f"name: A\ntag: a-{at}\nschema: {{id: u_1}}\nselector: $Session{{id}}\nexpiry: 7\n" for at in range(12)]
TEXTS += ["a: ${B}", "a: [", "", "- 1\n---\nb: é\n"]


@pytest.fixture(autouse=True, scope="module")
def with_few() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reconciler.manifests.parse_cache.LEAST", 2)
        yield


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the processes that are made from now on, where there is a second core."""
    found: list[int] = []
    fork = os.fork

    def noting() -> int:
        process = fork()
        found.append(process)
        return process

    monkeypatch.setattr(os, "fork", noting)
    monkeypatch.setattr(two_processes, "_has_a_second_core", lambda: True)
    return found


def assert_gone(made: list[int]) -> None:
    [process] = made
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)


@given(st.lists(session_types().map(manifest_text) | st.text(max_size=40), max_size=6))
def test_any_texts_are_read_as_by_one_process(texts: list[str]) -> None:
    assert repr(read_all(texts)) == repr([quick_manifests(text) for text in texts])


def test_half_of_them_is_read_by_another_process(
    made: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def noting(text: str) -> object:
        with (tmp_path / str(os.getpid())).open("a") as stream:
            stream.write("x")
        return quick_manifests(text)

    monkeypatch.setattr(two_processes, "quick_manifests", noting)
    read_all(TEXTS)
    assert sorted(len(file.read_text()) for file in tmp_path.iterdir()) == [8, 8]
    assert_gone(made)


@pytest.mark.parametrize("fate", ["raises", "is killed", "hangs"])
def test_what_the_second_process_does_not_deliver_is_read_here(
    fate: str, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.getpid()

    def failing(text: str) -> object:
        if os.getpid() != here:
            match fate:
                case "raises":
                    raise ValueError(text)
                case "is killed":
                    os.kill(os.getpid(), 9)
                case _:
                    time.sleep(60)
        return quick_manifests(text)

    monkeypatch.setattr(two_processes, "quick_manifests", failing)
    monkeypatch.setattr(two_processes, "_GRACE_SECONDS", 0.2)
    assert repr(read_all(TEXTS)) == repr([quick_manifests(text) for text in TEXTS])
    assert_gone(made)


def test_an_interruption_leaves_no_process(made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()

    def interrupted(text: str) -> object:
        if os.getpid() == here:
            raise KeyboardInterrupt
        return quick_manifests(text)

    monkeypatch.setattr(two_processes, "quick_manifests", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_all(TEXTS)
    assert_gone(made)


def test_manifests_load_the_same_with_and_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paths = [ManifestPath(tmp_path / f"{at}.yaml", f"{at}.yaml", text.encode()) for at, text in enumerate(TEXTS)]

    def load(cache: ParseCache | None) -> object:
        loaded = load_manifests(paths, root=tmp_path, environment={"B": "1"}, cache=cache)
        return repr(loaded.desired), loaded.diagnostics, loaded.digest(), dict(loaded.sources)

    one = load(None)
    monkeypatch.setattr(two_processes, "_has_a_second_core", lambda: True)
    cached = [load(ParseCache.of(tmp_path / "cache", tmp_path, least=1)) for _ in range(2)]
    assert [one, *cached] == [load(None)] * 3
