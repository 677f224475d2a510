"""A cache may be slow or missing, and never wrong."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import Loaded, ManifestPath, ParseCache, load_manifests, manifest_text
from reconciler.project import cache_folder
from tests.strategies import session_types

MANIFEST = "name: A\ntag: a\nschema:\n  id: u_1\n  n: ${N:-1}\nselector: $Session{id}\nexpiry: 7\nperiod: days\n"
PLAIN = MANIFEST.replace("${N:-1}", "1")


def load(text: str, folder: Path, cache: ParseCache | None, environment: Mapping[str, str] | None = None) -> Loaded:
    content = ManifestPath(folder / "a.yaml", "a.yaml", text.encode())
    return load_manifests([content], root=folder, environment=environment or {}, cache=cache)


def cached(folder: Path) -> ParseCache:
    return ParseCache.of(folder / "cache", folder, least=1)


def said(loaded: Loaded) -> object:
    places = [[each.locate(path) for path in ((), ("tag",), ("schema",))] for each in loaded.desired]
    return repr(loaded.desired), places, loaded.diagnostics, dict(loaded.sources), loaded.digest()


TEXTS = st.one_of(
    session_types().map(manifest_text),
    st.text(max_size=60),
    st.sampled_from([PLAIN, PLAIN + "nonsense: 1\n", PLAIN + "---\n" + PLAIN, PLAIN + "a: [", MANIFEST, ""]),
)


@given(TEXTS)
def test_any_manifest_loads_the_same_from_the_cache_as_afresh(text: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        fresh = said(load(text, folder, None))
        assert said(load(text, folder, cached(folder))) == fresh
        assert said(load(text, folder, cached(folder))) == fresh


def test_what_is_kept_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(PLAIN, tmp_path, cached(tmp_path))
    cache = cached(tmp_path)
    monkeypatch.setattr("reconciler.manifests.parse_cache.quick_manifests", lambda _: pytest.fail("parsed again"))
    assert cache.manifests(PLAIN)


def test_a_text_with_a_variable_is_read_with_the_values_of_the_day(tmp_path: Path) -> None:
    for number in ("1", "2"):
        (desired,) = load(MANIFEST, tmp_path, cached(tmp_path), {"N": number}).desired
        assert desired.session_type.schema["n"] == int(number)
    assert cached(tmp_path).manifests(MANIFEST) is None


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_file_is_a_miss(at: int, change: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        fresh = said(load(PLAIN, folder, cached(folder)))
        (file,) = (folder / "cache").iterdir()
        content = bytearray(file.read_bytes())
        content[at % len(content)] ^= change
        file.write_bytes(content)
        assert said(load(PLAIN, folder, cached(folder))) == fresh


@pytest.mark.parametrize("length", [0, 10, 31, 32, 40])
def test_half_a_file_is_a_miss_and_is_mended(tmp_path: Path, length: int) -> None:
    load(PLAIN, tmp_path, cached(tmp_path))
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:length])
    load(PLAIN, tmp_path, cached(tmp_path))
    assert file.read_bytes() == whole


def test_another_version_reads_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(PLAIN, tmp_path, cached(tmp_path))
    monkeypatch.setattr("reconciler.manifests.parse_cache.__version__", "9.9")
    cache = cached(tmp_path)
    monkeypatch.setattr("reconciler.manifests.parse_cache.quick_manifests", lambda _: None)
    assert cache.manifests(PLAIN) is None


def test_what_is_gone_from_the_manifests_goes_from_the_file(tmp_path: Path) -> None:
    other = PLAIN.replace("tag: a", "tag: b")
    load(PLAIN, tmp_path, cached(tmp_path))
    (file,) = (tmp_path / "cache").iterdir()
    size = file.stat().st_size
    load(other, tmp_path, cached(tmp_path))
    assert file.stat().st_size == size


def test_projects_have_files_of_their_own_and_the_oldest_go(tmp_path: Path) -> None:
    for number in range(20):
        root = tmp_path / str(number)
        load(PLAIN, tmp_path, ParseCache.of(tmp_path / "cache", root, least=1))
    assert len(list((tmp_path / "cache").iterdir())) == 16


def test_runs_at_once_leave_one_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [PLAIN.replace("u_1", f"u_{at}") for at in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda text: load(text, tmp_path, cached(tmp_path)), texts))
    assert len(list((tmp_path / "cache").iterdir())) == 1
    cache = cached(tmp_path)
    monkeypatch.setattr("reconciler.manifests.parse_cache.quick_manifests", lambda _: None)
    assert any(map(cache.manifests, texts))


def test_a_folder_that_can_not_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert load(PLAIN, tmp_path, cached(tmp_path)).desired


def test_the_variable_turns_it_off() -> None:
    assert cache_folder({"RECONCILER_NO_CACHE": "1", "XDG_CACHE_HOME": "/c"}, "parses") is None
    assert cache_folder({"XDG_CACHE_HOME": "/c"}, "parses") == Path("/c/reconciler/parses")
