"""The check of a session's data against its session type's sample, and the user whom it belongs to.

The sample tells the shape: its fields, all of them and no others, each of its JSON type. Integers and floats are one
type. An array's items must each fit one of the sample's items; a sample without items says nothing about them. Where
the sample has null, anything may stand.

The data of a session that began before its type gained a field lacks that field. It may: an added field ends nobody's
session. Whoever starts one must send the field.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.diagnostics import with_article
from reconciler.runtime.errors import DataProblem
from reconciler.session_type import Selector, SessionType
from reconciler.session_type.sample import DEPTH_MAX, is_storable
from reconciler.values import JsonObject, JsonValue, Path, canonical_value, json_pointer, json_type

DATA_BYTES_MAX = 4096
IDENTIFIER_LENGTH_MAX = 512


def form_problems(data: Any) -> tuple[DataProblem, ...]:
    """Return what is wrong with data whatever its session type is; only without it are the other checks safe."""
    if not isinstance(data, dict):
        return (DataProblem("/data", f"The data must be an object, not {with_article(json_type(data))}."),)
    if _is_too_deep(data):
        return (DataProblem("/data", f"Data may be nested {DEPTH_MAX} levels deep."),)
    return ()


def data_problems(session_type: SessionType, data: JsonObject) -> tuple[DataProblem, ...]:
    """Return everything that is wrong with data to start with, each with a pointer that starts with `/data`."""
    problems = [*_shape_problems(("data",), session_type.schema, data)]
    if not problems:
        problems += _identifier_problems(session_type, data)
    if not problems and (size := len(data_text(data).encode())) > DATA_BYTES_MAX:
        detail = f"The data takes {size:,} bytes as JSON; the limit is {DATA_BYTES_MAX:,}."
        problems.append(DataProblem("/data", detail))
    return tuple(problems)


def still_fits(session_type: SessionType, data: JsonObject, identifier: str) -> bool:
    """Tell whether a session's data still fits, and belongs to the same user; fields that were added may be absent."""
    if any(_shape_problems(("data",), session_type.schema, data, may_lack=True)):
        return False
    try:
        return identifier_of(session_type, data) == identifier
    except KeyError:  # the selector picks one of the fields that are absent
        return False


def data_text(data: JsonObject) -> str:
    """Return data as compact JSON, numbers as they came."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def identifier_of(session_type: SessionType, data: JsonObject) -> str:
    """Return the user whom checked data belongs to, as a string: 1 and 1.0 are `1`, true is `true`."""
    selector = Selector.parse(session_type.selector)
    if selector is None:
        raise ValueError(f"No selector: {session_type.selector}")
    found = selector.resolve(data)
    return found if isinstance(found, str) else json.dumps(canonical_value(found))


def _is_too_deep(data: JsonObject) -> bool:
    """Tell whether data is nested deeper than any sample; without recursion, as it may be very deep."""
    level: list[Any] = [data]
    for _ in range(DEPTH_MAX):
        level = [item for value in level for item in _items(value)]
        if not level:
            return False
    return True


def _items(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _shape_problems(path: Path, sample: JsonValue, value: Any, *, may_lack: bool = False) -> Iterator[DataProblem]:
    """Yield what is wrong with a value; as deep as the sample goes, and that has a limit.

    With `may_lack` it is no problem that an object lacks fields.
    """
    if sample is None:
        yield from _free_problems(path, value)
        return
    wanted = json_type(sample)
    if json_type(value) != wanted:
        found = with_article(json_type(value))
        yield DataProblem(json_pointer(path), f"{_named(path)} must be {with_article(wanted)}, not {found}.")
        return
    match sample:
        case dict():
            yield from _field_problems(path, sample, value, may_lack=may_lack)
        case list():
            for index, item in enumerate(value):
                yield from _item_problems((*path, index), sample, item, may_lack=may_lack)
        case _:
            yield from _scalar_problems(path, value)


def _field_problems(path: Path, sample: JsonObject, value: JsonObject, *, may_lack: bool) -> Iterator[DataProblem]:
    for key, wanted in sample.items():
        if key in value:
            yield from _shape_problems((*path, key), wanted, value[key], may_lack=may_lack)
        elif not may_lack:
            yield DataProblem(json_pointer((*path, key)), f"`{key}` is missing.")
    for key in value:
        if key not in sample:
            yield DataProblem(json_pointer((*path, key)), f"The session type has no field `{key}`.")


def _item_problems(path: Path, samples: list[JsonValue], item: Any, *, may_lack: bool) -> Iterator[DataProblem]:
    """Yield the problems with the sample that the item comes closest to, of its own type if there is one."""
    if not samples:
        yield from _free_problems(path, item)
        return
    alike = [sample for sample in samples if sample is None or json_type(sample) == json_type(item)]
    attempts = [list(_shape_problems(path, sample, item, may_lack=may_lack)) for sample in alike or samples]
    yield from min(attempts, key=len)


def _free_problems(path: Path, value: Any) -> Iterator[DataProblem]:
    """Yield what is wrong with a value that may be anything."""
    match value:
        case dict():
            for key, item in value.items():
                if not is_storable(key):
                    yield DataProblem(json_pointer(path), "A key holds a NUL or half a character.")
                yield from _free_problems((*path, key), item)
        case list():
            for index, item in enumerate(value):
                yield from _free_problems((*path, index), item)
        case _:
            yield from _scalar_problems(path, value)


def _scalar_problems(path: Path, value: Any) -> Iterator[DataProblem]:
    if isinstance(value, str) and not is_storable(value):
        yield DataProblem(json_pointer(path), f"{_named(path)} holds a NUL or half a character, which can't be stored.")
    if isinstance(value, float) and not math.isfinite(value):
        yield DataProblem(json_pointer(path), f"{_named(path)} is no number that JSON has.")


def _named(path: Path) -> str:
    return f"Item {path[-1]}" if isinstance(path[-1], int) else f"`{path[-1]}`"


def _identifier_problems(session_type: SessionType, data: JsonObject) -> Iterator[DataProblem]:
    identifier = identifier_of(session_type, data)
    selector = Selector.parse(session_type.selector)
    if selector is not None and not 0 < len(identifier) <= IDENTIFIER_LENGTH_MAX:
        detail = f"It identifies the user (`{selector}`), so it has 1 to {IDENTIFIER_LENGTH_MAX} characters."
        yield DataProblem(json_pointer(("data", *selector.path)), detail)
