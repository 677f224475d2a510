"""The floor: the least that a plan could cost with the libraries that the product has settled on.

`python benchmarks/floor.py FOLDER URL` reads every manifest, takes the C parser's events into plain data with line
marks, validates with one TypeAdapter, decodes the live records of one GET while it parses, compares by key with `==`
and prints a count. No cache, one process, no care for anything that may be wrong.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import Annotated, Any, NotRequired

import click  # noqa: F401 - the floor starts with what the product starts with
import orjson
from _ruamel_yaml import CParser
from pydantic import ConfigDict, Field, TypeAdapter
from ruamel.yaml.events import (
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from typing_extensions import TypedDict

# httpx imports its own command line where rich is installed. The product does without, and so must its floor.
sys.modules["httpx._main"] = None  # type: ignore[assignment]

import httpx  # noqa: E402 - only now

Marks = dict[Any, tuple[int, int]]


class SessionType(TypedDict):
    """The seven fields."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]

    name: Annotated[str, Field(min_length=1, max_length=200)]
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]
    description: NotRequired[str]
    schema: Annotated[dict[str, Any], Field(min_length=1)]
    selector: Annotated[str, Field(pattern=r"^\$Session(\{[^{}]+\})+$")]
    expiry: Annotated[int, Field(ge=1)]
    period: str


_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(text: str) -> Any:
    """Return what a plain scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "0123456789+-.":
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def parse(content: str) -> tuple[Any, Marks]:
    """Return the one document of a file and the places of its keys."""
    parser = CParser(content)
    marks: Marks = {}
    stack: list[tuple[Any, str | None]] = []
    value: Any = None
    key: str | None = None
    while True:
        event = parser.get_event()
        kind = type(event)
        if kind is ScalarEvent:
            if key is None and type(value) is dict:
                key = event.value
                mark = event.start_mark
                marks[len(stack), key] = mark.line, mark.column
                continue
            made = scalar(event.value) if event.implicit[0] else event.value
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            stack.append((value, key))
            value, key = ({} if kind is MappingStartEvent else []), None
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            made = value
            value, key = stack.pop()
        elif kind is DocumentEndEvent:
            return value, marks
        elif kind is StreamEndEvent:
            return None, marks
        else:
            continue
        if value is None:
            value = made
        elif key is None:
            value.append(made)
        else:
            value[key] = made
            key = None


def fetch(url: str, into: list[Any]) -> None:
    """Decode the live records."""
    answer = httpx.get(url, headers={"Accept-Encoding": "gzip"}, verify=False, trust_env=False, timeout=60)  # noqa: S501 - plain HTTP
    into += orjson.loads(answer.content)["items"]


def main(folder: str, url: str) -> None:
    """Print how many manifests differ from what is live."""
    live: list[Any] = []
    fetching = threading.Thread(target=fetch, args=(url, live))
    fetching.start()
    texts = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            with open(entry.path, encoding="utf-8") as stream:  # noqa: PTH123 - the floor has no time for paths
                texts.append(stream.read())
    parsed = [parse(text) for text in texts]
    wanted = TypeAdapter(list[SessionType]).validate_python([data for data, _ in parsed])
    fetching.join()
    there = {each["tag"]: each["spec"] for each in live}
    print(sum(1 for each in wanted if there.get(each["tag"]) != {"description": "", **each}), "differ of", len(wanted))


if __name__ == "__main__":
    main(*sys.argv[1:])
