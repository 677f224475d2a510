"""What session commands are given: data, and tokens, which never stand on a command line that others can list."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import click

from reconciler.errors import ReconcilerError
from reconciler.values import JsonObject

STDIN = "-"
_TOKEN = re.compile(r"[A-Za-z0-9_.-]+:eyJ|eyJ|rc[rt]_")
_SPAN = re.compile(r"(?P<count>[1-9]\d{0,9})(?P<unit>[smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def read_data(given: str) -> JsonObject:
    """Return the JSON object that `--data` stands for: itself, a file's, or that of stdin. Raises ReconcilerError."""
    inline = given.lstrip().startswith("{")
    source = "--data" if inline else "stdin" if given == STDIN else given
    text = given if inline else _read(given)
    try:
        data = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _no_json(source, f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise _no_json(source, "it is nested too deeply") from None
    except ValueError as error:
        raise _no_json(source, str(error)) from None
    if not isinstance(data, dict):
        raise _no_json(source, "it is no object")
    return data


def read_token(given: str, *, what: str) -> str:
    """Return the token in a file or on stdin, where a terminal is asked for it. Raises ReconcilerError."""
    if _TOKEN.match(given):
        raise ReconcilerError(
            f"This is a {what} itself, where the name of a file is asked for",
            hint="Others can read a command line: give a file that holds it, or `-` and write it to stdin.",
        )
    if given == STDIN and sys.stdin.isatty():
        text = str(click.prompt(what.capitalize(), hide_input=True, err=True))
    else:
        text = _read(given)
    token = text.strip()
    if not token:
        raise ReconcilerError(f"There is no {what} on stdin" if given == STDIN else f"There is no {what} in {given}")
    return token


def read_seconds(spelled: str | None) -> int | None:
    """Return how many seconds a span has: `900`, `15m`, `12h`. Raises a usage error."""
    if spelled is None:
        return None
    span = _SPAN.fullmatch(spelled)
    if span is None:
        raise click.BadParameter(
            f"`{spelled}` is no span. Write seconds (`900`), or `15m`, `12h`, `30d`, `8w`.", param_hint="'--expires-in'"
        )
    return int(span["count"]) * _SECONDS[span["unit"]]


def _read(given: str) -> str:
    try:
        if given == STDIN:
            return sys.stdin.read()
        return Path(given).read_text(encoding="utf-8")
    except OSError as error:
        hint = "Give a file, `-` for stdin, or for data a JSON object."
        raise ReconcilerError(f"{given} can't be read: {error.strerror}", hint=hint) from None
    except UnicodeDecodeError:
        raise ReconcilerError(f"{'stdin' if given == STDIN else given} holds bytes that are no UTF-8 text") from None


def _no_json(source: str, why: str) -> ReconcilerError:
    return ReconcilerError(f"The data from {source} is no JSON object: {why}", hint='Such as {"userId": "user_123"}.')


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key `{twice}` occurs twice in one object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no number `{name}`")
