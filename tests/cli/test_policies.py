"""Policies on the real command line: validate, plan, apply, saved plans, and every format."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from reconciler.render import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shop

SHORT: dict[str, Any] = {
    "name": "short",
    "on": "manifest",
    "rule": "lifetime_seconds <= 864000",
    "message": "Sessions live at most 10 days.",
}
CALM: dict[str, Any] = {
    "name": "calm",
    "on": "change",
    "rule": "change.risk != 'disruptive'",
    "message": "Nothing is cut short.",
}


def day(offset: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


def waiver(tag: str, offset: int = 100) -> dict[str, str]:
    return {"tag": tag, "reason": "TICKET-12", "until": day(offset)}


def govern(shop: Shop, *policies: dict[str, Any], **project: Any) -> None:
    """Write the project file, a policy a line."""
    listed = "".join(f"  - {json.dumps(policy)}\n" for policy in policies)
    rest = "".join(f"{key}: {json.dumps(value)}\n" for key, value in project.items())
    shop.write("reconciler.yaml", f"manifests: [sessions/]\n{rest}policies:{chr(10) + listed if listed else ' []'}")


@pytest.mark.parametrize("command", ["validate", "plan", "apply --auto-approve"])
def test_a_manifest_that_breaks_a_policy_is_invalid(command: str, shop: Shop) -> None:
    shop.session("cart", expiry=11)
    shop.session("guest")
    govern(shop, SHORT)
    result = shop.run(*command.split())
    assert result.code == 3
    assert "Error: Manifest breaks a policy [policy]\n  sessions/cart.yaml:9:9\n" in result.err
    assert "  Sessions live at most 10 days. (policy `short`)\n" in result.err
    assert "1 error found." in result.err
    assert not shop.records()


@pytest.mark.parametrize("command", ["validate", "plan", "apply --auto-approve"])
def test_a_warning_is_told_and_the_run_goes_on(command: str, shop: Shop) -> None:
    shop.session("cart", expiry=11)
    govern(shop, {**SHORT, "severity": "warning"})
    result = shop.ok(*command.split())
    assert "Warning: Manifest breaks a policy [policy]" in result.err


def test_policy_and_other_mistakes_are_told_in_one_run(shop: Shop) -> None:
    shop.session("cart", expiry=11)
    shop.session("guest", period="fortnights")
    govern(shop, SHORT, {**CALM, "rule": "nope"}, {**CALM, "name": "b", "waivers": [waiver("cart", -1)]})
    result = shop.run("plan")
    assert result.code == 3
    for code in ("policy", "unknown-period", "policy-rule", "waiver-ended"):
        assert f"[{code}]" in result.err
    assert "waiver-unmatched" not in result.err


@pytest.mark.parametrize("command", ["drift", "history", "fmt --check"])
def test_commands_that_judge_nothing_do_not_stumble_over_a_rule(command: str, applied: Shop) -> None:
    govern(applied, {**SHORT, "rule": "nope"}, {**CALM, "waivers": [waiver("cart", -1)]})
    assert applied.run(*command.split()).code == 0


def test_a_manifest_is_judged_as_the_target_has_it(shop: Shop) -> None:
    shop.session("cart")
    shop.write("production/cart.yaml", "tag: cart\nexpiry: 30\n")
    local = {"registry": "sqlite:///.reconciler/registry.db"}
    targets = {"local": local, "production": {**local, "overlays": ["production"]}}
    govern(shop, SHORT, targets=targets, default_target="local")
    shop.ok("plan")
    shop.ok("validate", "--target", "local")
    for command in ("validate", "validate --target production", "plan --target production"):
        result = shop.run(*command.split())
        assert result.code == 3
        assert "production/cart.yaml:2:9" in result.err
        assert "1 error found." in result.err


def test_a_rule_can_be_for_one_target(shop: Shop) -> None:
    shop.session("cart")
    registry = {"registry": "sqlite:///.reconciler/registry.db"}
    govern(
        shop,
        {**SHORT, "rule": "target != 'production' || lifetime_seconds < 60"},
        targets={"local": registry, "production": registry},
        default_target="local",
    )
    shop.ok("plan")
    assert shop.run("plan", "--target", "production").code == 3


def test_validate_in_formats_for_machines_tells_the_code(shop: Shop) -> None:
    shop.session("cart", expiry=11)
    govern(shop, SHORT)
    (found,) = shop.run("validate", "--format", "json").document["diagnostics"]
    assert (found["code"], found["location"]["line"], found["related"]["file"]) == ("policy", 9, "reconciler.yaml")
    assert "file=sessions/cart.yaml,line=9" in shop.run("validate", "--format", "github").out
    assert ET.fromstring(shop.run("validate", "--format", "junit").out).get("failures") == "1"  # noqa: S314 - our text
    assert json.loads(shop.run("validate", "--format", "sarif").out)["runs"][0]["results"][0]["ruleId"] == "policy"


def test_a_change_that_breaks_a_policy_is_refused_by_a_guard(applied: Shop) -> None:
    govern(applied, CALM)
    applied.session("cart", expiry=2)
    applied.session("new")
    plan = applied.ok("plan")
    assert "  policy: `cart` breaks the policy `calm`: Nothing is cut short.\n" in plan.out
    assert "`--allow policy:cart`" in plan.out
    refused = applied.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "policy: `cart` breaks the policy `calm`" in refused.err
    assert "new" not in applied.records()


@pytest.mark.parametrize(("allowed", "code"), [("policy", 0), ("policy:cart", 0), ("policy:guest", 4)])
def test_the_guard_is_lifted_for_one_run(allowed: str, code: int, applied: Shop) -> None:
    govern(applied, CALM)
    applied.session("cart", expiry=2)
    assert applied.run("apply", "--auto-approve", "--allow", allowed).code == code
    applied.session("cart", expiry=1)
    assert applied.run("apply", "--auto-approve").code == 4


def test_only_changes_that_need_a_call_are_judged(applied: Shop) -> None:
    govern(applied, {**CALM, "rule": "false"})
    result = applied.ok("plan")
    assert "policy" not in result.text
    (applied.root / "sessions" / "cart.yaml").unlink()
    assert "policy" not in applied.ok("plan").text
    pruned = applied.ok("plan", "--prune")
    assert "`cart` breaks the policy `calm`" in pruned.out


@pytest.mark.parametrize("command", ["plan", "apply --auto-approve"])
def test_a_rule_on_changes_that_fails_is_an_error(command: str, applied: Shop) -> None:
    govern(applied, {**CALM, "rule": "change.provenance.nobody < 100", "severity": "warning"})
    applied.session("cart", expiry=2)
    result = applied.run(*command.split())
    assert result.code == 3
    assert "Error: Policy can't be decided [policy-undecided]\n  reconciler.yaml:" in result.err
    assert "`calm` can't be decided for `cart`." in result.err
    assert applied.live("cart")["expiry"] == 7


def warned(shop: Shop) -> None:
    """Make a plan with a warning, a refusal, and two findings that are waived."""
    calm = {**CALM, "severity": "warning", "waivers": [waiver("guest")]}
    strict = {**CALM, "name": "strict", "rule": "change.name != 'guest'"}
    govern(shop, calm, strict, {**SHORT, "rule": "manifest.tag != 'cart'", "waivers": [waiver("cart")]})
    shop.session("cart", expiry=2)
    shop.session("guest", expiry=12, period="hours")


def test_the_plan_tells_warnings_and_counts_what_is_waived(applied: Shop) -> None:
    warned(applied)
    lines = applied.ok("plan").out.splitlines()
    assert "Policy warning: `cart` breaks `calm`: Nothing is cut short." in lines
    assert "2 policy findings waived." in lines
    document = applied.ok("plan", "--format", "json").document
    assert document["policy_warnings"] == [{"rule": "calm", "tag": "cart", "message": "Nothing is cut short."}]
    assert {(each["rule"], each["tag"], each["until"]) for each in document["policy_waived"]} == {
        ("calm", "guest", day(100)),
        ("short", "cart", day(100)),
    }


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_of_a_policys_refusal_and_warning(name: str, applied: Shop, tmp_path: Path) -> None:
    warned(applied)
    file = tmp_path / "report"
    out = applied.ok("plan", "--format", name, "--report", f"{name}={file}").out
    if name == "gitlab":
        assert json.loads(out) == {"create": 0, "update": 2, "delete": 0}
        return
    if name == "metrics":
        assert re.search(r"^reconciler_refusals\{.*\} 1$", out, re.MULTILINE)
        assert re.search(r"^reconciler_policy_warnings\{.*\} 1$", out, re.MULTILINE)
        return
    for text in (out, file.read_text(encoding="utf-8")):
        assert "strict" in text
        assert "calm" in text
        assert "Nothing is cut short." in text
    if name == "junit":
        suite = ET.fromstring(out)  # noqa: S314 - our own text
        cases = {case.get("name"): case for case in suite.iter("testcase")}
        assert cases["policy guest"].find("failure") is not None
        assert cases["calm cart"].find("failure") is None
    if name == "github":
        assert any(line.startswith("::warning file=sessions/cart.yaml") and "calm" in line for line in out.splitlines())


def test_without_policies_the_document_is_as_ever(applied: Shop) -> None:
    document = applied.ok("plan", "sessions", "--format", "json").document
    assert not document.keys() & {"policy_warnings", "policy_waived"}


def test_a_saved_plan_is_judged_by_the_rules_of_now(applied: Shop) -> None:
    applied.session("cart", expiry=2)
    file = applied.save()
    govern(applied, CALM)
    refused = applied.run("apply", "--plan", str(file), "--auto-approve")
    assert refused.code == 4
    assert "`cart` breaks the policy `calm`" in refused.err
    govern(applied, {**SHORT, "rule": "lifetime_seconds > 172800"})
    invalid = applied.run("apply", "--plan", str(file), "--auto-approve")
    assert invalid.code == 3
    assert "[policy]\n  sessions/cart.yaml:1:1" in invalid.err
    govern(applied, {**SHORT, "rule": "manifest.lifecycle.prevent_destroy"})
    assert applied.run("apply", "--plan", str(file), "--auto-approve").code == 0
    assert applied.live("cart")["expiry"] == 2


@pytest.mark.parametrize("rules", [[], [{**CALM, "rule": "true"}]])
def test_a_saved_plan_tells_nothing_of_rules_that_are_gone(rules: list[dict[str, Any]], applied: Shop) -> None:
    applied.session("cart", expiry=2)
    govern(applied, CALM, {**CALM, "name": "told", "severity": "warning"})
    file = applied.save()
    assert "Policy warning: `cart` breaks `told`" in applied.ok("show", str(file)).out
    govern(applied, *rules)
    result = applied.ok("apply", "--plan", str(file), "--auto-approve")
    assert "olicy" not in result.text


def test_an_ended_waiver_stops_a_saved_plan_too(applied: Shop) -> None:
    applied.session("cart", expiry=2)
    file = applied.save()
    govern(applied, {**CALM, "waivers": [waiver("cart", -1)]})
    result = applied.run("apply", "--plan", str(file), "--auto-approve")
    assert result.code == 3
    assert f"ended on {day(-1)}" in result.err
    assert applied.live("cart")["expiry"] == 7


@pytest.mark.parametrize(("offset", "code", "heading"), [(-1, 3, "Error"), (0, 0, "Warning"), (14, 0, "Warning")])
def test_a_waiver_that_ends_is_told_at_its_line(offset: int, code: int, heading: str, shop: Shop) -> None:
    shop.session("cart", expiry=11)
    govern(shop, {**SHORT, "waivers": [waiver("cart", offset)]})
    result = shop.run("validate")
    assert result.code == code
    assert f"{heading}: Waiver " in result.err
    assert "reconciler.yaml:3:" in result.err
    assert day(offset) in result.err
    assert ("1 policy finding waived." in result.out) is (code == 0)


def test_a_waiver_of_an_unknown_tag_warns_where_all_manifests_were_read(shop: Shop) -> None:
    shop.session("cart")
    shop.session("guest")
    govern(shop, {**SHORT, "waivers": [waiver("guess")]}, {**CALM, "waivers": [waiver("gone")]})
    whole = shop.ok("plan")
    assert "`short` is waived for `guess`" in whole.err
    assert "`calm` is waived for `gone`" in whole.err
    assert "waiver-unmatched" not in shop.ok("plan", "sessions/cart.yaml").err
    assert "waiver-unmatched" not in shop.ok("validate", "sessions/cart.yaml").err


def test_a_waiver_may_be_for_the_deletion_of_what_has_no_manifest(applied: Shop) -> None:
    govern(applied, {**CALM, "waivers": [waiver("cart")]})
    (applied.root / "sessions" / "cart.yaml").unlink()
    result = applied.ok("plan", "--prune")
    assert "waiver-unmatched" not in result.err
    assert "1 policy finding waived." in result.out


def test_no_sensitive_value_is_in_what_a_policy_says(applied: Shop) -> None:
    applied.session("cart", lifecycle="{sensitive: [schema.details.email]}", name="Buyer")
    lookup = "{'a': true}[%s.schema.details.email]"
    govern(applied, {**SHORT, "rule": lookup % "manifest"})
    assert "ade@example.com" not in applied.run("plan").text
    govern(applied, {**CALM, "rule": lookup % "after"})
    assert "ade@example.com" not in applied.run("plan").text


@pytest.mark.parametrize("policies", [False, True])
def test_the_library_is_imported_only_where_there_are_policies(policies: bool, shop: Shop) -> None:
    shop.session("cart")
    govern(shop, *([SHORT] if policies else []))
    program = "import sys; from reconciler.cli import main; main.run(['plan']); sys.exit('cel' in sys.modules)"
    assert shop.process(program=("-c", program)).code == policies


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("policy", [SHORT, {**CALM, "rule": "change.nope == 1"}, {**CALM, "rule": ")"}])
def test_every_format_tells_why_there_is_no_plan(name: str, policy: dict[str, Any], shop: Shop) -> None:
    shop.session("cart", expiry=11)
    govern(shop, policy)
    result = shop.run("plan", "--format", name)
    assert result.code == 3
    assert f"`{policy['name']}`" in result.err
    if name not in {"text", "gitlab", "metrics"}:
        assert policy["name"] in result.out


def test_the_json_of_an_apply_has_refusal_and_warnings(applied: Shop) -> None:
    warned(applied)
    result = applied.run("apply", "--auto-approve", "--format", "json")
    assert result.code == 4
    assert [each["rule"] for each in result.document["policy_warnings"]] == ["calm"]
    assert [each["guard"] for each in result.document["refusals"]] == ["policy"]
    lifted = applied.ok("apply", "--auto-approve", "--allow", "policy:guest", "--format", "json").document
    assert [each["rule"] for each in lifted["policy_warnings"]] == ["calm"]
    assert lifted["refusals"] == []
