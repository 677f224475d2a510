"""The page of errors: exactly the codes that there are, in the code's words, and examples that give just that code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.diagnostics import Code, Diagnostic, InvalidInput
from reconciler.manifests import ManifestPath, load_manifests
from reconciler.plan import Guard
from reconciler.project import load_project
from reconciler.server.problems import ProblemCode
from tests.docs.executed import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
VALID = """\
name: User session
tag: user-session
schema: {userId: user_123}
selector: $Session{userId}
expiry: 7
period: days
"""


@dataclass(frozen=True)
class Section:
    """What the page says of one code."""

    heading: str
    text: str


def _sections(part: str) -> list[Section]:
    """Return the sections of a part of the page, in their order."""
    (text,) = re.findall(rf"^## {part}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return [Section(*found) for found in re.findall(r"^### (.*?)\n(.*?)(?=^### |\Z)", text, re.DOTALL | re.MULTILINE)]


def _all() -> list[Section]:
    return [
        section
        for part in ("Manifests and project file", "Guards", "HTTP API", "Failed runs")
        for section in _sections(part)
    ]


def test_it_has_every_diagnostic_and_no_other() -> None:
    assert {each.heading for each in _sections("Manifests and project file")} == {code.value for code in Code}


def test_it_has_every_guard_and_no_other() -> None:
    assert {each.heading for each in _sections("Guards")} == {f"Guard {guard}" for guard in Guard}


def test_it_has_every_problem_of_the_api_and_no_other() -> None:
    assert {each.heading for each in _sections("HTTP API")} == {code.value for code in ProblemCode}


def test_no_anchor_stands_for_two_codes() -> None:
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL), re.MULTILINE)
    assert len({heading.lower() for heading in headings}) == len(headings)


def test_it_repeats_the_words_of_the_code() -> None:
    told = {each.heading: each.text for each in _all()}
    for code in Code:
        assert f"*{code.summary}.*" in told[code.value]
    for problem in ProblemCode:
        assert f"*{problem.title}.* Status {problem.status}." in told[problem.value]


@pytest.mark.parametrize("section", _all(), ids=lambda section: section.heading)
def test_each_has_a_cause_before_its_cure(section: Section) -> None:
    cause, cure = (section.text.find(f"\n**{word}.** ") for word in ("Cause", "Cure"))
    assert 0 <= cause < cure


def _examples() -> list[tuple[str, str, str]]:
    form = r"<!-- example(?:: (\S+))? -->\n```yaml\n(.*?)```"
    return [
        (section.heading, kind, text)
        for section in _sections("Manifests and project file")
        for kind, text in re.findall(form, section.text, re.DOTALL)
    ]


def _completed(example: str) -> str:
    """Return an example with the fields that it does not show: what goes from one top-level key to the next."""
    shown = set(re.findall(r"^(\w+):", example, re.MULTILINE))
    left_out = (line for line in VALID.splitlines() if line.partition(":")[0] not in shown)
    return example + "\n".join(left_out) + "\n"


def _of_manifest(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    file = ManifestPath(folder / "example.yaml", "example.yaml", text.encode())
    return load_manifests([file], root=folder, environment={}).diagnostics


def _of_project(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    file = folder / "reconciler.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as invalid:
        load_project(file, "reconciler.yaml", {})
    return invalid.value.diagnostics


_READERS: Mapping[str, Callable[[str, Path], tuple[Diagnostic, ...]]] = {
    "": lambda text, folder: _of_manifest(_completed(text), folder),
    "whole": _of_manifest,
    "reconciler.yaml": _of_project,
}


@pytest.mark.parametrize(("code", "kind", "text"), _examples(), ids=[code for code, _, _ in _examples()])
def test_an_example_gives_just_its_code(code: str, kind: str, text: str, tmp_path: Path) -> None:
    assert {each.code.value for each in _READERS[kind](text, tmp_path)} == {code}


def test_most_codes_have_an_example() -> None:
    assert len(_examples()) >= 25


def test_the_fields_that_examples_leave_out_are_valid(tmp_path: Path) -> None:
    assert _of_manifest(VALID, tmp_path) == ()
