from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.diagnostics import Code, Severity
from reconciler.manifests import Loaded, canonical_layout, pull
from tests.builders import session_type
from tests.manifest_folder import PLAIN, Folder, places

REAL = "ada@acme-shop.io"  # an address that mail could reach
SILENT = "# reconciler:ignore[sample-email] an inbox of the shop"


def manifest(schema: str, tag: str = "user") -> str:
    lines = "\n".join(f"  {line}" for line in ["userId: user_123", *schema.splitlines()])
    return f"name: User\ntag: {tag}\nschema:\n{lines}\nselector: $Session{{userId}}\nexpiry: 7\nperiod: days\n"


def codes(loaded: Loaded) -> list[str]:
    return [each.code.value for each in loaded.diagnostics]


def _with(folder: Folder, texts: Mapping[str, str]) -> Loaded:
    for name, text in texts.items():
        folder.write(name, text)
    return folder.load()


def load(folder: Folder, schema: str) -> Loaded:
    folder.write("user.yaml", manifest(schema))
    return folder.load()


def test_a_finding_says_how_to_silence_it(folder: Folder) -> None:
    (found,) = load(folder, f"mail: {REAL}").diagnostics
    assert (found.code, found.severity) == (Code.SAMPLE_EMAIL, Severity.WARNING)
    assert "`# reconciler:ignore[sample-email] REASON`" in found.hint


@pytest.mark.parametrize(
    "schema",
    [
        f"mail: {REAL} {SILENT}",
        f"{SILENT}\nmail: {REAL}",
        f"# the inbox\n{SILENT}\n# ours\nmail: {REAL}",
        f"mail: '{REAL}' {SILENT}",
        f"mails:\n  - {REAL} {SILENT}",
        f"mails:\n  {SILENT}\n  - {REAL}",
        f"mails: [{REAL}, a] {SILENT}",
        f"mail: | {SILENT}\n  {REAL}\n",
        f"mail:\n  {SILENT}\n  {REAL}",
        f"mail: {REAL} # ours. reconciler:ignore[ sample-email , sample-card ] both are the shop's",
        f"? {REAL} {SILENT}\n: 1",
        f"{REAL}: 1 {SILENT}",
    ],
)
def test_a_comment_in_the_line_or_above_it_silences(folder: Folder, schema: str) -> None:
    assert "sample-email" not in codes(load(folder, schema))


@pytest.mark.parametrize(
    "schema",
    [
        f"mail: {REAL}\n{SILENT}",  # below
        f"{SILENT}\n\nmail: {REAL}",  # a line between
        f"a: 1 {SILENT}\nmail: {REAL}",  # of another value
        f"mail: '{REAL} {SILENT}'",
        f"a: |\n  {SILENT}\nmail: {REAL}",
        f"mail: {REAL}#reconciler:ignore[sample-email] no comment",
        f"mail: {REAL} # reconciler:ignore[sample-card] another code",
        f"mail: {REAL} # reconciler:ignore sample-email",
    ],
)
def test_a_comment_elsewhere_or_of_another_code_does_not(folder: Folder, schema: str) -> None:
    assert "sample-email" in codes(load(folder, schema))


def test_one_comment_silences_several_codes(folder: Folder) -> None:
    both = f"mail: {REAL} 4539 1488 0343 6467"
    assert codes(load(folder, both)) == ["sample-card", "sample-email"]
    assert codes(load(folder, f"{both} # reconciler:ignore[sample-card,sample-email] the sandbox")) == []


def test_the_size_of_a_token_is_silenced_at_the_schema(folder: Folder) -> None:
    text = manifest(f"text: {'word ' * 1_000}")
    folder.write("user.yaml", text)
    assert places(folder.load()) == [("token-size", "user.yaml:3:1")]
    folder.write("user.yaml", text.replace("schema:", "schema: # reconciler:ignore[token-size] it goes into a header"))
    assert places(folder.load()) == []


def test_a_selector_is_silenced_at_the_selector(folder: Folder) -> None:
    text = manifest("role: admin").replace("{userId}", "{role}")
    folder.write("user.yaml", text)
    assert places(folder.load()) == [("selector-constant", "user.yaml:6:11")]
    folder.write("user.yaml", text.replace("{role}", "{role} # reconciler:ignore[selector-constant] one per role"))
    assert places(folder.load()) == []


def test_a_comment_without_a_reason_is_a_warning_and_silences(folder: Folder) -> None:
    loaded = load(folder, f"mail: {REAL} # reconciler:ignore[sample-email]  ")
    assert places(loaded) == [("ignore-reason", "user.yaml:5:26")]
    assert loaded.is_valid


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sample-emial", "Did you mean `sample-email`?"),
        ("Sample-Email", "Did you mean `sample-email`?"),
        ("zzz", "sample-email, "),
        ("duplicate-tag", "can't be silenced"),
        ("ignore-unused", "can't be silenced"),
        ("tag-renamed", "can't be silenced"),
    ],
)
def test_an_unknown_code_is_a_warning_and_silences_nothing(folder: Folder, code: str, said: str) -> None:
    loaded = load(folder, f"mail: {REAL} # reconciler:ignore[{code}] because")
    assert sorted(codes(loaded)) == ["ignore-unknown-code", "sample-email"]
    (found,) = (each for each in loaded.diagnostics if each.code is Code.IGNORE_UNKNOWN_CODE)
    assert f"`{code}`" in found.detail
    assert said in f"{found.detail} {found.hint}"


