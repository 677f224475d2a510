"""Rules as a project file has them, read and compiled."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from reconciler.plan import ChangeEntry, to_document
from reconciler.policy import Compiled, Judge, Rule, compile_rules
from reconciler.project import load_project
from tests.builders import header, plan_of

TODAY = date(2026, 11, 24)


def rule(expression: str, folder: Path, **fields: Any) -> Rule:
    """Return one rule, read from a project file."""
    policy = {"name": "short", "on": "manifest", "rule": expression, "message": "Too long.", **fields}
    (only,) = rules(json.dumps({"policies": [policy]}, ensure_ascii=False).replace("${", "$${"), folder)
    return only


def rules(text: str, folder: Path) -> tuple[Rule, ...]:
    """Return the rules of a project file."""
    file = folder / "reconciler.yaml"
    file.write_text(text, encoding="utf-8")
    return load_project(file, "reconciler.yaml", {}).policies


def compiled(expression: str, folder: Path, **fields: Any) -> Compiled:
    """Return one rule, compiled; it must be valid."""
    (only,), problems = compile_rules([rule(expression, folder, **fields)])
    assert not problems
    return only


def judge(expression: str, folder: Path, *, target: str | None = None, **fields: Any) -> Judge:
    """Return a judge by one rule."""
    return Judge((compiled(expression, folder, **fields),), TODAY, target)


def entries(*arguments: Any, **options: Any) -> list[ChangeEntry]:
    """Return the entries of a plan, as a rule on changes gets them."""
    return to_document(plan_of(*arguments, **options), header(), with_unchanged=False)["resource_changes"]
