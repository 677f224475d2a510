"""The page of the Python packages: the four stages, and what each package exports."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from types import ModuleType

from docs.generate.markdown import code, docstring, fence, first_sentence, page, table

_INTRODUCTION = """\
Each stage of a run is a public function, callable alone: load, plan, render, apply. What a package's `__all__` names is
public; other modules may change. `reconciler.client` is for applications: [its page](../client.md)."""

_EXAMPLE = """\
from pathlib import Path

from reconciler.apply import Execution, execute
from reconciler.manifests import ManifestPath, load_manifests
from reconciler.plan import PlanOptions, make_plan
from reconciler.registry import open_registry

here = Path.cwd()
loaded = load_manifests([ManifestPath(here / "sessions", "sessions")], root=here, environment={})
with open_registry("sqlite:///.reconciler/registry.db", product="default", root=here, actor="ada") as registry:
    plan = make_plan(loaded.desired, registry.fetch(), PlanOptions("default"))
    for outcome in execute(plan, registry, Execution("default")):
        print(outcome.change.tag, outcome.status.value)"""

_PACKAGES = (
    "client",
    "manifests",
    "plan",
    "render",
    "apply",
    "registry",
    "project",
    "port",
    "session_type",
    "diagnostics",
)


def python_page() -> str:
    """Return the page."""
    modules = [importlib.import_module(f"reconciler.{name}") for name in _PACKAGES]
    marked = "<!-- python -->\n" + fence("python", _EXAMPLE)
    return page("Python", _INTRODUCTION, marked, *(part for module in modules for part in _package(module)))


def _package(module: ModuleType) -> Iterator[str]:
    yield f"## {module.__name__}"
    yield docstring(module)
    rows = ((code(_spelled(name, thing)), _said(thing)) for name, thing in _exported(module))
    yield table(("name", "is"), rows)


def _exported(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield classes and functions: the names in `__all__`, or those that a single module defines."""
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    for name in sorted(names, key=str.casefold):
        thing = getattr(module, name)
        is_own = hasattr(module, "__all__") or getattr(thing, "__module__", "") == module.__name__
        if is_own and (inspect.isclass(thing) or inspect.isfunction(thing)):
            yield name, thing


def _spelled(name: str, thing: object) -> str:
    """Return a function with its arguments as the source has them, a class by its name."""
    if not inspect.isfunction(thing):
        return name
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
    if not isinstance(node, ast.FunctionDef):
        return name
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{name}({ast.unparse(node.args)}){returns}"


def _said(thing: object) -> str:
    return first_sentence(docstring(thing)) or "A part of the [plan document](plan-document.md)."
