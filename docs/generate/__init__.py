"""The reference, made from the code: what a page here says can't differ from what the program does."""

from __future__ import annotations

from docs.generate.cli_page import cli_page
from docs.generate.http_page import http_page
from docs.generate.manifest_page import manifest_page, manifest_schema
from docs.generate.plan_page import plan_page
from docs.generate.python_page import python_page


def pages() -> dict[str, str]:
    """Return the content of every file in `docs/reference`, by name."""
    return {
        "cli.md": cli_page(),
        "http-api.md": http_page(),
        "manifest.md": manifest_page(),
        "manifest.schema.json": manifest_schema(),
        "plan-document.md": plan_page(),
        "python.md": python_page(),
    }
