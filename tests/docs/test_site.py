"""The site: built strictly (each link leads somewhere), and its pages fetch nothing from another host."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.executed import BIN, ROOT

_LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [str(BIN / "zensical"), "build", "--strict", "--clean"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class _Page(HTMLParser):
    """Collects what a browser fetches for a page by itself, its styles, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.styles: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.styles.append(given.get("style", ""))
        self.names |= {given.get("id", ""), *given.get("class", "").split()}
        if (name := _LOADS.get(tag)) and given.get("rel") not in {"canonical", "next", "prev"}:
            self.fetched += filter(None, (given.get(name), given.get("srcset")))


def _pages(site: Path) -> dict[str, _Page]:
    return {file.relative_to(site).as_posix(): _Page(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")}


def _is_elsewhere(address: str) -> bool:
    return re.match(r"\s*(?:[a-z]+:)?//", address, re.IGNORECASE) is not None


def test_every_page_is_built(site: Path) -> None:
    wanted = {f.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for f in (ROOT / "docs").rglob("*.md")}
    assert set(_pages(site)) == {*wanted, "404.html"}


def test_no_page_fetches_anything_from_another_host(site: Path) -> None:
    for name, page in _pages(site).items():
        assert page.fetched, name
        assert [address for address in page.fetched if _is_elsewhere(address)] == [], name


def test_no_style_fetches_anything_from_another_host(site: Path) -> None:
    styles = [file.read_text(encoding="utf-8") for file in site.rglob("*.css")]
    styles += [style for page in _pages(site).values() for style in page.styles]
    assert len(styles) > 1
    for style in styles:
        fetched = re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", style)
        assert [address for pair in fetched for address in pair if _is_elsewhere(address)] == []


def test_no_page_has_what_the_theme_fetches_a_library_for(site: Path) -> None:
    """The theme's script gets these only where a page has a diagram, a lightbox, or the link to a repository."""
    for name, page in _pages(site).items():
        assert not page.names & {"mermaid", "glightbox", "md-source", "__pyodide"}, name


def test_a_code_has_its_anchor(site: Path) -> None:
    assert {"selector-unresolved", "guard-max-delete", "stale-record"} <= _pages(site)["errors.html"].names


def test_the_site_has_no_program_of_ours(site: Path) -> None:
    assert [file.name for file in site.rglob("*.py")] == []
