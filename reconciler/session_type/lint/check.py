"""Every finding about one session type. All are warnings, and none repeats a value: logs are public."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from reconciler.diagnostics import Code, Problem, Severity
from reconciler.session_type.lint.selector import selector_problems
from reconciler.session_type.lint.size import size_problems
from reconciler.session_type.model import SessionType
from reconciler.values import JsonObject, JsonValue, Path

LINT_CODES = frozenset(
    {
        Code.SELECTOR_CONSTANT,
        Code.SAMPLE_PRIVATE_KEY,
        Code.SAMPLE_JWT,
        Code.SAMPLE_TOKEN,
        Code.SAMPLE_CARD,
        Code.SAMPLE_IBAN,
        Code.SAMPLE_EMAIL,
        Code.SAMPLE_PHONE,
        Code.TOKEN_SIZE,
    }
)

# All that a real-looking sample has at least one of: a long run of what tokens, cards and accounts are made of, or a
# sign with what makes it suspect around it. Most samples have neither, and are done; two forms are faster than one.
_RUN = re.compile(r"[A-Za-z0-9_-]{13}(?:[A-Za-z0-9_-]{3}|(?<=[0-9]{13}))")
_SIGN = re.compile(
    r"[@:+ -](?:(?<=@)(?!example\.(?:com|org|net)(?![\w.-]))|(?<=:)//|(?<=\+)[(0-9]|(?<=-)----BEGIN"
    r"|(?<=[0-9]{2} )[A-Z0-9]{4})"
)
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def lint(session_type: SessionType) -> tuple[Problem, ...]:
    """Return what is likely wrong with a valid session type."""
    sample = _COMPACT.encode(session_type.schema)
    found = [*selector_problems(session_type), *size_problems(session_type, sample)]
    if may_look_real(sample):
        found += _sample_problems(session_type.schema)
    return tuple(found)


def may_look_real(schema: str) -> bool:
    """Tell whether anything in a schema may look real, by its JSON."""
    return bool(_SIGN.search(schema) or _RUN.search(schema))


def _sample_problems(schema: JsonObject) -> Iterator[Problem]:
    # Its many patterns take time to compile, and few runs need them.
    from reconciler.session_type.lint.real import likenesses  # noqa: PLC0415

    for path, text, at_key in _texts(schema):
        noun = "key" if at_key else "sample"
        for code, what, hint in likenesses(text):
            yield Problem(code, path, f"The {noun} looks like {what}.", hint, at_key, Severity.WARNING)


def _texts(schema: JsonObject) -> Iterator[tuple[Path, str, bool]]:
    """Yield every key and every string or whole number with its path, and whether it is a key."""
    open_branches: list[tuple[Path, JsonValue]] = [(("schema",), schema)]
    while open_branches:
        path, value = open_branches.pop()
        match value:
            case dict():
                for key, item in value.items():
                    yield (*path, key), key, True
                    open_branches.append(((*path, key), item))
            case list():
                open_branches.extend(((*path, index), item) for index, item in enumerate(value))
            case str() | int() if not isinstance(value, bool):
                yield path, str(value), False
