"""The formats for CI: each reads as it did, is valid whatever the data holds, and holds no sensitive value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import cast
from xml.etree import ElementTree as ET

import pytest

from reconciler.plan import DiagnosticEntry, OutcomeEntry, PlanDocument, error_document
from reconciler.render import FORMATS, View, render_as
from tests.builders import SCHEMA, desired, header, plan_of, record, session_type
from tests.render import cases

Case = Callable[[], PlanDocument]

SUFFIXES = {"markdown": "md", "html": "html", "gitlab": "json", "github": "txt", "junit": "xml", "metrics": "prom"}
DRIFT = View(drift=True)
ROOM = 60_000
EVIL = "</details>```\n```\x00\x1b[31m|`<script>alert(1)</script> @everyone #1 https://evil.example ::error::%0A ]]>&"
VOID = {"meta", "br", "link"}
COMMAND = re.compile(r"::(error|warning|notice) (file=[^:,]+,)?(line=\d+,)?(col=\d+,)?title=[^:,]+::\S.*")


def errors() -> PlanDocument:
    found: list[DiagnosticEntry] = [
        {
            "severity": severity,
            "code": "unknown-field",
            "summary": "Unknown field",
            "detail": "`perod` is not a field of a session type.",
            "hint": "Did you mean `period`?",
            "location": {"file": "sessions/user.yaml", "line": 13, "column": 1},
        }
        for severity in ("warning", "error")
    ]
    return error_document(header(), found)


def many() -> PlanDocument:
    """500 changes: every fiftieth breaks, one conflicts."""
    wanted, live = [], []
    for number in range(500):
        old = session_type(f"type-{number:03}")
        breaks = {"schema": {"userId": 1}} if number % 50 == 7 else {}
        new = session_type(old.tag, name=f"Type {number}", schema={**SCHEMA, "added": number})
        wanted.append(desired(session_type(old.tag, **breaks) if breaks else new))
        edited = session_type(old.tag, name="By hand") if number == 499 else old
        live.append(record(edited, applied=old))
    return cases.document(plan_of(wanted, live))


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


ALL = (*cases.ALL, errors, many, evil, evil_errors)
any_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.__name__)
any_view = pytest.mark.parametrize("view", [View(), DRIFT, View(max_bytes=ROOM)], ids=["plan", "drift", "cut"])


@pytest.mark.parametrize("name", SUFFIXES)
@pytest.mark.parametrize("case", [*cases.ALL, errors], ids=lambda case: case.__name__)
def test_reports_read_as_they_did(name: str, case: Case, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}_{case.__name__}.{SUFFIXES[name]}", render_as(name, case()))


@pytest.mark.parametrize("name", SUFFIXES)
@pytest.mark.parametrize("case", [cases.none, cases.drift, errors], ids=lambda case: case.__name__)
def test_drift_reports_read_as_they_did(name: str, case: Case, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}_of_drift_{case.__name__}.{SUFFIXES[name]}", render_as(name, case(), DRIFT))


def test_a_long_plan_is_cut_as_it_was(golden: Callable[[str, str], None]) -> None:
    golden("markdown_many.md", render_as("markdown", many(), View(max_bytes=ROOM)))


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
    page = Page(text)
    assert page.open == []
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
    assert "Not shown: " in render_as("github", many())


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
    document = many()
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
