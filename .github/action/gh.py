"""GitHub's REST API, by way of the `gh` that every runner has: it knows the proxy, the host and the token."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from itertools import count
from typing import Any

PAGE = 100


class Refused(Exception):
    """GitHub, or the way to it, said no."""


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Make one call. Raises Refused."""
    line = ["gh", "api", "--method", method, path, *(["--input", "-"] if body is not None else [])]
    given = None if body is None else json.dumps(body)
    try:
        done = subprocess.run(
            line, input=given, env=_environment(), capture_output=True, check=False, text=True, encoding="utf-8"
        )
    except FileNotFoundError:
        raise Refused("This runner has no `gh`") from None
    if done.returncode:
        raise Refused(done.stderr.strip() or f"`gh` ended with {done.returncode}")
    return json.loads(done.stdout or "null")


def pages(path: str) -> Iterator[dict[str, Any]]:
    """Yield what a list holds, from all its pages. Raises Refused."""
    joint = "&" if "?" in path else "?"
    for page in count(1):
        found = call("GET", f"{path}{joint}per_page={PAGE}&page={page}")
        yield from found
        if len(found) < PAGE:
            return


def _environment() -> dict[str, str]:
    """Return an environment in which `gh` talks to the GitHub that the workflow runs on."""
    host = os.environ.get("GITHUB_SERVER_URL", "https://github.com").partition("://")[2]
    return {**os.environ, "GH_HOST": host, "GH_ENTERPRISE_TOKEN": os.environ.get("GH_TOKEN", "")}
