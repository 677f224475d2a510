"""`plan --against`: what the manifests of another commit would do, so that a rollback is a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import Repository, new_repository, own_configuration

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


@pytest.fixture
def repository(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, shop.root.parent)
    return new_repository(shop.root)


@pytest.fixture
def moved_on(shop: Shop, repository: Repository) -> str:
    """Apply a first commit, tagged v1, then a second; return the first."""
    shop.session("cart")
    first = repository.commit(author="Ada Lovelace")
    repository.git("tag", "v1")
    shop.apply()
    shop.session("cart", expiry=14, path="sessions/cart.yaml")
    repository.commit(author="Bob")
    shop.apply()
    return first


def test_a_rollback_is_a_plan_saved_and_applied(shop: Shop, moved_on: str) -> None:
    before = shop.tree()
    text = shop.ok("plan", "sessions", "--against", "v1", "--out", "../plan.json").out
    assert shop.tree() == before, "the work tree is not touched"
    assert f"1 manifest at git {moved_on[:12]} (--against v1)\n" in text
    assert f"14 -> 7 days  # disruptive, v1:sessions/cart.yaml:9, {moved_on[:7]} Ada Lovelace\n" in text
    shop.ok("apply", "--plan", "../plan.json", "--auto-approve")
    assert shop.live("cart")["expiry"] == 7
    owner = shop.records()["cart"].managed_by
    assert owner is not None
    assert (owner.file, owner.commit) == ("sessions/cart.yaml", moved_on)


def test_the_document_names_the_commit_and_how_it_was_asked_for(shop: Shop, moved_on: str) -> None:
    shop.write("sessions/cart.yaml", "not even: valid\n")
    document = shop.ok("plan", "sessions", "--against", "HEAD~1", "--format", "json").document
    source = document["source"]
    assert (source["git_commit"], source["git_dirty"], source["against"]) == (moved_on, False, "HEAD~1")
    [entry] = document["resource_changes"]
    assert entry["provenance"]["file"] == "HEAD~1:sessions/cart.yaml"
    assert entry["manifest"] == "sessions/cart.yaml"
    assert (entry["provenance"]["commit"], entry["provenance"]["author"]) == (moved_on, "Ada Lovelace")


def test_an_ordinary_plan_is_against_nothing(shop: Shop, repository: Repository) -> None:
    shop.session("cart")
    repository.commit()
    assert shop.ok("plan", "sessions", "--format", "json").document["source"]["against"] is None


@pytest.mark.usefixtures("moved_on")
def test_a_place_is_what_git_show_takes(shop: Shop, repository: Repository) -> None:
    [entry] = shop.ok("plan", "sessions", "--against", "v1", "--format", "json").document["resource_changes"]
    location = entry["fields"][0]["location"]
    assert repository.git("show", location["file"]).splitlines()[location["line"] - 1] == "expiry: 7"


@pytest.mark.usefixtures("moved_on")
def test_no_annotation_stands_at_a_line_of_the_work_tree(shop: Shop) -> None:
    out = shop.ok("plan", "sessions", "--against", "v1", "--format", "github").out
    assert "file=" not in out
    assert "v1:sessions/cart.yaml:9" in out


def test_what_was_not_there_then_is_withheld_or_pruned(shop: Shop, moved_on: str) -> None:
    assert moved_on
    shop.session("new")
    shop.apply()
    document = shop.ok("plan", "sessions", "--against", "v1", "--format", "json").document
    assert document["summary"] == {"create": 0, "update": 1, "delete": 0, "no_op": 0, "withheld": 1}
    pruned = shop.ok("plan", "sessions", "--against", "v1", "--prune", "--format", "json").document
    assert pruned["summary"]["delete"] == 1


def test_manifests_that_are_gone_today_come_back(shop: Shop, moved_on: str) -> None:
    (shop.root / "sessions").rename(shop.root / "elsewhere")
    shop.write("reconciler.yaml", "manifests: [elsewhere/]\n")
    assert "1 to update" in shop.ok("plan", "sessions", "--against", moved_on).out


def test_overlays_are_those_of_the_commit(shop: Shop, repository: Repository) -> None:
    target = (
        "manifests: [sessions/]\ntargets: {t: {registry: 'sqlite:///.reconciler/r.db', overlays: [sessions/over]}}\n"
    )
    shop.write("reconciler.yaml", target)
    shop.session("cart")
    repository.commit()
    repository.git("tag", "v0")
    shop.write("sessions/over/cart.yaml", "tag: cart\nexpiry: 1\n")
    repository.commit()
    repository.git("tag", "v1")
    shop.write("sessions/over/cart.yaml", "tag: cart\nexpiry: 2\n")
    [entry] = shop.ok("plan", "--against", "v1", "--format", "json").document["resource_changes"]
    assert entry["change"]["after"]["expiry"] == 1
    result = shop.ok("plan", "--against", "v0", "--format", "json")
    assert result.document["resource_changes"][0]["change"]["after"]["expiry"] == 7
    assert "Note: v0 has no sessions/over" in result.err


def test_from_a_folder_below_it_is_the_same(shop: Shop, moved_on: str) -> None:
    assert moved_on
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    deep = shop.root / "deep"
    deep.mkdir()
    for how in ({"cwd": deep}, {}):
        assert "v1:sessions/cart.yaml:9" in shop.ok("plan", "--against", "v1", **how).out
    assert "v1:sessions/cart.yaml:9" in shop.ok("plan", "../sessions/cart.yaml", "--against", "v1", cwd=deep).out


def test_hidden_files_project_files_and_others_are_no_manifests(shop: Shop, repository: Repository) -> None:
    shop.session("cart", path="a/cart.yaml")
    shop.session("kart", path="a/deep/kart.yml")
    for path in ("a/.hidden.yaml", "a/.hid/x.yaml", "a/reconciler.yaml", "a/note.txt"):
        shop.write(path, "what: ever\n")
    repository.commit()
    names = [
        entry["name"]
        for entry in shop.ok("plan", "a", "--against", "HEAD", "--format", "json").document["resource_changes"]
    ]
    assert names == ["cart", "kart"]


def test_the_whole_project_at_once(shop: Shop, repository: Repository) -> None:
    shop.session("cart")
    repository.commit()
    assert "1 to create" in shop.ok("plan", ".", "--against", "HEAD").out


@pytest.mark.usefixtures("moved_on")
def test_a_revision_that_git_does_not_know_is_wrong_usage(shop: Shop) -> None:
    for name in ("nope", "--prune", "HEAD:sessions"):
        refused = shop.run("plan", "sessions", "--against", name, "--format", "json")
        assert refused.code == 64
        assert name in refused.err
        assert refused.document["errored"] is True


def test_a_shallow_clone_says_that_it_is_one(shop: Shop, repository: Repository, tmp_path: Path) -> None:
    shop.session("cart")
    first = repository.commit()
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.root}", str(clone))
    refused = shop.run("plan", "sessions", "--against", first, cwd=clone)
    assert refused.code == 64
    assert "shallow" in refused.err


def test_without_a_repository_it_is_wrong_usage(shop: Shop) -> None:
    shop.session("cart")
    refused = shop.run("plan", "sessions", "--against", "v1")
    assert refused.code == 64
    assert "git" in refused.err


@pytest.mark.usefixtures("moved_on")
def test_a_path_that_was_not_there_or_is_outside(shop: Shop, tmp_path: Path) -> None:
    shop.session("later", path="later/later.yaml")
    missing = shop.run("plan", "later", "--against", "v1")
    assert missing.code == 3
    assert "`v1:later` does not exist" in missing.err
    outside = shop.run("plan", str(tmp_path), "--against", "v1")
    assert outside.code == 64
    assert "outside" in outside.err


def test_what_is_wrong_in_the_manifests_of_then_is_shown_with_its_place(shop: Shop, repository: Repository) -> None:
    shop.session("cart", expiry="never")
    repository.commit()
    shop.session("cart")
    refused = shop.run("plan", "sessions", "--against", "HEAD")
    assert refused.code == 3
    assert "HEAD:sessions/cart.yaml:9:9" in refused.err
    assert "expiry: never" in refused.err


def test_a_link_that_leads_out_of_the_commit_is_no_manifest_that_is_gone(shop: Shop, repository: Repository) -> None:
    shop.session("cart")
    (shop.root / "sessions/link.yaml").symlink_to(shop.root / "elsewhere.yaml")
    repository.commit()
    refused = shop.run("plan", "sessions", "--against", "HEAD")
    assert refused.code == 3
    assert "HEAD:sessions/link.yaml" in refused.err


HIDDEN = "s3cr3t-of-today"


def _secret(shop: Shop, key: str, lifecycle: str = "{sensitive: [schema.apiKey]}") -> None:
    shop.session("cart", schema=f"{{userId: u, apiKey: {key}}}", lifecycle=lifecycle)


def test_a_saved_rollback_gets_its_sensitive_values_from_the_commit(shop: Shop, repository: Repository) -> None:
    _secret(shop, "s3cr3t-of-old")
    repository.commit()
    repository.git("tag", "v1")
    shop.apply()
    _secret(shop, HIDDEN)
    repository.commit()
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    saved = shop.save("plan.json", "--against", "v1")
    assert "s3cr3t" not in saved.read_text()
    shop.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert shop.live("cart")["schema"]["apiKey"] == "s3cr3t-of-old"


def test_a_saved_rollback_with_sensitive_values_needs_the_commit(
    shop: Shop, repository: Repository, tmp_path: Path
) -> None:
    _secret(shop, "s3cr3t-of-old")
    repository.commit()
    shop.save("plan.json", "--against", "HEAD")
    (shop.root / ".git").rename(tmp_path / "moved")
    refused = shop.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 1
    assert "sensitive values" in refused.err
    assert "git commit" in refused.err
    assert not shop.records()


@pytest.mark.parametrize("today", ["there", "gone", "unknown", "checked-out"])
def test_what_is_secret_today_stays_secret_where_the_manifest_of_then_does_not_say_so(
    shop: Shop, repository: Repository, today: str
) -> None:
    _secret(shop, "public-then", lifecycle="{}")
    repository.commit()
    repository.git("tag", "v1")
    _secret(shop, HIDDEN)
    if today != "unknown":
        repository.commit()
    shop.apply()
    if today == "checked-out":
        repository.git("checkout", "--quiet", "v1")
    elif today != "there":
        (shop.root / "sessions/cart.yaml").unlink()
    for form in ("text", "json", "markdown"):
        out = shop.ok("plan", "sessions", "--against", "v1", "--format", form).out
        assert HIDDEN not in out
        assert "schema.apiKey" in out
    shop.save("plan.json", "--against", "v1")
    shop.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert shop.live("cart")["schema"]["apiKey"] == "public-then"


def test_a_plain_value_where_today_a_secret_lies_deeper_is_restored_whole(shop: Shop, repository: Repository) -> None:
    shop.session("cart", schema="{userId: u, deep: plain}")
    repository.commit()
    repository.git("tag", "v1")
    shop.session("cart", schema=f"{{userId: u, deep: {{key: {HIDDEN}}}}}", lifecycle="{sensitive: [schema.deep.key]}")
    repository.commit()
    shop.apply()
    assert HIDDEN not in shop.save("plan.json", "--against", "v1").read_text()
    shop.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert shop.live("cart")["schema"] == {"userId": "u", "deep": "plain"}


def test_the_guards_hold_for_a_rollback(shop: Shop, moved_on: str) -> None:
    assert moved_on
    shop.write(
        "reconciler.yaml", "targets: {t: {registry: 'sqlite:///.reconciler/registry.db', guard: {max_update: 0}}}\n"
    )
    saved = json.loads(shop.save("plan.json", "--against", "v1").read_text())
    assert [refusal["guard"] for refusal in saved["refusals"]] == ["max-update"]
    assert shop.run("apply", "--plan", "plan.json", "--auto-approve").code == 4


def test_without_git_it_says_what_git_says(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    own_configuration(monkeypatch, shop.root.parent)
    shop.session("cart")
    wrong = shop.run("plan", "sessions", "--against", "v1")
    assert wrong.code == 64
    assert f"--against needs the git repository of {shop.root}: not a git repository" in wrong.err
    new_repository(shop.root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "dubious ownership" in shop.run("plan", "sessions", "--against", "v1").err, "as in a container of CI"


@pytest.mark.usefixtures("moved_on")
def test_what_was_not_saved_is_not_what_apply_would_do(shop: Shop) -> None:
    text = shop.ok("plan", "sessions", "--against", "v1").out
    assert text.endswith(
        "\nNote: apply takes the manifests of the work tree. To carry out this plan, save it with --out.\n"
    )
