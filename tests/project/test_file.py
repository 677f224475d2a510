from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.diagnostics import Code, Diagnostic, InvalidInput
from reconciler.plan import Limits
from reconciler.project import DEFAULT_REGISTRY, Project, Target, find_project_file, load_project

DESIGN = """\
product: storefront
project: storefront-sessions
manifests: [sessions/]
default_target: local
targets:
  local:      {registry: "sqlite:///.reconciler/registry.db"}
  staging:    {registry: "https://registry.staging.example.com", overlays: [overlays/staging/]}
  production: {registry: "https://registry.example.com", overlays: [overlays/production/],
               guard: {max_delete: 0, max_breaking: 0, max_update: 50, max_live_sessions: 10000}}
"""


def load(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> Project:
    file = folder / "reconciler.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_project(file, "reconciler.yaml", environment or {})


def problems(folder: Path, text: str | bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as invalid:
        load(folder, text)
    return invalid.value.diagnostics


def test_the_file_of_the_design_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, DESIGN) == Project(
        root=tmp_path,
        file="reconciler.yaml",
        product="storefront",
        name="storefront-sessions",
        manifests=("sessions/",),
        targets={
            "local": Target("local", "sqlite:///.reconciler/registry.db"),
            "staging": Target("staging", "https://registry.staging.example.com", ("overlays/staging/",)),
            "production": Target(
                "production",
                "https://registry.example.com",
                ("overlays/production/",),
                Limits(max_delete=0, max_breaking=0, max_update=50, max_live_sessions=10_000),
            ),
        },
        default_target="local",
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "---\n---\n# c\n", "{}", "\ufeff"])
def test_an_empty_file_is_all_defaults(text: str, tmp_path: Path) -> None:
    project = load(tmp_path, text)
    assert project == Project(tmp_path, "reconciler.yaml")
    assert (project.product, project.name, project.manifests, project.default_target) == ("default", None, (), None)
    assert project.target(None) == Target(None, DEFAULT_REGISTRY, (), Limits())


def test_without_guards_nothing_is_limited(tmp_path: Path) -> None:
    target = load(tmp_path, "targets: {a: {registry: x}}").target("a")
    assert target.limits == Limits()
    assert (target.limits.max_delete, target.limits.max_update) == (None, None)


def test_variables_work_and_keep_their_types(tmp_path: Path) -> None:
    text = "product: ${P}\ntargets: {a: {registry: 'https://${HOST:-h}/', guard: {max_delete: ${N}}}}\n".replace(
        "{max_delete: ${N}}", '{"max_delete": !!int "${N}"}'
    )
    project = load(tmp_path, text, {"P": "shop", "N": "3"})
    assert project.product == "shop"
    assert project.target(None).registry == "https://h/"
    assert project.target(None).limits.max_delete == 3


