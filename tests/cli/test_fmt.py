from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shop

UNTIDY = """\
# Everybody who pays.
name:   "Cart"   # shown in the dashboard
tag: cart
schema:
      userId: user_123
      roles:
      - buyer
selector: $Session{userId}
expiry: 1
period: mins
"""


def test_check_names_the_files_writes_nothing_and_exits_1(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", UNTIDY)
    shop.write("sessions/tidy.yaml", "tag: tidy\n")
    before = shop.tree()
    checked = shop.run("fmt", "sessions", "--check")
    assert checked.code == 1
    assert checked.out == "sessions/cart.yaml\n"
    assert shop.tree() == before


def test_diff_shows_what_would_change_and_writes_nothing(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", UNTIDY)
    before = shop.tree()
    shown = shop.ok("fmt", "sessions", "--diff")
    lines = shown.out.splitlines()
    assert "--- a/sessions/cart.yaml" in lines
    assert "+++ b/sessions/cart.yaml" in lines
    assert "-period: mins" in lines
    assert "+period: minutes" in lines
    assert shop.tree() == before
    assert shop.run("fmt", "sessions", "--check", "--diff").code == 1


def test_writing_lays_out_keeps_comments_quotes_and_order_and_is_done_in_one_go(shop: Shop) -> None:
    file = shop.write("sessions/cart.yaml", UNTIDY)
    written = shop.ok("fmt", "sessions")
    assert written.out == "sessions/cart.yaml\n"
    text = file.read_text()
    assert text.startswith("# Everybody who pays.\n")
    assert "# shown in the dashboard" in text
    assert '"Cart"' in text
    assert "\n  userId: user_123\n" in text
    assert "\nperiod: minutes\n" in text
    assert [line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()] == [
        "name",
        "tag",
        "schema",
        "selector",
        "expiry",
        "period",
    ]
    again = shop.ok("fmt", "sessions")
    assert again.out == ""
    assert file.read_text() == text


def test_a_layout_is_no_change_to_the_plan(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", UNTIDY)
    shop.apply()
    shop.ok("fmt", "sessions")
    assert shop.run("plan", "sessions", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_mode_of_a_file_is_kept_and_nothing_lies_around_afterwards(shop: Shop, mode: int) -> None:
    file = shop.write("sessions/cart.yaml", UNTIDY)
    file.chmod(mode)
    shop.ok("fmt", "sessions")
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert [path.name for path in file.parent.iterdir()] == ["cart.yaml"]


def test_a_link_stays_a_link(shop: Shop) -> None:
    file = shop.write("real/cart.yaml", UNTIDY)
    (shop.root / "sessions").mkdir()
    link = shop.root / "sessions/cart.yaml"
    link.symlink_to(file)
    shop.ok("fmt", "sessions")
    assert link.is_symlink()
    assert "minutes" in file.read_text()


def test_nothing_is_written_when_any_file_can_not_be_laid_out(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", UNTIDY)
    shop.write("sessions/broken.yaml", "name: [\n")
    shop.write("sessions/zero.yaml", "a: 1\na: 2\n")
    before = shop.tree()
    failed = shop.run("fmt", "sessions")
    assert failed.code == 3
    assert "sessions/broken.yaml:" in failed.err
    assert "sessions/zero.yaml:" in failed.err
    assert failed.out == ""
    assert shop.tree() == before


def test_without_paths_manifests_and_overlays_of_the_project_are_laid_out(shop: Shop) -> None:
    shop.write(
        "reconciler.yaml", "manifests: [sessions]\ntargets: {a: {registry: 'sqlite:///a.db', overlays: [overlays]}}\n"
    )
    shop.write("sessions/cart.yaml", UNTIDY)
    shop.write("overlays/cart.yaml", "tag:    cart\n")
    assert shop.ok("fmt").out.splitlines() == ["sessions/cart.yaml", "overlays/cart.yaml"]
    assert (shop.root / "overlays/cart.yaml").read_text() == "tag: cart\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("\n", "\r\n"), "line ends become LF"),
        (lambda text: "\ufeff" + text, "the byte order mark goes"),
        (lambda text: text.rstrip("\n"), "the last line gets a line end"),
    ],
)
def test_a_difference_that_no_line_shows_is_told(shop: Shop, change: Callable[[str], str], said: str) -> None:
    file = shop.session("cart")
    shop.ok("fmt", "sessions")
    laid_out = file.read_bytes()
    file.write_bytes(change(laid_out.decode()).encode())
    assert shop.ok("fmt", "sessions", "--diff").out == f"sessions/cart.yaml: {said}\n"
    shop.ok("fmt", "sessions")
    assert file.read_bytes() == laid_out
