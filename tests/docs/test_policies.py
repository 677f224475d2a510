"""The page on policies, executed: each block of it is what happens."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.diagnostics import Code
from reconciler.plan import Guard
from reconciler.policy import PolicyFields, Subject, WaiverFields
from reconciler.policy.compiled import VARIABLES

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
# The page's waiver ends some day; it is moved so that it is as good as new.
LIVELY = PAGE.replace("2027-01-31", (datetime.now(UTC).date() + timedelta(days=90)).isoformat())
FENCE = re.compile(r"<!-- (\w+)(?:: (\S+))? -->\n```\w+\n(.*?)```", re.DOTALL)


def blocks(kind: str) -> list[tuple[str, str]]:
    return [(name, text) for found, name, text in FENCE.findall(LIVELY) if found == kind]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    for name, text in blocks("file"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_console_block_happens_as_it_is_shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ((_, block),) = blocks("console")
    command, _, output = block.partition("\n")
    assert run(command.split()[2:]) == 3
    shown = capfd.readouterr()
    assert (shown.out + shown.err).strip() == output.strip()
    assert (folder / "sessions" / "admin.yaml").is_file()


def test_the_rules_on_changes_do_what_the_page_says(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    manifest = folder / "sessions" / "admin.yaml"
    text = manifest.read_text(encoding="utf-8").replace("admin-console", "user")
    manifest.write_text(text, encoding="utf-8")
    assert run(["apply", "--auto-approve"]) == 0
    manifest.write_text(text.replace("userId", "id").replace("expiry: 7", "expiry: 2"), encoding="utf-8")
    capfd.readouterr()
    assert run(["plan", "--format", "json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert [refusal["lifted_by"] for refusal in document["refusals"]] == ["--allow policy:user"]
    assert [warning["rule"] for warning in document["policy_warnings"]] == ["lifetimes-shrink-slowly"]
    assert run(["apply", "--auto-approve"]) == 4
    assert run(["apply", "--auto-approve", "--allow", "policy:user"]) == 0


def test_the_rules_of_the_page_can_be_decided(folder: Path) -> None:
    ((_, expressions),) = blocks("rules")
    rules = [
        {"name": str(index), "on": "manifest", "rule": expression, "message": "m"}
        for index, expression in enumerate(expressions.splitlines())
    ]
    assert len(rules) == 2
    project = {"manifests": ["sessions/"], "policies": rules}
    (folder / "reconciler.yaml").write_text(json.dumps(project), encoding="utf-8")
    assert run(["validate"]) == 0


def test_every_fenced_block_is_executed() -> None:
    assert len(FENCE.findall(PAGE)) == PAGE.count("```") // 2


@pytest.mark.parametrize(
    "name",
    [
        *PolicyFields.model_fields,
        *WaiverFields.model_fields,
        *VARIABLES[Subject.MANIFEST],
        *VARIABLES[Subject.CHANGE],
        Guard.POLICY.value,
    ],
)
def test_the_page_names_every_key_and_variable(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_page_shows_codes_that_there_are() -> None:
    assert set(re.findall(r"\[([a-z-]+)\]\n", PAGE)) <= {code.value for code in Code}
