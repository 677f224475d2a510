from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Code, Diagnostic, InvalidInput
from reconciler.project import DEFAULT_REGISTRY, Project, Target, without_credentials

LOCAL, LIVE = Target("local", "sqlite:///x.db"), Target("production", "https://r.example.com")


def project(*targets: Target, default: str | None = None, file: str | None = "reconciler.yaml") -> Project:
    named = {str(target.name): target for target in targets}
    return Project(Path("/p"), file, targets=named, default_target=default)


def refused(chosen: Project, name: str | None) -> Diagnostic:
    with pytest.raises(InvalidInput) as invalid:
        chosen.target(name)
    (problem,) = invalid.value.diagnostics
    assert problem.code is Code.UNKNOWN_TARGET
    return problem


def test_without_targets_there_is_the_embedded_registry() -> None:
    assert project(file=None).target(None) == Target(None, "sqlite:///.reconciler/registry.db")
    assert DEFAULT_REGISTRY == "sqlite:///.reconciler/registry.db"


def test_a_target_is_chosen_by_name_then_by_default_then_as_the_only_one() -> None:
    assert project(LOCAL, LIVE, default="local").target("production") == LIVE
    assert project(LOCAL, LIVE, default="production").target(None) == LIVE
    assert project(LIVE).target(None) == LIVE


def test_several_targets_without_a_default_have_to_be_chosen_from() -> None:
    problem = refused(project(LOCAL, LIVE), None)
    assert problem.detail == "There are several targets and no default."
    assert problem.hint == "Choose one with --target, or set `default_target`: local, production."
    assert str(problem.location) == "reconciler.yaml:1:1"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("prodution", "Did you mean `production`?"),
        ("zzz", "Targets: local, production. To select session types, use `--only`."),
    ],
)
def test_an_unknown_target_is_refused_with_the_likely_one_or_all(name: str, hint: str) -> None:
    problem = refused(project(LOCAL, LIVE, default="local"), name)
    assert (problem.detail, problem.hint) == (f"There is no target `{name}`.", hint)


def test_a_target_without_a_project_file_says_what_to_do() -> None:
    problem = refused(project(file=None), "local")
    assert problem.location is None
    assert "--registry" in problem.hint
    assert "reconciler.yaml" in problem.hint


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://registry.example.com/x", "https://registry.example.com/x"),
        ("https://ada:s3cret@registry.example.com/x", "https://registry.example.com/x"),
        ("https://token@registry.example.com", "https://registry.example.com"),
        ("postgresql://ada:s3cret@db:5432/x", "postgresql://db:5432/x"),
        ("postgresql://ada:s3c@ret@db/x", "postgresql://db/x"),
        ("postgresql://ada:s3/c:ret@db/x", "postgresql://db/x"),
        ("https://ada:s3cret@h/a@b", "https://h/a@b"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://h?a=b@c", "https://h?a=b@c"),
        ("postgresql://ada:s3cret@host:5432/db?sslmode=require", "postgresql://host:5432/db?sslmode=require"),
        ("postgresql:///db?host=/run&password=s3cret&user=ada", "postgresql:///db?host=/run&password=&user=ada"),
        ("postgresql://host/db?sslpassword=s3cret", "postgresql://host/db?sslpassword="),
        ("https://host/?access_token=s3cret#top", "https://host/?access_token=#top"),
        ("sqlite:////home/a:b@c/registry.db", "sqlite:////home/a:b@c/registry.db"),
        ("sqlite:///.reconciler/registry.db", "sqlite:///.reconciler/registry.db"),
        ("sqlite:////home/a@b/registry.db", "sqlite:////home/a@b/registry.db"),
    ],
)
def test_a_url_is_shown_without_credentials(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
