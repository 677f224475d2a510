from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

PROJECT = """\
manifests: [sessions/]
default_target: production
targets:
  production: {registry: "sqlite:///.reconciler/registry.db", overlays: [overlays/]}
"""
MANIFEST = """\
# the cart of a visitor
name: Cart
tag: cart
schema:
  userId: user_123 # whose it is
  details:
    email: a@example.com
    note: old
selector: $Session{userId}
expiry: 1 # short on purpose
period: hours
"""


def _nothing_to_do(shop: Shop) -> bool:
    return shop.run("plan", "sessions", "--detailed-exitcode").code == 0


def test_pull_into_an_empty_folder_gives_manifests_that_plan_to_nothing(applied: Shop) -> None:
    for file in (applied.root / "sessions").iterdir():
        file.unlink()
    done = applied.ok("pull")
    assert done.out.splitlines() == [
        "created sessions/cart.yaml",
        "created sessions/guest.yaml",
        "Pull complete! Manifest files: 2 created, 0 changed.",
    ]
    assert _nothing_to_do(applied)


def test_pull_edits_in_place_what_differs_and_nothing_else(shop: Shop) -> None:
    file = shop.write("sessions/cart.yaml", MANIFEST)
    shop.apply()
    schema = {"userId": "user_123", "details": {"email": "b@example.com", "n": 1}}
    shop.edit("cart", schema=schema, expiry=2, description="by hand")
    assert "changed sessions/cart.yaml" in shop.ok("pull").out
    assert (
        file.read_text()
        == MANIFEST.replace("a@", "b@").replace("note: old", "n: 1").replace("expiry: 1 ", "expiry: 2 ")
        + "description: by hand\n"
    )
    assert _nothing_to_do(shop)
    assert shop.ok("pull").out == "Pull complete! Manifest files: 0 created, 0 changed.\n"


def test_pull_of_tags_leaves_the_others(applied: Shop) -> None:
    applied.edit("cart", expiry=99)
    applied.edit("guest", expiry=99)
    applied.ok("pull", "guest")
    assert "expiry: 99" in (applied.root / "sessions/guest.yaml").read_text()
    assert "expiry: 99" not in (applied.root / "sessions/cart.yaml").read_text()


def test_pull_of_an_unknown_tag_is_refused_with_the_nearest(applied: Shop) -> None:
    refused = applied.run("pull", "gest")
    assert refused.code == 1
    assert "Did you mean `guest`?" in refused.err


def test_a_value_from_an_overlay_is_edited_in_the_overlay(shop: Shop) -> None:
    shop.write("reconciler.yaml", PROJECT)
    shop.write("sessions/cart.yaml", MANIFEST)
    overlay = shop.write("overlays/cart.yaml", "tag: cart\nexpiry: 9 # longer here\n")
    shop.ok("apply", "--auto-approve")
    shop.edit("cart", expiry=10, name="Basket")
    shop.ok("pull")
    assert overlay.read_text() == "tag: cart\nexpiry: 10 # longer here\n"
    assert "name: Basket" in (shop.root / "sessions/cart.yaml").read_text()
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_an_ignored_field_is_not_pulled(shop: Shop) -> None:
    text = MANIFEST + "lifecycle:\n  ignore_changes: [description]\n"
    file = shop.write("sessions/cart.yaml", text)
    shop.apply()
    shop.edit("cart", description="by hand")
    shop.ok("pull")
    assert file.read_text() == text


SHARED = """\
name: Two
tag: two
schema:
  a: &a {x: 1, y: 1}
  b: {<<: *a, y: 2}
  userId: user_123
selector: $Session{userId}
expiry: 1
period: hours
"""


def test_a_value_that_another_one_shared_gets_its_own(shop: Shop) -> None:
    file = shop.write("sessions/two.yaml", SHARED)
    shop.apply()
    shop.edit("two", schema={"a": {"x": 7, "y": 1}, "b": {"x": 1, "y": 2}, "userId": "user_123"})
    shop.ok("pull")
    assert file.read_text() == SHARED.replace("x: 1", "x: 7").replace("y: 2}", "y: 2, x: 1}")
    assert _nothing_to_do(shop)


