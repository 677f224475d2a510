from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli.output.files import write_atomically
from reconciler.nodes import parse_yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

REPOSITORY = Path(__file__).parents[2]
OTHERS = "sqlite:///others.db"


def _git(shop: Shop) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=shop.root, check=True)


def _data(file: Path) -> Any:
    return parse_yaml(file.read_bytes(), file.name, {"REGISTRY_PASSWORD": "x"}).documents[0].data


def test_a_new_project_can_be_checked_planned_and_applied_at_once(shop: Shop) -> None:
    done = shop.ok("init")
    assert done.out.splitlines()[:2] == ["created sessions/user-session.yaml", "created reconciler.yaml"]
    commands = [line.split()[1] for line in done.out.splitlines() if line.startswith("  reconciler ")]
    assert commands == ["validate", "plan", "apply"]
    checked = shop.ok("validate")
    assert (checked.out, checked.err) == ("Success! 1 manifest is valid.\n", "")
    shop.ok("fmt", "--check")
    assert "Plan: 1 to create" in shop.ok("plan").out
    assert "1 created" in shop.ok("apply", "--auto-approve").out
    assert shop.run("plan", "--detailed-exitcode").code == 0
    shop.ok("drift")


def test_options_become_what_the_project_file_says(shop: Shop) -> None:
    shop.ok("init", "--product", "shop: one", "--registry", OTHERS, "--target", "eu-west")
    assert _data(shop.root / "reconciler.yaml") == {
        "product": "shop: one",
        "manifests": ["sessions/"],
        "default_target": "eu-west",
        "targets": {"eu-west": {"registry": OTHERS}},
    }
    shop.ok("apply", "--auto-approve")
    assert (shop.root / "others.db").exists()


@pytest.mark.parametrize("name", ["null", "TRUE", "12", "0x1F", "- a", "a # b", "'", '"', "é\u2028", "@PRODUCT@"])
def test_a_product_of_any_name_is_read_back_as_itself(shop: Shop, name: str) -> None:
    shop.ok("init", "--product", name)
    assert _data(shop.root / "reconciler.yaml")["product"] == name


def test_the_embedded_registry_is_kept_out_of_git_once(shop: Shop) -> None:
    _git(shop)
    ignore = shop.write(".gitignore", "/build/")
    assert "added .reconciler/ to .gitignore" in shop.ok("init").out
    assert ignore.read_text() == "/build/\n.reconciler/\n"
    (shop.root / "reconciler.yaml").unlink()
    assert ".gitignore" not in shop.ok("init").out
    assert ignore.read_text() == "/build/\n.reconciler/\n"


@pytest.mark.parametrize("registry", ["https://registry.invalid", OTHERS])
def test_without_an_embedded_registry_in_the_folder_gitignore_is_left_alone(shop: Shop, registry: str) -> None:
    _git(shop)
    shop.ok("init", "--registry", registry)
    assert not (shop.root / ".gitignore").exists()


def test_without_a_repository_no_gitignore_is_written(shop: Shop) -> None:
    shop.ok("init")
    assert not (shop.root / ".gitignore").exists()


def test_manifests_that_are_there_take_the_place_of_the_example(shop: Shop) -> None:
    shop.session("cart")
    assert "left sessions/, which has manifests already" in shop.ok("init").out
    assert [file.name for file in (shop.root / "sessions").iterdir()] == ["cart.yaml"]
    assert "+ cart" in shop.ok("plan").out


def test_what_is_live_already_is_to_be_pulled_and_no_example_comes_in_its_way(applied: Shop) -> None:
    for file in (applied.root / "sessions").iterdir():
        file.unlink()
    done = applied.ok("init")
    assert "2 session types are live in the registry already" in done.out
    assert "created sessions" not in done.out
    assert done.out.index("reconciler pull") < done.out.index("reconciler plan")
    applied.ok("pull")
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_a_registry_that_does_not_answer_is_a_note(shop: Shop) -> None:
    done = shop.ok("init", "--registry", "http://127.0.0.1:9")
    assert "Note: whether the registry holds session types already is not known" in done.err
    assert "created reconciler.yaml" in done.out


def test_in_a_project_nothing_is_written_and_the_project_is_named(shop: Shop) -> None:
    shop.ok("init")
    before = shop.tree()
    below = shop.root / "sessions"
    for where, named in ((shop.root, "reconciler.yaml"), (below, "../reconciler.yaml")):
        refused = shop.run("init", cwd=where)
        assert refused.code == 1
        assert f"This is a project already: {named}; nothing was written" in refused.err
    assert shop.run("init", "--ci", "github", "--product", "other").code == 1
    assert shop.tree() == before


