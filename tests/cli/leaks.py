"""Manifests with a secret on the very line of a mistake, and every command that could repeat it."""

from __future__ import annotations

SECRET = "s3cr3t"  # noqa: S105 - opens nothing
NUMBER = "31337133"

_HEAD = "name: Shopper\ntag: cart\n"
_TAIL = "selector: $Session{userId}\nexpiry: 7\nperiod: days\n"
_SENSITIVE = "lifecycle:\n  sensitive: [schema.apiKey]\n"


def manifest(schema: str, *, lifecycle: str = _SENSITIVE, tail: str = _TAIL, head: str = _HEAD) -> str:
    """Return a manifest with this schema, as it stands in YAML below `schema:`."""
    return f"{head}schema:{schema}\n{tail}{lifecycle}"


def keyed(value: str, *, lifecycle: str = _SENSITIVE, more: str = "") -> str:
    """Return a manifest whose sensitive field has this value."""
    return manifest(f"\n  userId: u\n  apiKey: {value}{more}", lifecycle=lifecycle)


def declared(lifecycle: str) -> str:
    """Return a manifest with a mistake on the line of the secret, which this lifecycle means to make sensitive."""
    return manifest(f" {{userId: u, apiKey: {SECRET}, userId: v}}", lifecycle=lifecycle)


INVALID: dict[str, str] = {
    "duplicate key": keyed(SECRET, more=f"\n  apiKey: {SECRET}-too"),
    "duplicate key in flow": manifest(f" {{userId: u, apiKey: {SECRET}, userId: v}}"),
    "duplicate key after a block scalar": keyed(f"|\n    one {SECRET}\n    two {SECRET}\n  apiKey: x"),
    "duplicate secret key": keyed(f"{{{SECRET}: 1, {SECRET}: 2}}"),
    "secret key that is a number": keyed(f"{{{NUMBER}: x}}"),
    "unset variable": keyed(f'"{SECRET}-${{NOT_SET}}"'),
    "malformed variable": keyed(f'"{SECRET}${{"'),
    "default of a malformed variable": keyed(f"${{KEY:{SECRET}}}"),
    "no anchor": keyed(f"*{SECRET}"),
    "no anchor in a list": keyed(f"[a, *{SECRET}]"),
    "tag": keyed(f"!{SECRET} x"),
    "tag that does not fit": keyed(f"!!int {SECRET}"),
    "verbatim tag": keyed(f"!<{SECRET}> x"),
    "key that is a mapping": keyed(f"{{? {{a: {SECRET}}} : b}}"),
    "long number": keyed(NUMBER * 200),
    "big number": keyed(NUMBER * 4),
    "half a character": keyed(f'"{SECRET}\\uD800"'),
    "NUL": keyed(f'"{SECRET}\\0"'),
    "NUL over two lines": keyed(f'"first\n    {SECRET}\\0"'),
    "not a number for JSON": keyed(f"[{SECRET}, .nan]"),
    "comment": keyed(f".nan  # was {SECRET}"),
    "schema is a list": manifest(f" [{{apiKey: {SECRET}}}]"),
    "schema is the secret": manifest(f" {SECRET}"),
    "schema is a number": manifest(f" {NUMBER}.5"),
    "indented too little": manifest(f"\n  userId: u\napiKey: {SECRET}"),
    "schema misspelled": manifest(f" {{userId: u, apiKey: {SECRET}}}").replace("schema:", "shcema:", 1),
    "sensitive misspelled": declared("lifecycle: {sensitve: [schema.apiKey]}\n"),
    "sensitive is no list": declared("lifecycle: {sensitive: schema.apiKey}\n"),
    "sensitive path without schema": declared("lifecycle: {sensitive: [apiKey]}\n"),
    "sensitive path malformed": declared("lifecycle: {sensitive: [schema.apiKey.]}\n"),
    "sensitive over an alias": declared("lifecycle: {sensitive: &s [schema.apiKey], ignore_changes: *s}\n"),
    "lifecycle misspelled": declared("lifecylce: {sensitive: [schema.apiKey]}\n"),
    "sensitive without lifecycle": declared("sensitive: [schema.apiKey]\n"),
    "tag missing": declared(_SENSITIVE).replace("tag: cart\n", ""),
    "anchor elsewhere": manifest(f"\n  userId: &u {{k: {SECRET}, k: v}}\n  apiKey: *u"),
    "merged": manifest(f"\n  userId: u\n  base: &b {{apiKey: {SECRET}, apiKey: v}}\n  <<: *b"),
    "merged from a list": manifest(f"\n  userId: u\n  base: &b {{apiKey: {SECRET}, apiKey: v}}\n  <<: [*b]"),
    "selector near a secret key": manifest(
        f"\n  apiKey: {{{SECRET}: 1}}", tail=_TAIL.replace("{userId}", f"{{apiKey}}{{{SECRET}x}}")
    ).replace(f"{{{SECRET}x}}", "{x}"),
    "description is a number": manifest(
        " {userId: u}", lifecycle=f"description: {NUMBER}.5\nlifecycle: {{sensitive: [description]}}\n"
    ),
    "description with a NUL": manifest(
        " {userId: u}", lifecycle=f'description: "{SECRET}\\0"\nlifecycle: {{sensitive: [description]}}\n'
    ),
    "quote left open": keyed(f'"{SECRET}'),
    "two values": keyed(f"{SECRET}: x"),
    "tab": keyed("x", more=f"\n\tapiKey: {SECRET}"),
    "flow left open": manifest(f" {{userId: u, apiKey: {SECRET}"),
    "block scalar left too early": keyed(f"|\n    {SECRET}\n   {SECRET}\n"),
    "key in a block scalar of a broken file": keyed(f"|\n    Proc-{SECRET}: {SECRET}\n", more="\n  x: ]"),
    "control character": keyed(f"{SECRET}\x01"),
    "reserved character": keyed(f"@{SECRET}"),
    "percent": keyed(f"%{SECRET} %{SECRET}"),
    "undefined tag handle": keyed(f"!{SECRET}!x y"),
    "broken second document": keyed(SECRET) + "---\nname: [\n",
    "broken and misspelled": declared("lifecycle: {sensitiv: [schema.apiKey]\n"),
    "too deep": keyed("[" * 70 + SECRET + "]" * 70),
    "secret of an invalid type beside it": keyed(SECRET).replace("expiry: 7", "expiry: 7.5"),
}