def test_what_can_not_be_edited_in_place_is_left_as_it_is_and_named(shop: Shop) -> None:
    two, cart = shop.write("sessions/two.yaml", SHARED), shop.write("sessions/cart.yaml", MANIFEST)
    shop.apply()
    shop.edit("two", schema={"a": {"x": 1, "y": 1}, "b": {"y": 2}, "userId": "user_123"})
    shop.edit("cart", expiry=99)
    refused = shop.run("pull")
    assert refused.code == 1
    assert "two (schema.b.x; sessions/two.yaml:4:13" in refused.err
    assert "nothing was written" in refused.err
    assert (two.read_text(), cart.read_text()) == (SHARED, MANIFEST)
    assert "changed sessions/cart.yaml" in shop.ok("pull", "cart").out


def test_a_value_that_goes_is_removed_from_overlay_and_manifest(shop: Shop) -> None:
    shop.write("reconciler.yaml", PROJECT)
    file = shop.write("sessions/cart.yaml", MANIFEST)
    overlay = shop.write("overlays/cart.yaml", "tag: cart\nschema: {details: {note: other, n: 1}}\n")
    shop.ok("apply", "--auto-approve")
    shop.edit("cart", schema={"userId": "user_123", "details": {"email": "a@example.com", "n": 2}})
    shop.ok("pull")
    assert overlay.read_text() == "tag: cart\nschema: {details: {n: 2}}\n"
    assert file.read_text() == MANIFEST.replace("    note: old\n", "")
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_a_variable_that_a_value_takes_the_place_of_is_named(shop: Shop) -> None:
    text = MANIFEST.replace("name: Cart", "name: ${SHOP:-Cart}").replace("note: old", "note: $${x}")
    file = shop.write("sessions/cart.yaml", text)
    shop.apply()
    shop.edit("cart", name="Basket ${SHOP}", schema={"userId": "u", "details": {"email": "b", "note": "${y}"}})
    pulled = shop.ok("pull")
    assert pulled.err == (
        "Note: cart: name came from a variable at sessions/cart.yaml:2:7; the live value stands there now.\n"
    )
    assert 'name: "Basket $${SHOP}"' in file.read_text()
    assert _nothing_to_do(shop)


def test_a_sensitive_value_that_enters_git_is_named_and_not_shown(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", MANIFEST + "lifecycle:\n  sensitive: [schema.details.note]\n")
    shop.apply()
    shop.edit("cart", schema={"userId": "user_123", "details": {"email": "a@example.com", "note": "s3cret"}})
    pulled = shop.ok("pull")
    assert "cart: schema.details.note is sensitive, and its live value stands in sessions/cart.yaml now" in pulled.err
    assert "s3cret" not in pulled.text


def test_what_is_ignored_or_not_live_is_named(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", MANIFEST + "lifecycle:\n  ignore_changes: [description]\n")
    shop.session("guest")
    shop.apply()
    shop.edit("cart", description="by hand")
    shop.remove("guest")
    assert shop.ok("pull").err.splitlines() == [
        "Note: cart: description is left as it is, because the manifest ignores its changes.",
        "Note: guest: in the manifests and not live. Pull removes nothing; apply would create it.",
    ]
    assert "guest" not in shop.ok("pull", "cart").err


def test_what_other_targets_share_and_no_run_would_find_is_named(applied: Shop) -> None:
    applied.write("reconciler.yaml", PROJECT + '  staging: {registry: "https://registry.invalid"}\n')
    overlay = applied.write("overlays/cart.yaml", "tag: cart\nexpiry: 7\n")
    applied.edit("cart", name="Basket")
    (applied.root / "sessions/guest.yaml").unlink()
    told = applied.ok("pull", "--dir", "elsewhere").err
    assert "Note: manifests are shared, so staging will want the same. What differs belongs in an overlay." in told
    assert "elsewhere/guest.yaml: not below `manifests:` of reconciler.yaml, so plan and apply don't find it." in told
    applied.edit("cart", expiry=10)
    assert "shared" not in applied.ok("pull", "cart").err
    assert overlay.read_text() == "tag: cart\nexpiry: 10\n"


def test_broken_manifests_are_reported_and_nothing_is_pulled(applied: Shop) -> None:
    applied.write("sessions/broken.yaml", "name: [\n")
    applied.edit("cart", expiry=99)
    assert applied.run("pull").code == 3
    assert "expiry: 99" not in (applied.root / "sessions/cart.yaml").read_text()


def test_a_file_that_is_there_is_never_taken_for_a_new_manifest(applied: Shop) -> None:
    other = applied.write("elsewhere/guest.yaml", "# a note, no manifest\n")
    for file in (applied.root / "sessions").iterdir():
        file.unlink()
    assert "created elsewhere/guest-2.yaml" in applied.ok("pull", "guest", "--dir", "elsewhere").out
    assert other.read_text() == "# a note, no manifest\n"


NASTY = {
    **dict.fromkeys(("0", "1e3", "null", "true", "~", "<<", "no", " a", "a: b", "a # b", "- a", "?", "é", "😀"), "v"),
    "userId": "user_123",
    "texts": [
        "",
        " ",
        "null",
        "0x1F",
        "1_000",
        "2024-01-01",
        "$",
        "${",
        "${HOME}",
        "$${X}",
        "#",
        "a: b",
        "a\n\nb\n",
        "\t",
    ],
    "more texts": [
        "\u2028",
        "\x85",
        "\x7f",
        "'",
        '"',
        "\\",
        "%",
        "@",
        "!t",
        "*a",
        "&a",
        "|",
        "> ",
        "---",
        "...",
        "a\r\nb",
    ],
    "numbers": [2**63 - 1, -(2**63) + 1, 5e-324, 1e22, 0.1, -0.0, 1.0],
    "empty": [{}, [], None, {"a": {}, "b": [[]]}, [[], [{}]]],
}


def test_the_nastiest_live_values_plan_to_nothing_once_pulled(shop: Shop) -> None:
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    shop.write("sessions/cart.yaml", MANIFEST)
    shop.ok("apply", "--auto-approve")
    shop.edit("cart", schema=NASTY, name="null", description="# no\n- comment: ${X}")
    with shop.hand() as registry:
        spec = shop.records()["cart"].spec
        assert spec
        registry.create(replace(spec, tag="0123", name="0123", description="true"))
    shop.ok("pull")
    assert shop.run("plan", "--detailed-exitcode").code == 0
    assert shop.ok("validate").err == ""
    shop.ok("fmt", "--check")
    assert shop.ok("pull").out == "Pull complete! Manifest files: 0 created, 0 changed.\n"
    text = (shop.root / "sessions/cart.yaml").read_text()
    for comment in ("# the cart of a visitor", "# whose it is", "# short on purpose"):
        assert comment in text


def test_what_no_manifest_can_hold_is_named_and_nothing_else(shop: Shop) -> None:
    shop.session("cart")
    shop.apply()
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "guest"}))
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "odd", "schema": {"userId": "u", "": 1}}))
    before = shop.tree()
    refused = shop.run("pull")
    assert refused.code == 1
    assert "what is live of odd (all of it); nothing was written" in refused.err
    assert "guest" not in refused.err
    assert shop.tree() == before
    shop.ok("pull", "guest")