def test_a_password_does_not_go_into_a_file_for_git_but_a_variable_does(shop: Shop) -> None:
    refused = shop.run("init", "--registry", "postgresql://app:hunter2@127.0.0.1:9/registry")
    assert refused.code == 1
    assert "${REGISTRY_PASSWORD}" in refused.err
    assert "hunter2" not in refused.text
    assert shop.tree() == {}
    url = "postgresql://app:${REGISTRY_PASSWORD}@127.0.0.1:9/registry"
    assert "REGISTRY_PASSWORD" in shop.run("init", "--registry", url).err
    shop.ok("init", "--registry", url, environment={"REGISTRY_PASSWORD": "hunter2"})
    text = (shop.root / "reconciler.yaml").read_text()
    assert url in text
    assert "hunter2" not in text


def test_a_url_that_means_no_registry_is_wrong_usage(shop: Shop) -> None:
    assert shop.run("init", "--registry", "ftp://x").code == 64
    assert shop.tree() == {}


def test_where_something_can_not_be_written_nothing_is(shop: Shop) -> None:
    shop.write(".github", "a file, where the workflow needs a folder\n")
    refused = shop.run("init", "--ci", "github")
    assert refused.code == 1
    assert ".github can't be written" in refused.err
    assert "nothing was created" in refused.err
    assert list(shop.tree()) == [".github"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interruption_takes_back_what_was_begun(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def failing(file: Path, text: str) -> None:
        if file.name == "reconciler.yaml":
            raise stop
        write_atomically(file, text)

    monkeypatch.setattr("reconciler.cli.scaffolding.creation.write_atomically", failing)
    stopped = shop.run("init", "--ci", "gitlab")
    assert stopped.code == 1
    assert "Traceback" not in stopped.err
    assert shop.tree() == {}


def test_a_workflow_stands_at_the_top_of_the_repository_and_works_in_the_project(shop: Shop) -> None:
    _git(shop)
    below = shop.root / "services" / "shop"
    below.mkdir(parents=True)
    assert "created ../../.github/workflows/session-types.yml" in shop.ok("init", "--ci", "github", cwd=below).out
    workflow = _data(shop.root / ".github/workflows/session-types.yml")
    assert workflow["defaults"]["run"]["working-directory"] == "services/shop"


def test_a_pipeline_that_is_there_stays_and_the_line_to_add_is_told(shop: Shop) -> None:
    pipeline = shop.write(".gitlab-ci.yml", "build:\n  script: [make]\n")
    told = shop.ok("init", "--ci", "gitlab").out
    assert "left .gitlab-ci.yml, which is there already" in told
    assert "- local: .gitlab/session-types.yml" in told
    assert pipeline.read_text() == "build:\n  script: [make]\n"


def _github_lines(shop: Shop) -> list[str]:
    [job] = _data(shop.root / ".github/workflows/session-types.yml")["jobs"].values()
    return [step["run"] for step in job["steps"] if "run" in step]


def _gitlab_lines(shop: Shop) -> list[str]:
    assert _data(shop.root / ".gitlab-ci.yml") == {"include": [{"local": ".gitlab/session-types.yml"}]}
    jobs = _data(shop.root / ".gitlab/session-types.yml")
    lines: list[str] = []
    for name in ("session-types:plan", "session-types:apply", "session-types:drift"):
        assert jobs[name]["extends"] == ".reconciler"
        lines += jobs[".reconciler"]["before_script"] + jobs[name]["script"]
    return lines


@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_every_line_of_a_ci_workflow_runs(shop: Shop, system: str) -> None:
    shop.ok("init")
    shop.ok("init", "--ci", system)
    lines = {"github": _github_lines, "gitlab": _gitlab_lines}[system](shop)
    for command in ("validate", "fmt", "plan", "apply", "drift"):
        assert any(line.startswith(f"reconciler {command}") for line in lines)
    assert 'pip install "git+https://github.com/your-org/reconciler@v0.1.0"' in lines
    programs = {"reconciler": f"exec {shlex.quote(sys.executable)} -m reconciler", "pip": "exec echo"}
    for name, does in programs.items():
        shop.write(f"bin/{name}", f'#!/bin/sh\n{does} "$@"\n').chmod(0o755)
    path = f"{shop.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(["set -eu", *lines])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY), "CI": "true"}
    done = subprocess.run(["sh", "-c", script], cwd=shop.root, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert b"1 created" in done.stdout


def test_a_workflow_for_the_embedded_registry_comes_with_a_warning(shop: Shop) -> None:
    assert "Note: in CI the embedded registry is a new one in each run." in shop.ok("init", "--ci", "github").err


def test_a_workflow_for_a_server_comes_with_none(shop: Shop) -> None:
    done = shop.ok("init", "--ci", "github", "--registry", "https://registry.invalid")
    assert "embedded" not in done.text


@pytest.mark.parametrize(
    ("system", "file", "history"),
    [
        ("github", ".github/workflows/session-types.yml", "fetch-depth: 0"),
        ("gitlab", ".gitlab/session-types.yml", 'GIT_DEPTH: "0"'),
    ],
)
def test_a_pipeline_has_the_history_without_which_prune_is_refused(
    shop: Shop, system: str, file: str, history: str
) -> None:
    _git(shop)
    shop.ok("init", "--ci", system)
    assert history in (shop.root / file).read_text(encoding="utf-8")