# File by file; the overlays are those of the target `local`.
LAYERED: dict[str, dict[str, str]] = {
    "overlay of a sensitive field": {
        "sessions/cart.yaml": keyed("x"),
        "overlays/cart.yaml": f"tag: cart\nschema: {{apiKey: {SECRET}, a: 1, a: 2}}\n",
    },
    "overlay that makes sensitive": {
        "sessions/cart.yaml": declared(""),
        "overlays/cart.yaml": "tag: cart\nlifecycle: {sensitive: [schema.apiKey]}\n",
    },
    "overlay that is no YAML": {
        "sessions/cart.yaml": keyed("x"),
        "overlays/cart.yaml": f"tag: cart\nschema:\n  apiKey: {SECRET}: x\n",
    },
    "manifest that is no YAML": {
        "sessions/cart.yaml": keyed("x") + "]",
        "overlays/cart.yaml": f"tag: cart\nschema: {{apiKey: {SECRET}, a: 1, a: 2}}\n",
    },
    "overlay of nobody": {
        "sessions/cart.yaml": keyed("x"),
        "overlays/cart.yaml": f"tag: crat\nschema: {{apiKey: {SECRET}, a: 1, a: 2}}\n",
    },
    "overlay without a tag": {
        "sessions/cart.yaml": keyed("x"),
        "overlays/cart.yaml": f"schema: {{apiKey: {SECRET}, a: 1, a: 2}}\n",
    },
    "overlay with a tag from the environment": {
        "sessions/cart.yaml": keyed("x"),
        "overlays/cart.yaml": f"tag: ${{TAG:-cart}}\nschema: {{apiKey: {SECRET}, a: 1, a: 2}}\n",
    },
}
