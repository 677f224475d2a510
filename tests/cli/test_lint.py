from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shop

REAL = "ada@acme-shop.io"
SECRET = "AKIA" + "Z7Q2NMX4PLKW8RTV"
REGISTRY = '"sqlite:///.reconciler/registry.db"'
PROJECT = f"manifests: [sessions/]\ntargets:\n  production: {{registry: {REGISTRY}, overlays: [production/]}}\n"
SILENT = "# reconciler:ignore[sample-email] an inbox of the shop"


EVERYTHING = f"""\
name: Cart
tag: cart
schema:
  role: admin
  mail: {REAL}
  inbox: {REAL} {SILENT}
  key: {SECRET} # reconciler:ignore[sample-tokn] key of the sandbox
  card: 4539 1488 0343 6467 # reconciler:ignore[sample-card]
  account: DE02 1203 0000 0000 2020 51
  phone: +44 20 8742 0193
  pem: | # reconciler:ignore sample-private-key
    -----BEGIN {"PRIVATE"} KEY-----
    MIIB
    -----END {"PRIVATE"} KEY-----
  {SILENT}
  nobody: ade@example.com
  about: {"word " * 1_000}
selector: $Session{{role}}
expiry: 7
period: days
"""


def mail(address: str, comment: str = "") -> str:
    return f"\n  userId: user_123\n  mail: {address} {comment}".rstrip()


def git(shop: Shop, *arguments: str) -> None:
    command = [shutil.which("git") or "git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    subprocess.run(command, cwd=shop.root, check=True, capture_output=True)


@pytest.fixture
def committed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give a project with one session type, committed."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    shop.session("cart")
    git(shop, "init", "--quiet")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "-m", "First")
    return shop


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_findings_are_warnings_and_change_no_exit_code(shop: Shop, command: tuple[str, ...]) -> None:
    shop.session("cart", schema=mail(REAL))
    result = shop.ok(*command, "sessions")
    assert "Warning: Sample looks like a real email address [sample-email]" in result.err
    assert "sessions/cart.yaml:6:9" in result.err
    assert "`# reconciler:ignore[sample-email] REASON`" in result.err


def test_findings_read_as_they_did(shop: Shop, golden: Callable[[str, str], None]) -> None:
    shop.write("sessions/cart.yaml", EVERYTHING)
    golden("lint.txt", shop.ok("validate", "sessions").err)


def test_drift_is_about_what_is_live(shop: Shop) -> None:
    shop.session("cart", schema=mail(REAL))
    shop.apply()
    assert shop.ok("drift", "sessions").err == ""


def test_no_message_shows_a_secret_or_the_line_that_holds_it(shop: Shop) -> None:
    fields = f"name: Cart, tag: cart, schema: {{role: admin, key: {SECRET}}}, selector: '$Session{{role}}'"
    shop.write("sessions/cart.yaml", f"{{{fields}, expiry: 1, period: days}}\n")
    for form in ("text", "json", "github", "junit", "sarif"):
        result = shop.ok("validate", "sessions", "--format", form)
        assert "sample-token" in result.err
        assert "selector-constant" in result.err
        assert SECRET not in result.text


def test_validate_carries_findings_in_every_format(shop: Shop) -> None:
    shop.session("cart", schema=mail(REAL))
    document = shop.ok("validate", "sessions", "--format", "json").document
    assert (document["valid"], document["error_count"], document["warning_count"]) == (True, 0, 1)
    (entry,) = document["diagnostics"]
    assert (entry["code"], entry["severity"]) == ("sample-email", "warning")
    assert entry["location"] == {"file": "sessions/cart.yaml", "line": 6, "column": 9}
    assert "::warning file=sessions/cart.yaml,line=6,col=9" in shop.ok("validate", "sessions", "--format", "github").out
    suite = ET.fromstring(shop.ok("validate", "sessions", "--format", "junit").out)  # noqa: S314 - our own
    assert suite.get("failures") == "0"
    assert "[sample-email]" in "".join(suite.itertext())
    sarif = json.loads(shop.ok("validate", "sessions", "--format", "sarif").out)
    (found,) = sarif["runs"][0]["results"]
    assert (found["ruleId"], found["level"]) == ("sample-email", "warning")


def test_strict_counts_warnings_as_errors_in_every_format(shop: Shop) -> None:
    shop.session("cart", schema=mail(REAL))
    result = shop.run("validate", "sessions", "--strict")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("Error: Sample looks like")
    document = shop.run("validate", "sessions", "--strict", "--format", "json").document
    assert (document["valid"], document["error_count"], document["warning_count"]) == (False, 1, 0)
    for form, sign in (("github", "::error "), ("junit", 'failures="1"'), ("sarif", '"error"')):
        result = shop.run("validate", "sessions", "--strict", "--format", form)
        assert result.code == 3
        assert sign in result.out


