"""The page of the HTTP API, from the server's own OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.generate.markdown import bullets, code, page, table
from reconciler.server import Settings, create_app
from reconciler.server.problems import ProblemCode

_INTRODUCTION = """\
A registry server describes itself at `/openapi.json` (OpenAPI 3.1); this page is made of that document. Requests carry
`Authorization: Bearer TOKEN`; [roles](../deployment.md#tokens-and-roles) say who may do what. An answer that is no
success is `application/problem+json` with a stable `code`; [Errors](../errors.md#http-api) has cause and cure."""

_METHODS = ("get", "post", "put", "patch", "delete")


def http_page() -> str:
    """Return the page."""
    document = openapi()
    shared = _shared(document)
    return page(
        "HTTP API",
        _INTRODUCTION,
        document["info"]["description"],
        "## Calls",
        table(("call", "role", "does"), map(_row, _operations(document))),
        "## Answers of every call with a role",
        _answers(shared),
        *(_section(operation, shared) for operation in _operations(document)),
        "## Bodies",
        *_schemas(document["components"]["schemas"]),
    )


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of a server, which need not run for that."""
    return create_app(Settings("sqlite://", Path())).openapi()


Operation = tuple[str, str, Mapping[str, Any]]
Answers = Mapping[str, Mapping[str, Any]]


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


def _shared(document: Mapping[str, Any]) -> Answers:
    """Return the answers that every call with a role can have: they stand once."""
    first, *others = [told["responses"] for _, _, told in _operations(document) if "x-required-roles" in told]
    return {status: answer for status, answer in first.items() if all(answer == each.get(status) for each in others)}


def _row(operation: Operation) -> tuple[str, str, str]:
    method, path, told = operation
    link = f"[{method} {path}](#{_anchor(told)})"
    return link, _role(told), told.get("description", "").partition(".")[0] + "."


def _anchor(told: Mapping[str, Any]) -> str:
    """Return the anchor of a call: its heading is the operation's id, as words."""
    return str(told["operationId"]).replace("_", "-")


def _role(told: Mapping[str, Any]) -> str:
    return " or ".join(map(code, told["x-required-roles"])) if "x-required-roles" in told else "none"


def _section(operation: Operation, shared: Answers) -> str:
    method, path, told = operation
    left_out = shared if "x-required-roles" in told else {}
    body = told.get("requestBody", {}).get("content", {})
    parts = (
        f"### {_anchor(told).replace('-', ' ').capitalize()}",
        f"`{method} {path}`, role: {_role(told)}. {told.get('description', '')}",
        _parameters(told.get("parameters", [])),
        f"Body: {', '.join(map(_schema_link, body.values()))}." if body else "",
        _answers({status: answer for status, answer in told["responses"].items() if status not in left_out}),
    )
    return "\n\n".join(filter(None, parts))


def _answers(answers: Answers) -> str:
    return table(("status", "answer"), ((code(status), _answer(answer)) for status, answer in answers.items()))


def _parameters(parameters: Iterable[Mapping[str, Any]]) -> str:
    return bullets(
        f"{code(each['name'])} ({each['in']}{', required' if each.get('required') else ''}): "
        f"{each.get('description') or each.get('schema', {}).get('description', '')}".rstrip(": ")
        for each in parameters
    )


def _answer(answer: Mapping[str, Any]) -> str:
    text = str(answer["description"])
    for problem in ProblemCode:
        text = text.replace(f"`{problem.value}`", f"[{problem.value}](../errors.md#{problem.value})")
    contents = answer.get("content", {})
    links = [_schema_link(form) for kind, form in contents.items() if kind == "application/json"]
    return " ".join((text, *filter(None, links)))


def _schema_link(content: Mapping[str, Any]) -> str:
    reference = content.get("schema", {}).get("$ref")
    if not reference:
        return ""
    name = reference.rpartition("/")[2]
    return f"[{name}](#{name.lower().replace(' ', '-')})"


def _schemas(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        if "properties" not in schema:
            continue
        yield f"### {name}"
        yield schema.get("description", "").strip()
        required = schema.get("required", [])
        yield table(
            ("key", "type", "required", "meaning"),
            (
                (code(key), code(_type(form)), "yes" if key in required else "", form.get("description", ""))
                for key, form in schema["properties"].items()
            ),
        )


def _type(form: Mapping[str, Any]) -> str:
    if "$ref" in form:
        return str(form["$ref"]).rpartition("/")[2]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in form:
            return " or ".join(map(_type, form[key]))
    if "const" in form or "enum" in form:
        return ", ".join(map(str, form.get("enum", [form.get("const")])))
    if form.get("type") == "array":
        return f"list of {_type(form.get('items', {}))}"
    return str(form.get("type", "any"))
