"""The formats for CI: each reads as it did, is valid whatever the data holds, and holds no sensitive value."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET

import html5lib
import pytest

from reconciler.plan import DiagnosticEntry, OutcomeEntry, PlanDocument, error_document
from reconciler.render import FORMATS, View, render_as
from reconciler.render.entries import is_grave
from tests.builders import desired, header, plan_of, record, session_type
from tests.render import cases

Case = Callable[[], PlanDocument]

SUFFIXES = {
    "text": "txt",
    "json": "json",
    "markdown": "md",
    "html": "html",
    "gitlab": "json",
    "github": "txt",
    "junit": "xml",
    "metrics": "prom",
}
SHOWN = tuple(dict.fromkeys((*cases.ALL, *cases.TEN)))
DRIFT = View(drift=True)
ROOM = 60_000
EVIL = "</details>```\n```\x00\x1b[31m|`<script>alert(1)</script> @everyone #1 https://evil.example ::error::%0A ]]>&"
VOID = {"meta", "br", "link"}
COMMAND = re.compile(r"::(error|warning|notice) (file=[^:,]+,)?(line=\d+,)?(col=\d+,)?title=[^:,]+::\S.*")


def evil() -> PlanDocument:
    stored = EVIL.replace("\x00", "")  # what no manifest and no registry lets through
    live = session_type(name=stored, description=stored)
    wanted = session_type(name="``" + stored, description="x", schema={"userId": "u", stored: stored})
    plan = plan_of([desired(wanted, file=EVIL)], [record(live, applied=session_type(), updated_by=EVIL)])
    document = cases.document(plan, header())
    document["target"] |= {"name": EVIL, "product": EVIL, "registry": EVIL}
    document["refusals"].append({"guard": EVIL, "tag": "user", "reason": EVIL, "lifted_by": EVIL})
    document["unmanaged"].append(EVIL)
    outcome: OutcomeEntry = {"name": "user", "action": "update", "status": "failed", "error": EVIL}
    return {**document, "outcomes": [outcome]}


def evil_errors() -> PlanDocument:
    entry = {"severity": "error", "code": "x", "summary": EVIL, "detail": EVIL, "hint": EVIL}
    location = {"file": EVIL, "line": 1, "column": 1}
    document = error_document(header(), [cast("DiagnosticEntry", {**entry, "location": location})])
    document["target"]["name"] = EVIL
    return document


ALL = (*SHOWN, evil, evil_errors)
any_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.__name__)
any_view = pytest.mark.parametrize("view", [View(), DRIFT, View(max_bytes=ROOM)], ids=["plan", "drift", "cut"])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", SHOWN, ids=lambda case: case.__name__)
def test_every_format_reads_as_it_did(name: str, case: Case, golden: Callable[[str, str], None]) -> None:
    view = View(max_bytes=ROOM) if name == "markdown" else View()
    text = render_as(name, case(), view)
    golden(_golden_name(name, case), _folded(text) if name == "json" else text)


def _folded(text: str, *, most: int = 20) -> str:
    """Return a JSON document that a person can read: of many entries the first, all grave ones, and a digest."""
    document = json.loads(text)
    entries = document["resource_changes"]
    assert "\n" not in text, "some tools for Terraform's plans read one line and no more"
    if len(entries) <= most:
        return json.dumps(document, indent=2)
    grave = [entry for entry in entries if is_grave(entry)]
    rest = [entry for entry in entries[3:] if not is_grave(entry)]
    digest = hashlib.sha256(json.dumps(rest).encode()).hexdigest()
    document["resource_changes"] = [*entries[:3], *grave, f"and {len(rest)} more, sha256:{digest}"]
    return json.dumps(document, indent=2)


def test_every_format_is_held_by_a_file_for_each_of_the_ten_plans() -> None:
    cells = {_golden_name(name, case) for name in FORMATS for case in cases.TEN}
    held = {file.name for file in (Path(__file__).parent / "golden").iterdir()}
    assert len(cells) == len(FORMATS) * 10
    assert cells <= held


def _golden_name(name: str, case: Case) -> str:
    return f"{name}_{case.__name__}.{SUFFIXES[name]}"


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in {"text", "json"}])
@pytest.mark.parametrize("case", [cases.none, cases.drift, cases.errors], ids=lambda case: case.__name__)
def test_drift_reports_read_as_they_did(name: str, case: Case, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}_of_drift_{case.__name__}.{SUFFIXES[name]}", render_as(name, case(), DRIFT))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@any_case
@any_view
def test_html_is_one_page_that_fetches_and_runs_nothing(case: Case, view: View) -> None:
    text = render_as("html", case(), view)
    html5lib.HTMLParser(strict=True).parse(text)  # raises for whatever the standard calls an error
    page = Page(text)
    assert page.open == []
    assert ("name", "viewport") in page.attributes
    assert ("content", "width=device-width, initial-scale=1") in page.attributes
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert {name for name, _ in page.attributes} <= {"lang", "charset", "name", "content", "class", "open"}
    assert "url(" not in text
    assert "@import" not in text
    if not case.__name__.startswith("evil"):
        assert "http://" not in text
        assert "https://" not in text
    assert "prefers-color-scheme: dark" in text


@any_case
@any_view
def test_junit_is_well_formed_and_counts_right(case: Case, view: View) -> None:
    document = case()
    root = ET.fromstring(render_as("junit", document, view))  # noqa: S314 - our own text
    for key, verdict in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.attrib[key]) == len(root.findall(f".//{verdict}"))
    failures = len(root.findall(".//failure"))
    assert failures >= len(document["resource_drift"]) + len(document["refusals"])
    assert root.find(".//testcase") is not None


@any_case
@any_view
def test_gitlab_is_three_counts_and_nothing_else(case: Case, view: View) -> None:
    text = render_as("gitlab", case(), view)
    assert re.fullmatch(r'{"create":\d+,"update":\d+,"delete":\d+}', text)
    if not view.drift:
        assert json.loads(text).items() <= case()["summary"].items()


@any_case
@any_view
def test_github_is_a_command_a_line_with_at_most_ten_of_a_kind(case: Case, view: View) -> None:
    lines = render_as("github", case(), view).split("\n")
    kinds = []
    for line in lines:
        command = COMMAND.fullmatch(line)
        assert command, line
        assert not re.search("%(?!25|3A|2C)", line)
        kinds.append(command[1])
    assert kinds[:-1] == sorted(kinds[:-1], key=["error", "warning", "notice"].index)
    assert max(map(kinds.count, kinds)) <= 10


def test_github_says_how_many_there_was_no_room_for() -> None:
    assert "Not shown: " in render_as("github", cases.many())


def outside_fences(text: str) -> list[str]:
    """Return the lines outside fences, which must be balanced."""
    fence, outside = "", []
    for line in text.split("\n"):
        opened = re.match("(`{3,})diff$", line)
        if fence:
            assert line == fence or line[:2] in {"+ ", "- ", "! ", "# "}, line
            fence = "" if line == fence else fence
        elif opened:
            fence = opened[1]
        else:
            outside.append(line)
    assert not fence
    return outside


@any_case
@any_view
def test_markdown_lets_no_user_text_out_of_its_place(case: Case, view: View) -> None:
    text = render_as("markdown", case(), view)
    marker, *lines = outside_fences(text)
    assert re.fullmatch(r"<!-- reconciler:(plan|drift):[\w.-]+ -->", marker)
    assert "--" not in marker[4:-3]
    said = "\n".join(lines)
    assert set(re.findall("<[^>]*>", said)) <= {
        f"<{slash}{tag}>" for tag in ("details", "summary", "code", "sub") for slash in ("", "/")
    }
    assert said.count("<details>") == said.count("</details>")
    assert not re.search(r"[`@]|://", said)
    rows = [line for line in lines if "|" in line]
    assert len({row.count("|") for row in rows}) <= 1


def test_a_cut_report_keeps_its_summary_and_everything_grave() -> None:
    document = cases.many()
    grave = [entry["name"] for entry in document["resource_changes"] if entry["risk"] == "breaking"]
    assert len(grave) == 10
    assert len(render_as("markdown", document).encode()) > ROOM
    for room in (ROOM, 20_000, 5_000, 1):
        text = render_as("markdown", document, View(max_bytes=room))
        assert all(f"<code>{tag}</code>" in text for tag in grave)
        assert "**Plan: 0 to create, 500 to update, 0 to delete.**" in text
        left_out = re.search(r"(\d+) more changes left out", text)
        assert left_out
        assert int(left_out[1]) + text.count("<details>") == 500 + len(document["resource_drift"])
        assert room == 1 or len(text.encode()) <= room


@pytest.mark.parametrize("name", FORMATS)
@any_view
def test_no_format_holds_a_sensitive_value(name: str, view: View) -> None:
    text = render_as(name, cases.sensitive(), view)
    assert "old secret" not in text
    assert "new secret" not in text


@any_case
def test_text_tells_of_every_document(case: Case) -> None:
    assert all(line.isprintable() for line in render_as("text", case()).split("\n"))


def test_what_an_apply_did_is_told() -> None:
    outcomes: list[OutcomeEntry] = [
        {"name": "a", "action": "create", "status": "done", "error": None},
        {"name": "b", "action": "create", "status": "failed", "error": "The disk is full"},
    ]
    document: PlanDocument = {**cases.create(), "outcomes": outcomes}
    for name in ("text", "markdown", "html", "junit", "github"):
        assert "The disk is full" in render_as(name, document)
    for name in ("text", "markdown", "html"):
        assert "Apply incomplete. Session types: 1 created, 0 updated, 0 deleted." in render_as(name, document)
        assert "Nothing was applied." in render_as(name, {**document, "outcomes": []})


def test_strict_drift_counts_what_nobody_manages() -> None:
    document = cases.delete_withheld()
    strict = View(drift=True, strict=True)
    assert "theirs" in render_as("github", document, strict)
    assert "--strict counts" in render_as("markdown", document, strict)
    assert "<failure" in render_as("junit", document, strict)
    assert "<failure" not in render_as("junit", document, DRIFT)
