from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml.error import YAMLError

from reconciler.manifests.roundtrip import rewritten
from reconciler.nodes import parse_yaml


def _rewritten(text: str, change: Callable[[list[Any]], None] = lambda _: None) -> str:
    return rewritten(parse_yaml(text.encode(), "a.yaml", {}), change)


def test_plain_scalars_stay_as_they_are_written() -> None:
    text = "a: 0x1F\nb: 010\nc: 1_000\nd: 2024-01-01\ne: yes\nf: 1e3\ng: ~\nh: .inf\n"
    held: list[Any] = []
    assert _rewritten(text, held.extend) == text
    assert dict(held[0]) == dict(line.split(": ") for line in text.splitlines())


def test_comments_order_quotes_and_anchors_survive_an_edit() -> None:
    text = "# head\nb: 'x' # one\na: &k \"y\"\nc: *k\nd: |\n  z\n# foot\n"

    def change(documents: list[Any]) -> None:
        documents[0]["b"] = "changed"

    assert _rewritten(text, change) == text.replace("x", "changed")


def test_merge_keys_stay_merge_keys() -> None:
    text = "a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n"
    held: list[Any] = []
    assert _rewritten(text, held.extend) == text
    assert held[0]["b"]["x"] == "1"


def test_documents_stay_apart_and_empty_ones_go() -> None:
    assert _rewritten("a: 1\n---\n---\nb: 2\n") == "a: 1\n---\nb: 2\n"


def test_a_comment_above_the_first_document_stays() -> None:
    assert _rewritten("# about the file\n---\n# about a\na: 1\n") == "# about the file\n---\n# about a\na: 1\n"


def test_a_syntax_error_is_raised() -> None:
    with pytest.raises(YAMLError):
        _rewritten("a: [")