def test_what_git_has_and_no_apply_carried_out_is_named_when_live_takes_its_place(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", MANIFEST)
    shop.apply()
    shop.write("sessions/cart.yaml", MANIFEST.replace("expiry: 1 ", "expiry: 9 ").replace("note: old", "note: new"))
    shop.edit("cart", name="By hand")
    err = shop.ok("pull").err
    assert (
        "Note: cart: replaced by what is live, and the last apply did not say so: "
        "expiry (sessions/cart.yaml:10), schema.details.note (sessions/cart.yaml:8)." in err
    )
    assert "name" not in err, "the drift is what a pull is for"
    assert "last apply" not in shop.ok("pull").err


def test_what_other_projects_own_is_left_out_unless_it_is_named(shop: Shop) -> None:
    shop.write("team-b/reconciler.yaml", "project: team-b\n")
    shop.session("theirs", path="team-b/theirs.yaml")
    registry = f"sqlite:///{shop.root}/.reconciler/registry.db"
    shop.session("cart")
    shop.apply()
    shop.ok("apply", ".", "--auto-approve", "--registry", registry, cwd=shop.root / "team-b")
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as hand:
        hand.create(type(spec).from_json({**spec.to_json(), "tag": "nobodys"}))
    pulled = shop.ok("pull")
    assert "Note: 1 session type of team-b left out: name it to take it (theirs)." in pulled.err.splitlines()
    assert "not live" not in pulled.err
    assert sorted(file.name for file in (shop.root / "sessions").iterdir()) == ["cart.yaml", "nobodys.yaml"]
    shop.apply()
    named = shop.ok("pull", "theirs")
    assert "left out" not in named.err
    assert (shop.root / "sessions/theirs.yaml").exists()


def test_a_manifest_of_what_another_project_took_over_is_left_as_it_is(shop: Shop) -> None:
    shop.session("cart")
    shop.apply()
    shop.write("reconciler.yaml", "project: other\n")
    shop.edit("cart", expiry=30)
    pulled = shop.ok("pull")
    assert "0 created, 0 changed" in pulled.out
    assert "1 session type of default left out" in pulled.err
    assert "not live" not in pulled.err
