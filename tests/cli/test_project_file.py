from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

PROJECT = """\
product: storefront
project: storefront-sessions
manifests: [sessions/]
default_target: local
targets:
  local: {registry: "sqlite:///.reconciler/registry.db"}
  production:
    registry: "sqlite:///production.db"
    overlays: [overlays/production/]
"""


@pytest.fixture
def project(shop: Shop) -> Shop:
    """Give a project with two targets, one of which has an overlay."""
    shop.write("reconciler.yaml", PROJECT)
    shop.session("cart")
    shop.write("overlays/production/cart.yaml", "tag: cart\nexpiry: 30\nschema:\n  details: null\n  region: eu\n")
    return shop


def test_the_project_file_is_found_from_a_folder_below_and_its_paths_are_its_own(project: Shop) -> None:
    below = project.root / "deep" / "er"
    below.mkdir(parents=True)
    done = project.ok("apply", "--auto-approve", cwd=below)
    assert "Product storefront on sqlite:///.reconciler/registry.db (does not exist yet), target local" in done.out
    assert "# ../../sessions/cart.yaml:1" in done.out, "places are spelled as one would type them here"
    assert (project.root / ".reconciler/registry.db").is_file()
    assert list(below.iterdir()) == []
    record = project.records(product="storefront")["cart"]
    assert record.managed_by is not None
    assert (record.managed_by.project, record.managed_by.file) == ("storefront-sessions", "sessions/cart.yaml")


def test_a_target_is_chosen_by_name_with_its_registry_and_overlays(project: Shop) -> None:
    plan = project.ok("plan", "--target", "production")
    assert "sqlite:///production.db (does not exist yet), target production" in plan.out
    assert ["+", "expiry:", "30"] in [line.split() for line in plan.out.splitlines()]
    assert "schema.region" in plan.out
    assert "schema.details" not in plan.out
    project.ok("apply", "--target", "production", "--auto-approve")
    assert (project.root / "production.db").is_file()
    assert not (project.root / ".reconciler").exists()


def test_a_value_from_an_overlay_is_located_in_the_overlay(project: Shop) -> None:
    project.ok("apply", "--target", "production", "--auto-approve")
    project.write("overlays/production/cart.yaml", "tag: cart\nexpiry: 31\nschema:\n  details: null\n  region: eu\n")
    plan = project.ok("plan", "--target", "production")
    [line] = [line for line in plan.out.splitlines() if "30 -> 31" in line]
    assert "overlays/production/cart.yaml:2" in line


def test_the_default_target_goes_without_saying(project: Shop) -> None:
    assert "target local" in project.ok("plan").out


def test_several_targets_without_a_default_must_be_chosen_from(project: Shop) -> None:
    project.write("reconciler.yaml", PROJECT.replace("default_target: local\n", ""))
    failed = project.run("plan")
    assert failed.code == 3
    assert "--target" in failed.err
    assert "local, production" in failed.err


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "history"])
def test_an_unknown_target_is_met_with_the_one_that_was_meant(project: Shop, command: str) -> None:
    failed = project.run(command, "--target", "prodution")
    assert failed.code == 3
    assert "Did you mean `production`?" in failed.err


def test_a_mistyped_default_target_is_shown_in_its_line(project: Shop) -> None:
    project.write("reconciler.yaml", PROJECT.replace("default_target: local", "default_target: locla"))
    failed = project.run("plan")
    assert failed.code == 3
    assert "reconciler.yaml:4:17" in failed.err
    assert "4 | default_target: locla" in failed.err
    assert "Did you mean `local`?" in failed.err


def test_all_mistakes_of_a_project_file_are_told_at_once(project: Shop) -> None:
    project.write("reconciler.yaml", "prodcut: a\nmanifests: sessions/\ntargets:\n  local: {registri: x}\n")
    failed = project.run("plan")
    assert failed.code == 3
    for place in ("reconciler.yaml:1:1", "reconciler.yaml:2:12", "reconciler.yaml:4:11"):
        assert place in failed.err
    assert "product" in failed.err


def test_validate_checks_the_manifests_as_every_target_has_them(project: Shop) -> None:
    assert project.run("validate").code == 0
    project.write("overlays/production/cart.yaml", "tag: cart\nexpiry: 0\n")
    assert project.run("validate", "--target", "local").code == 0
    failed = project.run("validate")
    assert failed.code == 3
    assert "overlays/production/cart.yaml:2:9" in failed.err