@pytest.mark.parametrize("written", ["reconciler:ignore", "reconciler:ignore[]", "reconciler:ignore[a,] why"])
def test_a_malformed_comment_is_a_warning(folder: Folder, written: str) -> None:
    assert codes(load(folder, f"a: 1 # {written}")) == ["ignore-form"]


def test_a_comment_that_silences_nothing_is_a_warning(folder: Folder) -> None:
    loaded = load(folder, f"mail: ade@example.com {SILENT}\nmail2: {REAL} {SILENT}")
    assert places(loaded) == [("ignore-unused", "user.yaml:5:25")]


def test_where_something_is_invalid_no_comment_counts_as_unused(folder: Folder) -> None:
    folder.write("user.yaml", manifest(f"mail: {REAL} {SILENT}").replace("expiry: 7", "expiry: 0"))
    assert codes(folder.load()) == ["expiry-range"]


def test_each_document_of_a_file_has_its_own_lines(folder: Folder) -> None:
    loud, silent = manifest(f"mail: {REAL}", "loud"), manifest(f"mail: {REAL} {SILENT}", "silent")
    folder.write("all.yaml", f"{silent}---\n{loud}---\n{silent.replace('tag: silent', 'tag: other')}")
    assert places(folder.load()) == [("sample-email", "all.yaml:14:9")]


def test_a_value_of_an_overlay_is_silenced_in_the_overlay(folder: Folder) -> None:
    folder.write("user.yaml", manifest("mail: ade@example.com"))
    overlay = f"tag: user\nschema:\n  mail: {REAL}"
    folder.write("production/user.yaml", overlay)
    assert places(folder.load(overlays=("production",))) == [("sample-email", "production/user.yaml:3:9")]
    folder.write("production/user.yaml", f"{overlay} {SILENT}")
    assert places(folder.load(overlays=("production",))) == []


def test_a_comment_in_the_manifest_does_not_reach_into_the_overlay(folder: Folder) -> None:
    folder.write("user.yaml", manifest(f"mail: {REAL} {SILENT}"))
    folder.write("production/user.yaml", f"\n\n\n\nschema: {{mail: {REAL}}}\ntag: user\n")
    found = places(folder.load(overlays=("production",)))
    assert ("sample-email", "production/user.yaml:5:16") in found


def test_an_overlay_of_no_manifest_has_no_unused_comments(folder: Folder) -> None:
    folder.write("user.yaml", PLAIN)
    folder.write("production/other.yaml", f"tag: other\nschema:\n  mail: {REAL} {SILENT}\n")
    assert codes(folder.load(overlays=("production",))) == ["overlay-unknown-tag"]


def test_an_anchored_value_is_told_and_silenced_where_it_is_written(folder: Folder) -> None:
    schema = f"one: &mail {REAL}\ntwo: *mail\nbase: &base {{inbox: *mail}}\nthree:\n  <<: *base"
    assert places(load(folder, schema)) == [("sample-email", "user.yaml:5:8")]
    assert codes(load(folder, schema.replace(REAL, f"{REAL} {SILENT}"))) == []


def test_layout_keeps_every_comment_at_its_value(folder: Folder) -> None:
    untidy = manifest(f"mail:    {REAL}    {SILENT}\nlist:\n- {REAL}   {SILENT}\n{SILENT}\nother:   {REAL}")
    assert codes(load(folder, f"mail: {REAL} {SILENT}")) == []
    folder.write("user.yaml", untidy.replace("days", "day"))
    assert codes(folder.load()) == []
    laid = canonical_layout((folder.path / "user.yaml").read_bytes(), "user.yaml")
    assert isinstance(laid, str)
    assert laid != untidy
    folder.write("user.yaml", laid)
    assert codes(folder.load()) == []


def test_pull_keeps_every_comment_at_its_value(folder: Folder) -> None:
    schema = f"mail: {REAL} {SILENT}\n{SILENT}\nother: {REAL}\nlast: 1"
    loaded = load(folder, schema)
    assert codes(loaded) == []
    wanted = {"userId": "user_123", "mail": "eve@acme-shop.io", "other": "eve@acme-shop.io", "last": 2}
    live = session_type(schema=wanted, description="", expiry=8)
    pulled = pull(lambda texts: _with(folder, texts), [live], lambda tag: f"{tag}.yaml")
    assert pulled.failed == {}
    folder.write("user.yaml", pulled.changed["user.yaml"])
    again = folder.load()
    assert codes(again) == []
    assert again.desired[0].session_type.same_as(live)
