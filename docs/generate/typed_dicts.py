"""Reads TypedDicts from a module's source: names, docstrings, and each field's type in the words of JSON.

The source and not the classes, because how Python spells an annotation differs between its versions.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

_JSON = MappingProxyType(
    {
        "str": "string",
        "int": "number",
        "float": "number",
        "bool": "boolean",
        "JsonValue": "any value",
        "Any": "any value",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a JSON object."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object: the TypedDict's name, its docstring, its fields in order."""

    name: str
    text: str
    fields: tuple[Field, ...]


def shapes_of(module: ModuleType) -> Iterator[Shape]:
    """Yield every TypedDict of a module, in the order of the source."""
    for node in ast.parse(inspect.getsource(module)).body:
        match node:
            case ast.ClassDef(bases=[ast.Name(id="TypedDict")]):
                yield Shape(node.name, ast.get_docstring(node) or "", tuple(_of_class(node)))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="TypedDict")) as call):
                yield Shape(name, "", tuple(_of_call(call)))
            case _:
                continue


def _of_class(node: ast.ClassDef) -> Iterator[Field]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield _field(statement.target.id, statement.annotation)


def _of_call(call: ast.Call) -> Iterator[Field]:
    listed = call.args[1]
    if isinstance(listed, ast.Dict):
        for key, value in zip(listed.keys, listed.values, strict=True):
            if isinstance(key, ast.Constant):
                yield _field(str(key.value), value)


def _field(name: str, annotation: ast.expr) -> Field:
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
            return Field(name, json_words(inner), required=False)
        case _:
            return Field(name, json_words(annotation), required=True)


def json_words(annotation: ast.expr) -> str:
    """Return what a type is called in JSON; the name of a shape stays."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{json_words(left)} or {json_words(right)}"
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return f"list of {json_words(item)}"
        case ast.Subscript(value=ast.Name(id="dict")):
            return "object"
        case ast.Constant(value=None):
            return "null"
        case ast.Name(id=name):
            return _JSON.get(name, name)
        case _:
            return ast.unparse(annotation)
