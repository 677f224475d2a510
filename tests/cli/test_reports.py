"""`--format` and `--report`: one valid document on stdout and in each file, whatever the run comes to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from reconciler.render import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

MACHINE = [name for name in FORMATS if name != "text"]
BEGINS = {
    "json": "{",
    "markdown": "<!-- reconciler:",
    "html": "<!DOCTYPE html>",
    "gitlab": '{"create":',
    "github": "::",
    "junit": "<?xml",
    "metrics": "# HELP reconciler_",
}


def reports(folder: Path) -> list[str]:
    """Return the options that ask for a report in every format."""
    return [part for name in FORMATS for part in ("--report", f"{name}={folder / name}")]


def valid(name: str, text: str) -> None:
    """Check that a text is one document of a format."""
    assert text.startswith(BEGINS[name]), text
    if name in {"json", "gitlab"}:
        json.loads(text)
    if name == "junit":
        ET.fromstring(text)  # noqa: S314 - our own text
    if name == "github":
        assert all(line.startswith("::") for line in text.splitlines())
    if name == "html":
        assert text.endswith("</html>\n")


def all_valid(folder: Path) -> None:
    assert (folder / "text").read_text(encoding="utf-8")
    for name in MACHINE:
        valid(name, (folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MACHINE)
def test_stdout_holds_one_document_of_plan_show_and_drift(applied: Shop, name: str) -> None:
    applied.session("cart", expiry=2)
    applied.edit("guest", name="By hand")
    applied.save()
    for line, code in (("plan sessions", 0), ("show plan.json", 0), ("drift sessions", 2), ("drift", 2)):
        result = applied.run(*line.split(), "--format", name)
        assert result.code == code
        valid(name, result.out)
    assert applied.run("plan", "sessions", "--format", name, "--detailed-exitcode").code == 2


@pytest.mark.parametrize("name", MACHINE)
def test_stdout_holds_one_document_of_an_error_and_the_code_stays(shop: Shop, name: str) -> None:
    shop.session("cart", expiry="never")
    shop.write("broken.json", "{")
    lines = {
        "plan sessions": 3,
        "drift sessions": 3,
        "show broken.json": 1,
        "show nowhere.json": 1,
        "plan --bogus": 64,
        "drift --bogus": 64,
        "show": 64,
    }
    for line, code in lines.items():
        result = shop.run(*line.split(), "--format", name)
        assert result.code == code, line
        assert result.err
        valid(name, result.out)


@pytest.mark.parametrize("line", ["plan sessions", "drift sessions", "show plan.json", "apply sessions --auto-approve"])
def test_a_report_is_written_in_every_format_at_once(applied: Shop, tmp_path: Path, line: str) -> None:
    applied.session("cart", expiry=14)
    applied.save()
    told = applied.ok(*line.split(), *reports(tmp_path))
    assert "Product default on" in told.out, "stdout stays text"
    all_valid(tmp_path)
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["format_version"]
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_the_text_report_is_what_stdout_says(applied: Shop, tmp_path: Path) -> None:
    applied.session("cart", expiry=14)
    told = applied.ok("plan", "sessions", "--report", f"text={tmp_path / 'plan.txt'}")
    assert told.out.startswith((tmp_path / "plan.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ["plan", "drift", "apply"])
def test_the_report_of_an_error_is_written_too(shop: Shop, tmp_path: Path, command: str) -> None:
    shop.session("cart", expiry="never")
    assert shop.run(command, "sessions", *reports(tmp_path)).code == 3
    all_valid(tmp_path)
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["errored"] is True
    assert "<error" in (tmp_path / "junit").read_text(encoding="utf-8")
    assert "::error file=sessions/cart.yaml,line=" in (tmp_path / "github").read_text(encoding="utf-8")


def test_the_report_of_a_refusal_is_written_and_says_that_nothing_was_applied(applied: Shop, tmp_path: Path) -> None:
    applied.session("cart", selector="$Session{details}{email}")
    applied.edit("guest", expiry=30)
    applied.session("guest", expiry=3)
    assert applied.run("apply", "sessions", "--auto-approve", *reports(tmp_path)).code == 4
    all_valid(tmp_path)
    markdown = (tmp_path / "markdown").read_text(encoding="utf-8")
    assert "Nothing was applied." in markdown
    assert "Guards that stand in the way" in markdown
    assert applied.run("plan", "sessions", "--fail-on", "breaking", *reports(tmp_path)).code == 4
    assert "::warning file=sessions/cart.yaml" in (tmp_path / "github").read_text(encoding="utf-8")


def test_an_apply_reports_its_outcomes(shop: Shop, tmp_path: Path) -> None:
    shop.session("cart")
    told = shop.run("apply", "sessions", "--auto-approve", "--format", "json", *reports(tmp_path))
    assert told.code == 0
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8")) == told.document
    for name in ("text", "markdown", "html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "Apply complete! Session types: 1 created, 0 updated, 0 deleted." in text


def test_the_marker_is_the_same_for_a_plan_and_for_its_error(shop: Shop) -> None:
    shop.write("reconciler.yaml", "product: storefront\ntargets: {local: {registry: 'sqlite:///r.db'}}\n")
    shop.session("cart")
    marker = shop.ok("plan", "sessions", "--format", "markdown").out.splitlines()[0]
    assert marker == "<!-- reconciler:plan:local -->"
    shop.session("cart", expiry="never")
    assert shop.run("plan", "sessions", "--format", "markdown").out.splitlines()[0] == marker


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--report plan.md", "FORMAT=FILE"),
        ("--report markdown=", "FORMAT=FILE"),
        ("--report yaml=plan.yaml", "'yaml' is no format"),
        ("--max-bytes 0 --format markdown", "--max-bytes"),
        ("--max-bytes 60000", "--format markdown"),
        ("--format sarif", "'junit'"),
    ],
)
@pytest.mark.parametrize("command", ["plan sessions", "drift sessions", "show plan.json"])
def test_wrong_options_are_wrong_usage(shop: Shop, command: str, options: str, said: str) -> None:
    shop.session("cart")
    before = shop.tree()
    wrong = shop.run(*command.split(), *options.split())
    assert wrong.code == 64
    assert said in wrong.err
    assert shop.tree() == before


def test_apply_has_text_and_json_on_stdout_and_no_more(shop: Shop) -> None:
    wrong = shop.run("apply", "sessions", "--format", "markdown")
    assert wrong.code == 64
    assert wrong.out == ""


def test_max_bytes_cuts_stdout_and_report_alike(shop: Shop, tmp_path: Path) -> None:
    for number in range(30):
        shop.session(f"type-{number}")
    cut = shop.ok("plan", "sessions", "--max-bytes", "3000", "--report", f"markdown={tmp_path / 'p.md'}").out
    text = (tmp_path / "p.md").read_text(encoding="utf-8")
    assert len(text.encode()) <= 3000
    assert "more changes left out" in text
    assert shop.ok("plan", "sessions", "--max-bytes", "3000", "--format", "markdown").out == text
    assert cut.count("will be created") == 30, "text is whole"


@pytest.mark.parametrize("target", ["nowhere/plan.md", "."])
def test_a_report_that_cannot_be_written_stops_an_apply_before_its_first_call(shop: Shop, target: str) -> None:
    shop.session("cart")
    failed = shop.run("apply", "sessions", "--auto-approve", "--format", "json", "--report", f"markdown={target}")
    assert failed.code == 1
    assert "The report can't be written to" in failed.err
    assert failed.document["errored"] is True
    assert not (shop.root / ".reconciler").exists()


def test_no_report_holds_a_sensitive_value(shop: Shop, tmp_path: Path) -> None:
    shop.session("cart", lifecycle="{sensitive: [schema.details.email]}")
    shop.apply(*reports(tmp_path))
    assert not [file for file in tmp_path.iterdir() if file.is_file() and "ade@" in file.read_text(encoding="utf-8")]


def test_what_fail_on_refuses_is_in_every_report_and_fails_junit(applied: Shop, tmp_path: Path) -> None:
    applied.session("cart", expiry=2)
    line = ("plan", "sessions", "--fail-on", "disruptive", "--out", "plan.json", *reports(tmp_path))
    refused = applied.run(*line)
    assert refused.code == 4
    all_valid(tmp_path)
    document = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert [(each["guard"], each["tag"]) for each in document["refusals"]] == [("fail-on", "cart")]
    suites = ET.fromstring((tmp_path / "junit").read_text(encoding="utf-8"))  # noqa: S314 - our own text
    assert suites.get("failures") == "1"
    for name in ("text", "markdown", "html", "junit", "github"):
        said = (tmp_path / name).read_text(encoding="utf-8")
        assert "fail-on" in said
        assert "--allow" not in said, "nothing that apply takes lifts it"
        assert "Guards that stand in the way of apply" not in said
    assert "The change of `cart` is disruptive, and --fail-on disruptive was given." in refused.out
    applied.ok("apply", "--plan", "plan.json", "--auto-approve")  # which asks guards and no more


@pytest.mark.parametrize(
    "line", ["plan", "drift sessions --bogus", "show", "apply sessions --plan plan.json", "plan x y -z"]
)
def test_the_report_of_wrong_usage_is_written_too(shop: Shop, tmp_path: Path, line: str) -> None:
    wrong = shop.run(*line.split(), *reports(tmp_path))
    assert wrong.code == 64
    assert wrong.out == ""
    all_valid(tmp_path)
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["errored"] is True
    assert "<error" in (tmp_path / "junit").read_text(encoding="utf-8")
    assert "::error title=" in (tmp_path / "github").read_text(encoding="utf-8")


def test_a_report_of_wrong_usage_that_cannot_be_written_says_so(shop: Shop) -> None:
    wrong = shop.run("plan", "--bogus", "--report", "json=no/such/folder/plan.json", "--report=markdown=plan.md")
    assert wrong.code == 64
    assert "The report can't be written to no/such/folder/plan.json" in wrong.err
    assert "--bogus" in (shop.root / "plan.md").read_text(encoding="utf-8")


def test_commands_without_reports_write_none_on_wrong_usage(shop: Shop) -> None:
    for line in ("validate --report json=x.json", "--bogus plan --report json=x.json", "plna --report json=x.json"):
        assert shop.run(*line.split()).code == 64
    assert shop.tree() == {}


def test_the_document_of_an_apply_is_sealed_as_it_is_and_is_shown_but_never_applied(shop: Shop) -> None:
    shop.session("cart")
    plan = json.loads(shop.save().read_text(encoding="utf-8"))
    line = ("apply", "--plan", "plan.json", "--auto-approve", "--report", "json=applied.json")
    shop.ok(*line)
    document = json.loads((shop.root / "applied.json").read_text(encoding="utf-8"))
    assert document["plan_digest"] == plan["digest"] != document["digest"]
    assert [each["status"] for each in document["outcomes"]] == ["done"]
    assert "Apply complete!" in shop.ok("show", "applied.json", "--format", "markdown").out
    altered = json.dumps(document).replace('"done"', '"failed"')
    shop.write("altered.json", altered)
    assert "was altered" in shop.run("show", "altered.json").err
    refused = shop.run("apply", "--plan", "applied.json", "--auto-approve")
    assert refused.code == 1
    assert "tells what an apply did" in refused.err


def test_the_document_of_a_failed_run_is_no_plan_and_says_so(shop: Shop) -> None:
    shop.session("cart", expiry=0)
    shop.write("failed.json", shop.run("plan", "sessions", "--format", "json").out)
    for line in ("show failed.json", "apply --plan failed.json --auto-approve"):
        failed = shop.run(*line.split())
        assert failed.code == 1
        assert "tells of a run that failed" in failed.err


def test_metrics_of_a_failed_run_take_the_place_of_older_ones(applied: Shop) -> None:
    file = applied.root / "reconciler.prom"
    applied.ok("drift", "--report", f"metrics={file}")
    assert 'reconciler_drift_records{command="drift",target="",product="default"} 0' in file.read_text(encoding="utf-8")
    assert applied.run("drift", "--report", f"metrics={file}", "--registry", "http://127.0.0.1:1").code == 7
    text = file.read_text(encoding="utf-8")
    assert "reconciler_drift_records" not in text
    assert 'reconciler_errored{command="drift",target="",product="default"} 1' in text


def test_a_report_is_written_into_a_pipe_that_stays_one(shop: Shop) -> None:
    shop.session("cart")
    pipe = shop.root / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        shop.ok("plan", "sessions", "--report", f"gitlab={pipe}")
        assert os.read(reader, 1000) == b'{"create":1,"update":0,"delete":0}\n'
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_link_to_what_is_no_file_is_followed(shop: Shop) -> None:
    shop.session("cart")
    pipe, link = shop.root / "pipe", shop.root / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        shop.ok("plan", "sessions", "--report", f"gitlab={link}")
        assert os.read(reader, 1000).startswith(b'{"create":1')
    finally:
        os.close(reader)
    assert link.is_symlink()
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "line",
    [
        "plan sessions --report json=a --report html=a",
        "plan sessions --report json=a --report html=./sessions/../a",
        "plan sessions --out a --report markdown=a",
        "apply --plan plan.json --auto-approve --report json=plan.json",
    ],
)
def test_no_output_overwrites_another(shop: Shop, line: str) -> None:
    shop.session("cart")
    shop.save()
    before = shop.tree()
    wrong = shop.run(*line.split())
    assert wrong.code == 64
    assert "Two outputs can't both be in" in wrong.err
    assert shop.tree() == before
