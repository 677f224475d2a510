"""Diagnostics in the formats of other people's tools: as they were, and valid whatever the data holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]

from reconciler.diagnostics import Code, Diagnostic, Location, Severity
from reconciler.plan import DiagnosticEntry, diagnostic_entry
from reconciler.render.diagnostics.github import render_github
from reconciler.render.diagnostics.junit import render_junit
from reconciler.render.diagnostics.sarif import render_sarif
from reconciler.render.workflow_commands import workflow_command

FOUND = [
    Diagnostic(Code.PATH_NOT_FOUND, "`sesions` does not exist.", None, "Check the spelling."),
    Diagnostic(Code.LIFECYCLE_PATH, "Nothing there.", Location("./b, c:d.yaml", 1, 1), severity=Severity.WARNING),
    Diagnostic(Code.UNKNOWN_FIELD, "`perod` is no field.", Location("a.yaml", 3, 1), "Did you mean `period`?"),
    Diagnostic(Code.EXPIRY_RANGE, "`expiry` must be at least 1.", Location("a.yaml", 4, 9)),
    Diagnostic(
        Code.DUPLICATE_TAG,
        "`50%` is there twice.",
        Location("日本/é.yaml", 2, 6),
        related=Location("/srv/a.yaml", 2, 6),
    ),
]
SARIF = Draft4Validator(
    json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8")), format_checker=FormatChecker()
)
ODD = st.text(
    st.one_of(st.sampled_from("%\r\n\t:,;<>&]['\"\x00\x1b\x85\u2028\ud800\ufffe日é🛒{}./"), st.characters()),
    max_size=30,
)
_PLACES = st.builds(Location, ODD, st.integers(1, 9), st.integers(1, 9))
_DIAGNOSTICS = st.builds(
    Diagnostic,
    st.sampled_from(Code),
    ODD,
    st.none() | _PLACES,
    ODD,
    st.sampled_from(Severity),
    st.none() | _PLACES,
)
ODD_LISTS = st.lists(_DIAGNOSTICS, max_size=30)
_COMMAND = re.compile(r"::(error|warning)(?: ((?:\w+=[^:,\r\n]*)(?:,\w+=[^:,\r\n]*)*))?::([^\r\n]*)")


def _entries(diagnostics: Iterable[Diagnostic]) -> list[DiagnosticEntry]:
    return [diagnostic_entry(each) for each in diagnostics]


def _many(count: int, severity: Severity) -> list[Diagnostic]:
    return [
        Diagnostic(Code.WRONG_TYPE, f"No. {n}.", Location("a.yaml", n, 1), severity=severity)
        for n in range(1, count + 1)
    ]


def _unescaped(text: str) -> str:
    for escape, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def _sarif(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """Render, and check all that the schema of SARIF 2.1.0 (OASIS's, without its prose) and GitHub require."""
    log = json.loads(render_sarif(_entries(diagnostics), "1.2.3"))
    assert not list(map(str, SARIF.iter_errors(log)))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("reconciler", "1.2.3")
    described = [*driver["rules"], *driver.get("notifications", [])]
    assert all(each["id"] and each["shortDescription"]["text"] for each in described)
    for kind in ("rules", "notifications"):
        identifiers = [each["id"] for each in driver.get(kind, [])]
        assert len(set(identifiers)) == len(identifiers)
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert isinstance(result["message"]["text"], str)
        assert len(result["locations"]) == 1
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            place = location["physicalLocation"]
            uri = place["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri.removeprefix("file://"))
            assert urlsplit(uri).netloc == ""
            assert place["region"]["startLine"] >= 1
            assert place["region"]["startColumn"] >= 1
        assert all(each["message"]["text"] for each in result.get("relatedLocations", []))
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    known = {each["id"] for each in driver.get("notifications", [])}
    for notification in invocation.get("toolExecutionNotifications", []):
        assert notification["descriptor"]["id"] in known
        assert isinstance(notification["message"]["text"], str)
    return run


def test_annotations_read_as_they_did(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics_github.txt", render_github(_entries(FOUND)))


def test_junit_reads_as_it_did(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics_junit.xml", render_junit(_entries(FOUND)))
    golden("diagnostics_junit_valid.xml", render_junit([]))


def test_sarif_reads_as_it_did(golden: Callable[[str, str], None]) -> None:
    golden("diagnostics_sarif.json", render_sarif(_entries(FOUND), "1.2.3"))
    golden("diagnostics_sarif_valid.json", render_sarif([], "1.2.3"))


def test_a_workflow_command_escapes_what_would_end_it_or_a_property() -> None:
    command = workflow_command("error", "50%\r\nof: a, b::c", {"file": "a:b,c%.yaml", "line": 3})
    assert command == "::error file=a%3Ab%2Cc%25.yaml,line=3::50%25%0D%0Aof: a, b::c"
    assert workflow_command("notice", "Done.", {}) == "::notice::Done."


@given(ODD, ODD)
def test_a_workflow_command_gives_back_what_went_in(message: str, file: str) -> None:
    match = _COMMAND.fullmatch(workflow_command("error", message, {"file": file, "line": 3}))
    assert match
    properties = dict(each.split("=", 1) for each in match[2].split(","))
    assert {key: _unescaped(value) for key, value in properties.items()} == {"file": file, "line": "3"}
    assert _unescaped(match[3]) == message


def test_annotations_come_worst_first_ten_of_a_kind_and_the_others_are_counted() -> None:
    found = [*_many(11, Severity.WARNING), *_many(13, Severity.ERROR)]
    *commands, last = render_github(_entries(found)).split("\n")
    assert [each[2:7] for each in commands] == ["error"] * 10 + ["warni"] * 10
    assert last == "3 more errors and 1 more warning are not annotated: GitHub shows 10 of a kind."
    assert render_github(_entries(_many(11, Severity.ERROR))).endswith(
        "\n1 more error is not annotated: GitHub shows 10 of a kind."
    )
    assert len(render_github(_entries(_many(10, Severity.ERROR))).split("\n")) == 10
    assert render_github([]) == ""


@given(ODD_LISTS)
def test_no_data_makes_an_annotation_of_its_own(found: list[Diagnostic]) -> None:
    lines = [line for line in re.split(r"\r\n|\r|\n", render_github(_entries(found))) if line]
    commands = [line for line in lines if _COMMAND.fullmatch(line)]
    per_kind = [sum(each.severity is severity for each in found) for severity in Severity]
    assert len(commands) == sum(min(count, 10) for count in per_kind)
    assert len(lines) - len(commands) == any(count > 10 for count in per_kind)


def test_junit_has_one_failure_per_file_that_lists_its_errors() -> None:
    suites = ET.fromstring(render_junit(_entries(FOUND)))  # noqa: S314 - our own
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    assert list(cases) == ["run", "b, c:d.yaml", "a.yaml", "日本/é.yaml"]
    failure = cases["a.yaml"].find("failure")
    assert failure is not None
    assert failure.get("message") == "2 errors"
    assert "a.yaml:3:1: error: `perod` is no field. Did you mean `period`? [unknown-field]" in (failure.text or "")
    assert "a.yaml:4:9" in (failure.text or "")
    assert cases["b, c:d.yaml"].find("failure") is None, "a warning fails nothing"
    assert "Nothing there." in (cases["b, c:d.yaml"].findtext("system-out") or "")
    assert (suites.get("tests"), suites.get("failures")) == ("4", "3")


@given(ODD_LISTS)
def test_junit_is_well_formed_ascii_whatever_the_data_holds(found: list[Diagnostic]) -> None:
    text = render_junit(_entries(found))
    assert text.isascii()
    suites = ET.fromstring(text)  # noqa: S314 - our own
    cases = list(suites.iter("testcase"))
    assert int(suites.get("tests", "")) == len(cases) >= 1
    failures = [case for case in cases if case.find("failure") is not None]
    assert int(suites.get("failures", "")) == len(failures)
    assert bool(failures) == any(each.severity is Severity.ERROR for each in found)


def test_the_schema_of_sarif_refuses_what_is_none() -> None:
    log = json.loads(render_sarif(_entries(FOUND), "1.2.3"))
    assert SARIF.is_valid(log)
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not SARIF.is_valid(log)


def test_sarif_has_a_rule_for_each_code_in_use() -> None:
    run = _sarif([*FOUND, *_many(2, Severity.ERROR)])
    rules = {each["id"]: each["shortDescription"]["text"] for each in run["tool"]["driver"]["rules"]}
    assert rules["unknown-field"] == Code.UNKNOWN_FIELD.summary
    assert list(rules) == ["lifecycle-path", "unknown-field", "expiry-range", "duplicate-tag", "wrong-type"]
    assert len(run["results"]) == 6


def test_sarif_tells_what_is_about_no_file_as_a_notification_for_a_result_needs_a_place() -> None:
    run = _sarif(FOUND[:1])
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is False
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "`sesions` does not exist. Check the spelling."
    assert _sarif(FOUND[1:])["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("sessions/cart.yaml", "sessions/cart.yaml"),
        ("./cart.yaml", "cart.yaml"),
        ("../a b#c?.yaml", "../a%20b%23c%3F.yaml"),
        ("a:b%.yaml", "a%3Ab%25.yaml"),
        ("é/日.yaml", "%C3%A9/%E6%97%A5.yaml"),
        ("/srv/cart.yaml", "file:///srv/cart.yaml"),
    ],
)
def test_a_path_is_a_uri_reference_in_sarif(file: str, uri: str) -> None:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": 2, "startColumn": 6}}
    (result,) = _sarif([Diagnostic(Code.WRONG_TYPE, "Detail.", Location(file, 2, 6), related=Location(file, 2, 6))])[
        "results"
    ]
    assert result["locations"][0]["physicalLocation"] == place
    assert result["relatedLocations"][0]["physicalLocation"] == place
    assert unquote(uri).removeprefix("file://") == file.removeprefix("./")


@given(ODD_LISTS)
def test_sarif_is_valid_whatever_the_data_holds(found: list[Diagnostic]) -> None:
    run = _sarif(found)
    assert len(run["results"]) == sum(each.location is not None for each in found)