def test_strict_is_content_with_what_a_comment_explains(shop: Shop) -> None:
    shop.session("cart", schema=mail(REAL, SILENT))
    assert shop.ok("validate", "sessions", "--strict").text == "Success! 1 manifest is valid.\n"


def test_strict_is_not_content_with_a_comment_that_gives_no_reason(shop: Shop) -> None:
    shop.session("cart", schema=mail(REAL, "# reconciler:ignore[sample-email]"))
    assert shop.run("validate", "sessions", "--strict").code == 3


def test_fmt_keeps_what_is_silenced_silent(shop: Shop) -> None:
    shop.session(
        "cart", schema=f"\n    userId: user_123\n    {SILENT}\n    mail:    {REAL}\n    other: {REAL}    {SILENT}"
    )
    shop.ok("validate", "sessions", "--strict")
    shop.ok("fmt", "sessions")
    assert "\n  mail: ada" in (shop.root / "sessions/cart.yaml").read_text(encoding="utf-8")
    shop.ok("validate", "sessions", "--strict")


def test_pull_keeps_what_is_silenced_silent(shop: Shop) -> None:
    file = shop.session("cart", schema=mail(REAL, SILENT))
    shop.apply()
    shop.edit("cart", schema={"userId": "user_123", "mail": "eve@acme-shop.io"})
    shop.ok("pull")
    assert f"mail: eve@acme-shop.io {SILENT}" in file.read_text(encoding="utf-8").replace("  #", " #")
    shop.ok("validate", "sessions", "--strict")


def test_a_comment_that_any_target_needs_is_in_use(shop: Shop) -> None:
    shop.write("reconciler.yaml", f"{PROJECT}  local: {{registry: {REGISTRY}}}\ndefault_target: production\n")
    shop.session("cart", schema=mail(REAL, SILENT))
    shop.write("production/cart.yaml", "tag: cart\nschema: {mail: ade@example.com}\n")
    for command in (("validate",), ("validate", "--target", "production"), ("plan",)):
        assert shop.ok(*command).err == "", command
    shop.session("cart", schema=mail("ade@example.com", SILENT))
    assert "ignore-unused" in shop.ok("validate").err
    assert shop.run("validate", "--strict").code == 3


def test_a_manifest_that_is_not_named_leaves_no_comment_unused(shop: Shop) -> None:
    shop.write("reconciler.yaml", PROJECT)
    shop.session("cart")
    shop.session("guest")
    shop.write("production/cart.yaml", f"tag: cart\nschema:\n  mail: {REAL} {SILENT}\n")
    assert shop.ok("validate", "sessions/guest.yaml").err == ""
    assert shop.ok("validate").err == ""


def test_a_tag_that_changed_since_the_last_commit_is_a_warning(committed: Shop) -> None:
    assert committed.ok("validate", "sessions").err == ""
    committed.session("basket", path="sessions/cart.yaml")
    result = committed.ok("validate", "sessions")
    assert "Warning: Tag changed since the last commit [tag-renamed]" in result.err
    assert "sessions/cart.yaml:2:6" in result.err
    assert "`cart`" in result.err
    assert committed.run("validate", "sessions", "--strict").code == 3
    below = committed.run("validate", "../sessions", cwd=(committed.root / "sessions"))
    assert "../sessions/cart.yaml:2:6" in below.err
    git(committed, "commit", "--quiet", "--all", "-m", "Second")
    assert committed.ok("validate", "sessions").err == ""


def test_a_tag_that_moved_to_another_file_was_not_renamed(committed: Shop) -> None:
    committed.session("basket", path="sessions/cart.yaml")
    committed.session("cart", path="sessions/other.yaml")
    assert committed.ok("validate", "sessions").err == ""


def test_a_plan_says_which_tags_look_renamed(applied: Shop) -> None:
    (applied.root / "sessions/cart.yaml").unlink()
    applied.session("basket")
    document = applied.ok("plan", "sessions", "--format", "json").document
    assert document["renames"] == [{"from": "cart", "to": "basket"}]
    for form in ("text", "markdown", "html", "github"):
        text = applied.ok("plan", "sessions", "--format", form).out.replace("&#96;", "`")
        assert "`basket` looks like `cart`" in text, form
        assert "7 days" in text, form
    applied.ok("plan", "sessions", "--out", "plan.json")
    assert "`basket` looks like `cart`" in applied.ok("show", "plan.json").out
    assert "`basket` looks like `cart`" in applied.ok("apply", "--plan", "plan.json", "--auto-approve").out
    assert applied.ok("plan", "sessions", "--format", "json").document["renames"] == []
