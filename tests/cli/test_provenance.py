"""Each change says which commit made it necessary, and whose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.git_repository import Repository, new_repository, own_configuration, recorded_calls

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


@pytest.fixture
def repository(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Repository:
    own_configuration(monkeypatch, shop.root.parent)
    return new_repository(shop.root)


@pytest.fixture
def committed(shop: Shop, repository: Repository) -> str:
    """Commit two session types and apply them."""
    shop.session("cart")
    shop.session("guest")
    commit = repository.commit(author="Ada Lovelace")
    shop.apply()
    return commit


def _entry(shop: Shop, name: str = "cart", *arguments: str, key: str = "resource_changes") -> dict[str, Any]:
    document = shop.ok("plan", "sessions", "--format", "json", *arguments).document
    return next(entry for entry in document[key] if entry["name"] == name)


def _signatures(entry: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    return {field["path"]: (field["commit"], field["author"]) for field in entry["fields"]}


def _signature(entry: dict[str, Any]) -> tuple[str | None, str | None]:
    return entry["provenance"]["commit"], entry["provenance"]["author"]


def test_only_what_a_plan_is_made_from_makes_it_dirty(shop: Shop, committed: str) -> None:
    shop.write("plan.md", "a report of an earlier run")
    shop.write("notes/todo.txt", "later")
    source = shop.ok("plan", "sessions", "--format", "json").document["source"]
    assert (source["git_commit"], source["git_dirty"]) == (committed, False)
    shop.write("sessions/new.txt", "beside the manifests")
    assert shop.ok("plan", "sessions", "--format", "json").document["source"]["git_dirty"]


def test_a_creation_is_by_who_began_the_manifest(shop: Shop, repository: Repository) -> None:
    shop.session("cart")
    first = repository.commit(author="Ada Lovelace")
    shop.session("cart", expiry=8)
    second = repository.commit(author="Bob")
    entry = _entry(shop)
    assert _signature(entry) == (first, "Ada Lovelace")
    assert _signatures(entry)["expiry"] == (second, "Bob")
    assert f"+ cart  # sessions/cart.yaml:1, {first[:7]} Ada Lovelace\n" in shop.ok("plan", "sessions").out


@pytest.mark.usefixtures("committed")
def test_an_update_is_by_the_newest_of_its_fields_and_each_field_has_its_own(
    shop: Shop, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.session("cart", expiry=1)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2031-01-01T00:00:00Z")
    newer = repository.commit(author="Bob")
    shop.session("cart", expiry=1, name="Buyer")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-01T00:00:00Z")
    older = repository.commit(author="Eve")
    entry = _entry(shop)
    assert _signatures(entry) == {"name": (older, "Eve"), "expiry": (newer, "Bob")}
    assert _signature(entry) == (newer, "Bob")
    text = shop.ok("plan", "sessions").out
    assert f"# disruptive, sessions/cart.yaml:9, {newer[:7]} Bob\n" in text
    assert f"# sessions/cart.yaml:1, {older[:7]} Eve\n" in text


def test_what_is_not_committed_is_nobodys_and_so_is_a_change_with_it(
    shop: Shop, repository: Repository, committed: str
) -> None:
    shop.session("cart", name="Buyer")
    commit = repository.commit(author="Bob")
    shop.session("cart", name="Buyer", expiry=1)
    shop.session("new")
    entry = _entry(shop)
    assert _signatures(entry) == {"name": (commit, "Bob"), "expiry": (None, None)}
    assert _signature(entry) == (None, None)
    assert _signature(_entry(shop, "new")) == (None, None)
    assert _signature(_entry(shop, "guest")) == (None, None), "what is unchanged is not asked about"
    assert committed[:7] not in shop.ok("plan", "sessions").out.split("Product")[1].partition("\n\n")[2]


@pytest.mark.usefixtures("committed")
def test_a_removal_is_by_the_only_commit_since_the_apply(shop: Shop, repository: Repository) -> None:
    shop.session("cart", schema="{userId: user_123}")
    commit = repository.commit(author="Bob")
    shop.session("guest", name="Another manifest")
    repository.commit(author="Eve")
    entry = _entry(shop)
    assert _signatures(entry) == {"schema.details": (commit, "Bob")}
    assert _signature(entry) == (commit, "Bob")
    assert f"# breaking, sessions/cart.yaml:4, {commit[:7]} Bob\n" in shop.ok("plan", "sessions").out


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("doubt", ["another commit", "not committed", "applied uncommitted", "an overlay", "drift"])
def test_nobody_is_named_for_a_removal_where_it_may_have_been_another(
    shop: Shop, repository: Repository, doubt: str
) -> None:
    target = "targets: {local: {registry: 'sqlite:///.reconciler/registry.db', overlays: [over/]}}\n"
    shop.write("reconciler.yaml", target)
    shop.write("over/guest.yaml", "tag: guest\nname: Shopper\n")
    repository.commit()
    if doubt == "applied uncommitted":
        shop.session("cart", expiry=8)
        shop.apply()
    if doubt == "drift":
        shop.edit("cart", schema={"userId": "user_123", "details": {"email": "ade@example.com"}, "by": "hand"})
    else:
        shop.session("cart", schema="{userId: user_123}")
    if doubt != "not committed":
        repository.commit(author="Bob")
    if doubt == "another commit":
        shop.session("cart", schema="{userId: user_123}", name="Buyer")
        repository.commit(author="Eve")
    if doubt == "an overlay":
        shop.write("over/guest.yaml", "tag: guest\nname: Shop per\n")
        repository.commit(author="Eve")
    signatures = _signatures(_entry(shop))
    removed = signatures["schema.by" if doubt == "drift" else "schema.details"]
    assert removed == (None, None)


def test_a_rollback_names_nobody_for_what_it_removes(shop: Shop, repository: Repository, committed: str) -> None:
    shop.session("cart", schema="{userId: user_123, details: {email: ade@example.com}, more: 1}")
    repository.commit()
    shop.apply()
    assert _signatures(_entry(shop, "cart", "--against", committed)) == {"schema.more": (None, None)}


def test_an_overlays_line_is_by_who_wrote_the_overlay(shop: Shop, repository: Repository, committed: str) -> None:
    shop.write("over/cart.yaml", "tag: cart\nexpiry: 1\n")
    target = "targets: {local: {registry: 'sqlite:///.reconciler/registry.db', overlays: [over/]}}\n"
    shop.write("reconciler.yaml", target)
    commit = repository.commit(author="Bob")
    entry = _entry(shop)
    assert entry["fields"][0]["location"]["file"] == "over/cart.yaml"
    assert _signatures(entry) == {"expiry": (commit, "Bob")}
    assert entry["provenance"]["file"] == "sessions/cart.yaml"
    assert committed not in _signature(entry)


@pytest.mark.usefixtures("committed")
def test_drift_has_the_manifests_author_in_json_and_does_not_accuse_him_in_text(shop: Shop, committed: str) -> None:
    shop.edit("cart", expiry=30)
    entry = _entry(shop, key="resource_drift")
    assert _signatures(entry) == {"expiry": (committed, "Ada Lovelace")}
    assert "alice" in shop.run("drift", "sessions").out
    for form in ("text", "markdown", "html", "github"):
        assert "Ada" not in shop.run("drift", "sessions", "--format", form).out


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("form", ["markdown", "html", "github"])
def test_every_format_for_people_names_commit_and_author(shop: Shop, repository: Repository, form: str) -> None:
    shop.session("cart", expiry=1)
    commit = repository.commit(author="Bob")
    assert f"{commit[:7]} Bob" in shop.ok("plan", "sessions", "--format", form).out


@pytest.mark.usefixtures("committed")
def test_a_name_can_do_nothing_to_a_terminal_or_a_page(shop: Shop, repository: Repository) -> None:
    shop.session("cart", expiry=1)
    repository.commit(author="\x1b[31m@all&lt;b\u202e|x|")
    for form in ("text", "markdown", "html", "github"):
        out = shop.ok("plan", "sessions", "--format", form).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "<b>" not in out
    assert "@all" not in shop.ok("plan", "sessions", "--format", "markdown").out.partition("```")[0]


@pytest.mark.usefixtures("committed")
def test_a_saved_plan_keeps_it(shop: Shop, repository: Repository) -> None:
    shop.session("cart", expiry=1)
    commit = repository.commit(author="Bob")
    saved = json.loads(shop.save().read_text())
    [entry] = [each for each in saved["resource_changes"] if each["name"] == "cart"]
    assert _signature(entry) == (commit, "Bob")
    assert f"{commit[:7]} Bob" in shop.ok("show", "plan.json").out
    assert f"{commit[:7]} Bob" in shop.ok("apply", "--plan", "plan.json", "--auto-approve").out


def test_no_mail_address_leaves_git(shop: Shop, repository: Repository) -> None:
    shop.session("cart", schema="{userId: u}")
    repository.commit(author="Bob")
    assert "@example.com" not in shop.ok("plan", "sessions", "--format", "json").out


def test_a_plan_without_changes_asks_git_for_no_author(
    shop: Shop, committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert committed
    log = recorded_calls(tmp_path, monkeypatch)
    shop.ok("plan", "sessions")
    shop.ok("drift", "sessions")
    calls = log.read_text()
    assert "rev-parse" in calls
    assert not any(word in calls for word in ("blame", "cat-file", "ls-tree"))
    shop.session("cart", expiry=8)
    shop.ok("plan", "sessions")
    assert log.read_text().count("blame") == 1, "only the one manifest that changed"


def test_drift_asks_git_about_pending_changes_only_where_the_report_holds_them(
    shop: Shop, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.session("cart")
    repository.commit()
    shop.apply()
    shop.session("cart", expiry=14)
    log = recorded_calls(tmp_path, monkeypatch)
    assert "1 session type with unapplied changes in git" in shop.ok("drift", "sessions").out
    assert "blame" not in log.read_text(encoding="utf-8")
    shop.ok("drift", "sessions", "--format", "json")
    assert "blame" in log.read_text(encoding="utf-8")


def test_without_git_all_of_it_is_null(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.session("cart")
    assert _signature(_entry(shop)) == (None, None)
    monkeypatch.setenv("PATH", str(shop.root / "no-programs"))
    assert set(_signatures(_entry(shop)).values()) == {(None, None)}


def test_a_manifest_outside_of_the_repository_and_a_link_into_it(
    shop: Shop, repository: Repository, tmp_path: Path
) -> None:
    outside = shop.session("outside", path="../elsewhere/outside.yaml")
    shop.session("linked", path="real/linked.yaml")
    (shop.root / "sessions").mkdir()
    (shop.root / "sessions/link.yaml").symlink_to("../real/linked.yaml")
    commit = repository.commit()
    assert outside.is_relative_to(tmp_path)
    document = shop.ok("plan", "sessions", "../elsewhere", "--format", "json").document
    by_name = {entry["name"]: entry for entry in document["resource_changes"]}
    assert _signature(by_name["outside"]) == (None, None)
    assert _signature(by_name["linked"]) == (commit, "Ada Lovelace")


def test_from_a_folder_below_the_project_it_is_the_same(shop: Shop, repository: Repository) -> None:
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    shop.session("cart")
    commit = repository.commit()
    deep = shop.root / "deep/er"
    deep.mkdir(parents=True)
    [entry] = shop.ok("plan", "--format", "json", cwd=deep).document["resource_changes"]
    assert entry["provenance"]["file"] == "../../sessions/cart.yaml"
    assert _signature(entry) == (commit, "Ada Lovelace")