@pytest.mark.parametrize(
    ("text", "code", "place", "says"),
    [
        ("prodct: x", Code.UNKNOWN_FIELD, "1:1", ("`prodct` is not a field of the project file.", "`product`")),
        (
            "a: 1",
            Code.UNKNOWN_FIELD,
            "1:1",
            ("`a`", "Known: product, project, manifests, default_target, targets, refresh, policies."),
        ),
        ("product: ''", Code.PROJECT_VALUE, "1:10", ("`product` must not be empty.", "")),
        ("product: 5", Code.PROJECT_VALUE, "1:10", ("`product` must be a string, not a number.", "")),
        ("product:", Code.PROJECT_VALUE, "1:9", ("`product` must be a string, not null.", "")),
        ("project: ''", Code.PROJECT_VALUE, "1:10", ("`project` must not be empty.", "")),
        ("manifests: sessions/", Code.PROJECT_VALUE, "1:12", ("`manifests` must be a list, not a string.", "")),
        ("manifests: [a, 1]", Code.PROJECT_VALUE, "1:16", ("`manifests[1]` must be a string, not a number.", "")),
        ("targets: []", Code.PROJECT_VALUE, "1:10", ("`targets` must be a mapping, not an array.", "")),
        ("targets:\n  a:\n", Code.PROJECT_VALUE, "2:5", ("`targets.a` must be a mapping, not null.", "")),
        ("targets:\n  a: {}\n", Code.MISSING_FIELD, "2:3", ("The field `registry` is required.", "`registry: …`")),
        ("targets:\n  a: {registri: x}\n", Code.UNKNOWN_FIELD, "2:7", ("`registri`", "`registry`")),
        ("targets:\n  guard: {registri: x}\n", Code.UNKNOWN_FIELD, "2:11", ("`registri`", "`registry`")),
        ("targets: {a: {registry: x, overlays: o}}", Code.PROJECT_VALUE, "1:38", ("`targets.a.overlays` must be", "")),
        (
            "targets: {a: {registry: x, guard: {max_delet: 1}}}",
            Code.UNKNOWN_FIELD,
            "1:36",
            ("`max_delet`", "`max_delete`"),
        ),
        (
            "targets: {a: {registry: x, guard: {max_delete: -1}}}",
            Code.PROJECT_VALUE,
            "1:48",
            ("`targets.a.guard.max_delete` must be at least 0.", ""),
        ),
        (
            "targets: {a: {registry: x, guard: {max_delete: '1'}}}",
            Code.PROJECT_VALUE,
            "1:48",
            ("`targets.a.guard.max_delete` must be a whole number", ""),
        ),
        (
            "targets: {a: {registry: x, guard: {max_delete: 1.5}}}",
            Code.PROJECT_VALUE,
            "1:48",
            ("`targets.a.guard.max_delete` must be a whole number, not 1.5.", ""),
        ),
        (
            "targets: {a: {registry: x}}\ndefault_target: b",
            Code.UNKNOWN_TARGET,
            "2:17",
            ("There is no target `b`.", "below `targets`"),
        ),
        (
            "targets: {local: {registry: x}}\ndefault_target: locla",
            Code.UNKNOWN_TARGET,
            "2:17",
            ("There is no target", "`local`"),
        ),
        ("default_target: a", Code.UNKNOWN_TARGET, "1:17", ("There is no target `a`.", "below `targets`")),
        ("- a", Code.PROJECT_VALUE, "1:1", ("The project file must be a mapping, not an array.", "")),
        ("text", Code.PROJECT_VALUE, "1:1", ("The project file must be a mapping, not a string.", "")),
        ("product: a\n---\nproduct: b\n", Code.PROJECT_VALUE, "3:1", ("A project file holds one YAML document.", "")),
        ("product: a\nproduct: b\n", Code.DUPLICATE_KEY, "2:1", ("`product`", "Remove one")),
        ("product: ${UNSET}", Code.VARIABLE_UNSET, "1:10", ("`UNSET` is not set.", "")),
        ("a: [", Code.YAML_SYNTAX, "1:5", ("", "")),
        (b"a: \xff", Code.NOT_UTF8, "1:4", ("", "")),
    ],
)
def test_a_mistake_is_one_problem_at_its_place(
    text: str | bytes, code: Code, place: str, says: tuple[str, str], tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.code, str(problem.location)) == (code, f"reconciler.yaml:{place}")
    assert problem.detail.startswith(says[0])
    assert says[1] in problem.hint


def test_all_mistakes_are_reported_at_once_with_the_text_to_show_them_in(tmp_path: Path) -> None:
    text = "produkt: x\nmanifests: 1\ntargets:\n  a: {registry: '', guard: {max_updat: 1}}\n"
    with pytest.raises(InvalidInput) as invalid:
        load(tmp_path, text)
    assert [(each.code, str(each.location)) for each in invalid.value.diagnostics] == [
        (Code.UNKNOWN_FIELD, "reconciler.yaml:1:1"),
        (Code.PROJECT_VALUE, "reconciler.yaml:2:12"),
        (Code.PROJECT_VALUE, "reconciler.yaml:4:17"),
        (Code.UNKNOWN_FIELD, "reconciler.yaml:4:29"),
    ]
    assert invalid.value.sources == {"reconciler.yaml": text}


@pytest.mark.parametrize("text", ["a: [", "a: 1\n---\nb: 1", "default_target: a", "a: 1"])
def test_every_problem_comes_with_its_source(text: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as invalid:
        load(tmp_path, text)
    assert invalid.value.sources == {"reconciler.yaml": text}


def test_a_file_that_can_not_be_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as invalid:
        load_project(tmp_path, "here", {})
    (problem,) = invalid.value.diagnostics
    assert (problem.code, str(problem.location)) == (Code.FILE_UNREADABLE, "here:1:1")


@pytest.mark.parametrize("name", ["reconciler.yaml", "reconciler.yml"])
def test_the_file_is_found_by_walking_up(name: str, tmp_path: Path) -> None:
    deep = tmp_path / "a/b/c"
    deep.mkdir(parents=True)
    (tmp_path / name).touch()
    assert find_project_file(deep) == tmp_path / name
    assert find_project_file(tmp_path) == tmp_path / name


def test_the_nearest_file_counts_and_yaml_goes_before_yml(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "reconciler.yaml").touch()
    (inner / "reconciler.yml").touch()
    assert find_project_file(inner) == inner / "reconciler.yml"
    (inner / "reconciler.yaml").touch()
    assert find_project_file(inner) == inner / "reconciler.yaml"


def test_a_folder_of_that_name_is_no_project_file(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").mkdir()
    assert find_project_file(tmp_path) is None
