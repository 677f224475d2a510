"""`validate` for other people's tools: stdout is one valid document, and the exit code tells the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop


def _github(result: Result) -> int:
    commands = [line for line in result.out.splitlines() if line.startswith("::")]
    assert all(re.fullmatch(r"::(error|warning)( [^:]+)?::.+", each) for each in commands)
    return sum(each.startswith("::error") for each in commands)


def _junit(result: Result) -> int:
    return len(list(ET.fromstring(result.out).iter("failure")))  # noqa: S314 - our own


def _sarif(result: Result) -> int:
    (run,) = json.loads(result.out)["runs"]
    told = [*run["results"], *run["invocations"][0].get("toolExecutionNotifications", [])]
    return sum(each["level"] == "error" for each in told)


def _json(result: Result) -> int:
    return int(result.document["error_count"])


def _codequality(result: Result) -> int:
    return sum(each["severity"] == "major" for each in json.loads(result.out))


FORMATS = {"github": _github, "junit": _junit, "sarif": _sarif, "json": _json, "codequality": _codequality}
_errors = pytest.mark.parametrize(("form", "errors"), FORMATS.items(), ids=FORMATS)
Count = Callable[["Result"], int]


@_errors
def test_valid_manifests_give_a_document_without_errors(shop: Shop, form: str, errors: Count) -> None:
    shop.session("cart")
    result = shop.ok("validate", "sessions", "--format", form)
    assert errors(result) == 0
    assert result.out.strip()
    assert result.err == ""


@_errors
def test_a_warning_is_told_and_fails_nothing(shop: Shop, form: str, errors: Count) -> None:
    shop.session("cart", lifecycle="{sensitive: [schema.apiKye]}")
    result = shop.ok("validate", "sessions", "--format", form)
    assert errors(result) == 0
    assert "apiKye" in result.out


@_errors
@pytest.mark.parametrize(
    ("code", "line"),
    [
        (3, "validate sessions"),
        (3, "validate missing"),
        (3, "validate empty"),
        (3, "validate sessions --target nowhere"),
        (64, "validate"),
        (64, "validate sessions --bogus"),
        (64, "--bogus validate sessions"),
    ],
)
def test_what_is_wrong_is_on_both_streams_and_in_the_exit_code(
    shop: Shop, code: int, line: str, form: str, errors: Count
) -> None:
    shop.session("cart", expiry=0)
    (shop.root / "empty").mkdir()
    for option in (("--format", form), (f"--format={form}",)):
        wrong = shop.run(*line.split(), *option)
        assert wrong.code == code, wrong.text
        assert wrong.err
        if line != "--bogus validate sessions" or form != "json":
            assert errors(wrong) == 1


@_errors
def test_a_broken_project_file_is_told(shop: Shop, form: str, errors: Count) -> None:
    shop.session("cart")
    shop.write("reconciler.yaml", "prodcut: shop\n")
    wrong = shop.run("validate", "sessions", "--format", form)
    assert wrong.code == 3
    assert errors(wrong) == 1
    assert "reconciler.yaml" in wrong.out


def test_the_last_format_counts(shop: Shop) -> None:
    wrong = shop.run("validate", "--format", "json", "--format", "junit", "--bogus")
    assert _junit(wrong) == 1
    assert shop.run("validate", "--bogus", "--format").out == ""
    assert shop.run("validate", "sessions", "--format", "yaml").out == ""


def test_annotations_name_the_line(shop: Shop) -> None:
    shop.session("cart", expiry=0)
    wrong = shop.run("validate", "./sessions/cart.yaml", "--format", "github")
    assert wrong.out.startswith("::error file=sessions/cart.yaml,line=9,col=9,title=Expiry out of range::")
    shop.session("cart")
    assert shop.ok("validate", "sessions", "--format", "github").out == "Success! 1 manifest is valid.\n"


def test_two_manifests_with_one_tag_name_both_places(shop: Shop) -> None:
    shop.session("cart")
    shop.session("cart", path="sessions/kart.yaml")
    (result,) = json.loads(shop.run("validate", "sessions", "--format", "sarif").out)["runs"][0]["results"]
    both = [*result["locations"], *result["relatedLocations"]]
    assert {each["physicalLocation"]["artifactLocation"]["uri"] for each in both} == {
        "sessions/cart.yaml",
        "sessions/kart.yaml",
    }
    (entry,) = shop.run("validate", "sessions", "--format", "json").document["diagnostics"]
    assert {entry["location"]["file"], entry["related"]["file"]} == {"sessions/cart.yaml", "sessions/kart.yaml"}


def test_the_formats_are_valid_on_a_stream_of_a_narrow_encoding(shop: Shop) -> None:
    shop.session("cart", path="sessions/é日.yaml", expiry=0)
    for form in ("junit", "sarif"):
        wrong = shop.process("validate", "sessions", "--format", form, environment={"PYTHONIOENCODING": "ascii"})
        assert wrong.code == 3
        assert wrong.out.isascii()
        assert FORMATS[form](wrong) == 1


def test_help_names_the_formats(shop: Shop) -> None:
    helped = " ".join(shop.ok("validate", "--help").out.split())
    assert "[text|json|github|junit|sarif|codequality]" in helped
