from __future__ import annotations

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


def test_what_can_not_be_edited_in_place_is_left_as_it_is(shop: Shop) -> None:
    shared = MANIFEST.replace("userId: user_123", "userId: &id user_123").replace("note: old", "note: *id")
    merged = MANIFEST.replace("tag: cart", "tag: two").replace(
        "userId: user_123", "a: &a {x: 1, y: 1}\n  b: {<<: *a, y: 2}\n  userId: user_123"
    )
    cart, two = shop.write("sessions/cart.yaml", shared), shop.write("sessions/two.yaml", merged)
    shop.apply()
    shop.edit("two", schema={"a": {"x": 7, "y": 1}, "b": {"x": 1, "y": 2}, "userId": "u"})
    refused = shop.run("pull")
    assert refused.code == 1
    assert "two" in refused.err
    assert "nothing was written" in refused.err
    assert (cart.read_text(), two.read_text()) == (shared, merged)


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
