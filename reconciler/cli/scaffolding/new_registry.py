"""The registry that a new project names: fit for a file in git, and asked what it holds."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.nodes import VariableProblem, substitute
from reconciler.port import RegistryError
from reconciler.project import registry_token
from reconciler.registry import UnsupportedRegistry, open_reader

# What holds a secret: a password before the `@`, or a parameter that is named for one.
_PASSWORD = re.compile(r"://[^/?#:@]*:[^/?#@]+@|[?&]\w*(?:password|token|secret)=[^&#]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Live:
    """The tags that are live, or why they are not known."""

    tags: tuple[str, ...] = ()
    unknown: str = ""


def checked_registry(given: str) -> str:
    """Return the URL with its variables replaced. Raises ReconcilerError for a URL that no project file may hold."""
    secret = _PASSWORD.search(given)
    if secret and "${" not in secret[0]:
        raise ReconcilerError(
            "The registry's URL holds a password, and reconciler.yaml is a file for git",
            hint="Write a variable in its place: --registry 'postgresql://user:${REGISTRY_PASSWORD}@host/database'.",
        )
    try:
        return substitute(given, os.environ)
    except VariableProblem as problem:
        raise ReconcilerError(f"--registry: {problem.detail.rstrip('.')}", hint=problem.hint) from problem


def live_tags(registry: str, root: Path, *, product: str, target: str) -> Live:
    """Ask the registry. One that gives no answer now may give one later, so that is no error."""
    try:
        with open_reader(registry, product=product, root=root, token=registry_token(target, os.environ)) as reader:
            return Live(tuple(record.tag for record in reader.fetch().records if record.spec))
    except UnsupportedRegistry:
        raise
    except RegistryError as error:
        return Live(unknown=error.message)
