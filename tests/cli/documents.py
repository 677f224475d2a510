"""What it takes to be one valid document of a format."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import html5lib

_COMMAND = re.compile(r"::(error|warning|notice) (?:(?:file|line|col|title)=[^,:\n]*,?)+::\S[^\n]*")
_SAMPLE = re.compile(r"reconciler_\w+(\{[^\n]*\})? [0-9.e+-]+")
_CI = {"create", "update", "delete"}


def assert_valid(name: str, text: str) -> None:
    """Check that a text is one whole document of a format."""
    assert text.endswith("\n")
    assert text.strip()
    match name:
        case "json":
            document = json.loads(text)
            assert document["format_version"] == "1.2"
            assert text.count("\n") == 1
        case "gitlab":
            counts = json.loads(text)
            assert set(counts) == _CI
            assert all(isinstance(each, int) for each in counts.values())
        case "junit":
            root = ET.fromstring(text)  # noqa: S314 - our own text
            assert root.tag == "testsuites"
            assert int(root.attrib["tests"]) == len(root.findall("testsuite/testcase")) > 0
        case "html":
            html5lib.HTMLParser(strict=True).parse(text)
            assert text.count("<html") == text.count("</html>") == text.count("<!DOCTYPE html>") == 1
        case "github":
            assert all(_COMMAND.fullmatch(line) for line in text.splitlines())
        case "markdown":
            assert re.match(r"<!-- reconciler:(plan|drift):[\w.-]+ -->\n", text)
            assert text.count("<!-- reconciler:") == 1
            assert len(re.findall("^```", text, re.MULTILINE)) % 2 == 0
            assert text.count("<details>") == text.count("</details>")
        case "metrics":
            assert all(line.startswith("# ") or _SAMPLE.fullmatch(line) for line in text.splitlines())
        case "text":
            assert "\x1b" not in text