def test_an_overlay_for_an_unknown_tag_is_an_error(project: Shop) -> None:
    project.write("overlays/production/cart.yaml", "tag: crat\nexpiry: 3\n")
    failed = project.run("plan", "--target", "production")
    assert failed.code == 3
    assert "overlays/production/cart.yaml:1:6" in failed.err
    assert "Did you mean `cart`?" in failed.err


def test_variables_come_from_the_environment_and_keep_the_type(project: Shop) -> None:
    project.session("cart", expiry="${CART_DAYS:-7}", name="Cart of ${SHOP}")
    failed = project.run("plan")
    assert failed.code == 3
    assert "sessions/cart.yaml:1:" in failed.err
    assert "SHOP" in failed.err
    project.ok("apply", "--auto-approve", environment={"SHOP": "Ade's", "CART_DAYS": "3"})
    spec = project.records(product="storefront")["cart"].spec
    assert spec is not None
    assert (spec.name, spec.expiry) == ("Cart of Ade's", 3)


def test_the_git_commit_is_in_header_document_and_history(project: Shop) -> None:
    for command in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *command], cwd=project.root, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=project.root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    plan = project.ok("plan", "--format", "json").document
    assert plan["source"]["git_commit"] == commit
    assert f"1 manifest at git {commit[:12]}" in project.ok("apply", "--auto-approve").out
    assert commit[:12] in project.ok("history").out
    assert "uncommitted" not in project.ok("plan").out, "the registry beside the manifests is no change in git"
    project.session("cart", expiry=9)
    assert "with uncommitted changes" in project.ok("plan").out


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("option", "shown"),
    [
        (("--target", "production"), "target production"),
        (("--registry", "sqlite:///third.db"), "sqlite:///third.db"),
        (("--product", "other"), "Product other on"),
    ],
    ids=str,
)
def test_global_options_hold_before_and_after_the_command(
    project: Shop, option: tuple[str, str], shown: str, *, before: bool
) -> None:
    line = (*option, "plan") if before else ("plan", *option)
    assert shown in project.ok(*line).out


def test_a_global_option_after_the_command_wins(project: Shop) -> None:
    assert "Product b on" in project.ok("--product", "a", "plan", "--product", "b").out


GUARDED = PROJECT.replace("overlays/production/]", "overlays/production/]\n    guard: {max_update: 0}")


@pytest.fixture
def guarded(project: Shop) -> Shop:
    """Give a project with a saved plan that the guard of its target forbids."""
    project.ok("apply", "--target", "production", "--auto-approve")
    project.session("cart", name="Buyer")
    project.write("reconciler.yaml", GUARDED)
    project.ok("plan", "--target", "production", "--out", "plan.json")
    return project


def test_a_saved_plan_for_another_target_says_which(guarded: Shop) -> None:
    refused = guarded.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 1
    assert "--target production" in refused.err
    assert guarded.run("apply", "--plan", "plan.json", "--auto-approve", "--target", "production").code == 4


def test_naming_the_registry_of_a_target_does_not_get_a_saved_plan_around_its_guards(guarded: Shop) -> None:
    refused = guarded.run("apply", "--plan", "plan.json", "--auto-approve", "--registry", "sqlite:///production.db")
    assert refused.code == 4
    assert "--allow max-update" in refused.err


def test_verbose_shows_the_traceback_of_an_error_on_stderr_and_nothing_else_does(project: Shop) -> None:
    project.write("production.db", "garbage " * 100)
    quiet = project.run("plan", "--target", "production")
    assert "Traceback" not in quiet.text
    for line in (("-v", "plan"), ("plan", "-v")):
        verbose = project.run(*line, "--target", "production")
        assert verbose.code == 7
        assert "Traceback" in verbose.err
        assert "Traceback" not in verbose.out


def test_products_in_one_registry_know_nothing_of_each_other(project: Shop) -> None:
    project.ok("apply", "--auto-approve")
    other = project.ok("plan", "--product", "other")
    assert "Plan: 1 to create" in other.out
    assert "unmanaged" not in other.out


def test_a_password_in_a_registry_url_is_not_shown(project: Shop) -> None:
    failed = project.run("plan", "--registry", "mysql://ade:s3cr3t@db/x")
    assert failed.code == 64
    assert "s3cr3t" not in failed.text


def test_naming_one_manifest_does_not_make_the_overlays_of_the_others_mistakes(project: Shop) -> None:
    project.session("guest")
    assert project.ok("validate", "sessions/guest.yaml", "--target", "production").code == 0
    assert project.ok("plan", "sessions/guest.yaml", "--target", "production").code == 0
    project.write("overlays/production/typo.yaml", "tag: gest\nexpiry: 30\n")
    assert project.run("validate", "--target", "production").code == 3
