"""The formats by name: each turns a plan document into one text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from reconciler.plan import PlanDocument
from reconciler.render import view as tell
from reconciler.render.json_text import render_plan_json
from reconciler.render.plan_text import render_plan
from reconciler.render.reading import View
from reconciler.render.values import safe

Renderer = Callable[[PlanDocument, View], str]


def _text(document: PlanDocument, view: View) -> str:
    if tell.diagnostics(document):
        return "\n".join([*_errors(document), *tell.sentences(document, view)])
    if view.drift:
        from reconciler.render.drift_text import render_drift  # noqa: PLC0415 - few runs need it

        return render_drift(document, strict=view.strict)
    return "\n".join([render_plan(document), *_outcomes(document)])


def _outcomes(document: PlanDocument) -> Iterator[str]:
    if "outcomes" in document:
        yield from ("", *tell.applied(document))
    for ended in tell.outcomes(document):
        yield f"  {safe(ended['name'])}: {ended['status']}{': ' + safe(ended['error']) if ended['error'] else ''}"


def _errors(document: PlanDocument) -> Iterator[str]:
    for found in tell.diagnostics(document):
        yield " ".join(filter(None, (f"{found['severity'].capitalize()}:", tell.where(found["location"]))))
        yield f"  {tell.said(found)}"


def _late(module: str, function: str) -> Renderer:
    """Return a renderer that is imported when it is called: a run needs one of them, or none."""

    def render(document: PlanDocument, view: View) -> str:
        found = getattr(import_module(f"reconciler.render.{module}"), function)
        return str(found(document, view))

    return render


_RENDERERS: dict[str, Renderer] = {
    "text": _text,
    "json": lambda document, _view: render_plan_json(document),
    "markdown": _late("markdown", "render_markdown"),
    "html": _late("html_page", "render_html"),
    "gitlab": _late("gitlab", "render_gitlab"),
    "github": _late("github", "render_github"),
    "junit": _late("junit", "render_junit"),
    "metrics": _late("metrics", "render_metrics"),
}


def render_as(name: str, document: PlanDocument, view: View = View()) -> str:
    """Return a document in the format of that name."""
    return _RENDERERS[name](document, view)
