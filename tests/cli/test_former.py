"""What git still knows of a manifest that is gone protects its record, and says what is secret in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.port import Source
from tests.git_repository import Repository, new_repository, own_configuration

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

UNKNOWN = "Git can't tell whether the former manifests forbid deletion (`prevent_destroy`): cart."

FULL_CLONE = "full clone"
LACKING = ("this clone lacks it, or a part of it", FULL_CLONE)
WHY = {
    "no-git": ("git could not be run", FULL_CLONE),
    "no-repository": ("not a git repository", FULL_CLONE),
    "shallow": ("this clone is shallow", "`git fetch --unshallow`, in CI `fetch-depth: 0`"),
    "partial": LACKING,
    "treeless": LACKING,
    "rewritten": LACKING,
}


@pytest.fixture
def repository(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, shop.root.parent)
    repository = new_repository(shop.root)
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    shop.session("other", schema="{userId: u}")
    return repository


def _lifecycle(shop: Shop, repository: Repository, lifecycle: str, **fields: Any) -> None:
    """Commit and apply a manifest, then commit its removal."""
    shop.session("cart", lifecycle=lifecycle, **fields)
    repository.commit()
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    repository.commit()


def _pruned(shop: Shop, *arguments: str) -> dict[str, Any]:
    document = shop.ok("plan", "sessions", "--prune", "--format", "json", *arguments).document
    return next(entry for entry in document["resource_changes"] if entry["name"] == "cart")


def test_a_record_is_protected_by_the_manifest_that_it_was_applied_from(shop: Shop, repository: Repository) -> None:
    _lifecycle(shop, repository, "{prevent_destroy: true}")
    assert _pruned(shop)["protected"] is True
    refused = shop.run("apply", "sessions", "--prune", "--auto-approve")
    assert refused.code == 4
    assert "--allow prevent-destroy:cart" in refused.err
    assert "cart" in shop.records()
    shop.apply("--prune", "--allow", "prevent-destroy:cart")
    assert "cart" not in shop.records()


def test_a_saved_plan_does_not_get_around_it(shop: Shop, repository: Repository) -> None:
    _lifecycle(shop, repository, "{prevent_destroy: true}")
    shop.save("plan.json", "--prune")
    assert shop.run("apply", "--plan", "plan.json", "--auto-approve").code == 4
    assert "cart" in shop.records()


def test_where_git_says_that_deletion_is_allowed_nothing_is_noted(shop: Shop, repository: Repository) -> None:
    _lifecycle(shop, repository, "{}")
    assert "Git can't tell" not in shop.ok("plan", "sessions", "--prune").out
    shop.apply("--prune")
    assert "cart" not in shop.records()


def test_one_of_several_manifests_in_a_file(shop: Shop, repository: Repository) -> None:
    first = shop.session("cart", lifecycle="{prevent_destroy: true}").read_text()
    second = shop.session("guest").read_text()
    (shop.root / "sessions/guest.yaml").unlink()
    shop.write("sessions/cart.yaml", f"{first}---\n{second}")
    repository.commit()
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    document = shop.ok("plan", "sessions", "--prune", "--format", "json").document
    guarded = {entry["name"]: entry["protected"] for entry in document["resource_changes"] if "protected" in entry}
    assert guarded == {"cart": True, "guest": False}
    assert [refusal["tag"] for refusal in document["refusals"]] == ["cart"]


def test_an_overlay_protects_as_well(shop: Shop, repository: Repository) -> None:
    target = "targets: {local: {registry: 'sqlite:///.reconciler/registry.db', overlays: [over/]}}\n"
    shop.write("reconciler.yaml", target)
    shop.write("over/cart.yaml", "tag: cart\nlifecycle: {prevent_destroy: true}\n")
    _lifecycle(shop, repository, "{}")
    (shop.root / "over/cart.yaml").unlink()
    shop.write("over/none.txt", "")
    assert _pruned(shop)["protected"] is True


@pytest.mark.parametrize("how", WHY)
def test_a_deletion_is_refused_where_the_commit_that_may_forbid_it_can_not_be_read(
    shop: Shop, repository: Repository, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    why, cure = WHY[how]
    _lifecycle(shop, repository, "{prevent_destroy: true, sensitive: [schema.userId]}")
    match how:
        case "no-git":
            monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
        case "no-repository":
            (shop.root / ".git").rename(tmp_path / "moved")
        case "shallow" | "partial" | "treeless":
            clone = tmp_path / "clone"
            less = {"shallow": "--depth=1", "partial": "--filter=blob:none", "treeless": "--filter=tree:0"}[how]
            repository.git("config", "uploadpack.allowFilter", "true")
            repository.git("clone", "--quiet", less, f"file://{repository.root}", str(clone))
            (shop.root / ".git").rename(tmp_path / "moved")
            (clone / ".git").rename(shop.root / ".git")
        case _:
            (shop.root / ".git").rename(tmp_path / "moved")
            new_repository(shop.root).commit()
    shown = shop.ok("plan", "sessions", "--prune").out
    assert UNKNOWN not in shown, "a note is for what is done, and this is refused"
    assert "Guards that stand in the way" in shown
    entry = _pruned(shop)
    assert (entry["protected"], entry["unguarded"]) == (False, True)
    assert why in entry["unguarded_because"]
    assert entry["change"]["before"]["schema"] == {"userId": "(sensitive)", "details": {"email": "(sensitive)"}}
    shop.save("plan.json", "--prune")
    for arguments in (("sessions", "--prune"), ("--plan", "plan.json")):
        refused = shop.run("apply", *arguments, "--auto-approve")
        assert refused.code == 4
        assert "Whether the manifest of `cart` said `prevent_destroy` is not known" in refused.err
        assert why in refused.err
        assert cure in refused.err
        assert "--allow prevent-destroy:cart" in refused.err
    assert "cart" in shop.records()
    shop.apply("--prune", "--allow", "prevent-destroy:cart")
    assert "cart" not in shop.records()


def test_what_was_applied_outside_of_git_is_pruned_with_a_note(shop: Shop) -> None:
    shop.session("other", schema="{userId: u}")
    shop.session("cart", lifecycle="{prevent_destroy: true}")
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    assert UNKNOWN in shop.ok("plan", "sessions", "--prune").out
    shop.apply("--prune")
    assert "cart" not in shop.records()


@pytest.mark.parametrize("shallow", [True, False])
def test_without_prune_nothing_is_refused_and_a_deepened_clone_can_tell(
    shop: Shop, repository: Repository, shallow: bool, tmp_path: Path
) -> None:
    _lifecycle(shop, repository, "{}")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "clone"))
    if not shallow:
        Repository(tmp_path / "clone").git("fetch", "--quiet", "--unshallow")
    (shop.root / ".git").rename(tmp_path / "moved")
    (tmp_path / "clone" / ".git").rename(shop.root / ".git")
    shop.apply()
    assert "cart" in shop.records()
    assert shop.run("apply", "sessions", "--prune", "--auto-approve").code == (4 if shallow else 0)


def test_a_withheld_deletion_is_no_reason_for_a_note(shop: Shop, repository: Repository, tmp_path: Path) -> None:
    _lifecycle(shop, repository, "{}")
    (shop.root / ".git").rename(tmp_path / "moved")
    assert "Git can't tell" not in shop.ok("plan", "sessions").out


def test_what_was_applied_with_uncommitted_changes_is_protected_as_far_as_the_commit_says(
    shop: Shop, repository: Repository
) -> None:
    shop.session("cart", lifecycle="{prevent_destroy: true, sensitive: [schema.userId]}")
    repository.commit()
    shop.session("cart", name="Not committed", lifecycle="{prevent_destroy: true, sensitive: [schema.userId]}")
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    entry = _pruned(shop)
    assert (entry["protected"], entry["unguarded"]) == (True, False)
    assert "ade@example.com" not in str(entry), "what else was sensitive then is not known"


def test_uncommitted_changes_may_have_protected_what_the_commit_does_not(shop: Shop, repository: Repository) -> None:
    shop.session("cart")
    repository.commit()
    shop.session("cart", name="Not committed", lifecycle="{prevent_destroy: true}")
    shop.apply()
    (shop.root / "sessions/cart.yaml").unlink()
    assert UNKNOWN in shop.ok("plan", "sessions", "--prune").out


@pytest.mark.parametrize("prune", [(), ("--prune",)])
def test_only_what_the_former_manifest_calls_sensitive_is_masked(
    shop: Shop, repository: Repository, prune: tuple[str, ...]
) -> None:
    _lifecycle(shop, repository, "{sensitive: [schema.details]}")
    out = shop.ok("plan", "sessions", "--format", "json", *prune).out
    assert "ade@example.com" not in out
    assert "user_123" in out


def test_drift_of_a_record_without_a_manifest_masks_the_same(shop: Shop, repository: Repository) -> None:
    _lifecycle(shop, repository, "{sensitive: [schema.details]}")
    shop.edit("cart", schema={"userId": "other", "details": {"email": "eve@example.com"}})
    out = shop.run("drift", "sessions", "--format", "json").out
    assert "eve@example.com" not in out
    assert "ade@example.com" not in out
    assert '"other"' in out


@pytest.mark.parametrize(
    ("file", "commit"),
    [
        ("sessions/cart.yaml", "--output=stolen"),
        ("sessions/cart.yaml", "HEAD"),
        ("../../etc/passwd", "{commit}"),
        ("sessions/none.yaml", "{commit}"),
        ("new\nline.yaml", "{commit}"),
        (None, "{commit}"),
        ("sessions/cart.yaml", None),
    ],
)
def test_what_a_registry_says_of_commit_and_file_is_not_trusted(
    shop: Shop, repository: Repository, file: str | None, commit: str | None
) -> None:
    shop.session("cart", lifecycle="{prevent_destroy: true}")
    made = repository.commit()
    shop.apply()
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.delete("cart", revision=shop.records()["cart"].revision, source=Source("default"))
        registry.create(spec, Source("default", file, commit and commit.format(commit=made)))
    (shop.root / "sessions/cart.yaml").unlink()
    before = shop.tree()
    assert UNKNOWN in shop.ok("plan", "--prune").out
    assert shop.tree() == before
