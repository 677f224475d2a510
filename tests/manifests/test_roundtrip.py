from __future__ import annotations

import pytest
from ruamel.yaml.error import YAMLError

from reconciler.manifests.roundtrip import dump_documents, load_documents


def test_plain_scalars_stay_as_they_are_written() -> None:
    text = "a: 0x1F\nb: 010\nc: 1_000\nd: 2024-01-01\ne: yes\nf: 1e3\ng: ~\nh: .inf\n"
    (document,) = load_documents(text)
    assert dict(document) == dict(line.split(": ") for line in text.splitlines())
    assert dump_documents([document]) == text


def test_comments_order_quotes_and_anchors_survive_an_edit() -> None:
    text = "# head\nb: 'x' # one\na: &k \"y\"\nc: *k\nd: |\n  z\n# foot\n"
    documents = load_documents(text)
    documents[0]["b"] = "changed"
    assert dump_documents(documents) == text.replace("x", "changed")


def test_merge_keys_stay_merge_keys() -> None:
    text = "a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n"
    (document,) = load_documents(text)
    assert document["b"]["x"] == "1"
    assert dump_documents([document]) == text


def test_documents_stay_apart() -> None:
    documents = load_documents("a: 1\n---\nb: 2\n")
    assert len(documents) == 2
    assert dump_documents(documents) == "a: 1\n---\nb: 2\n"


def test_a_syntax_error_is_raised() -> None:
    with pytest.raises(YAMLError):
        load_documents("a: [")
