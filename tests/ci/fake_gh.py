"""A stand-in for `gh api`: comments and issues of one repository, kept in the JSON file that FAKE_GITHUB names.

It pages, refuses and ends as the real one does: the answer on stdout, `gh: … (HTTP 404)` on stderr with exit code 1,
and 4 without a token.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

STORE = Path(os.environ["FAKE_GITHUB"])
LONGEST = 65_536


class Problem(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def made(state: dict[str, Any], kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    if len(fields.get("body", "")) > LONGEST:
        raise Problem(422, "Validation Failed")
    state["last_id"] += 1
    number = state["last_id"]
    entry = {"id": number, "user": state["me"], "html_url": f"https://github.com/o/r/{kind}/{number}", **fields}
    state[kind].append(entry)
    return entry


def found(entries: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    for each in entries:
        if str(each[key]) == value:
            return each
    raise Problem(404, "Not Found")


def answer(state: dict[str, Any], method: str, url: str, body: dict[str, Any]) -> Any:
    path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
    if path == "user":
        if state["me"]["type"] == "Bot":
            raise Problem(403, "Resource not accessible by integration")
        return state["me"]
    if method != "GET" and not state["may_write"]:
        raise Problem(403, "Resource not accessible by integration")
    routes = {
        r"repos/o/r/issues/(\d+)/comments": comments,
        r"repos/o/r/issues/comments/(\d+)": one_comment,
        r"repos/o/r/issues": issues,
        r"repos/o/r/issues/(\d+)": one_issue,
    }
    for pattern, route in routes.items():
        if match := re.fullmatch(pattern, path):
            listed = route(state, method, match.groups(), {"query": query, "body": body})
            return paged(listed, query) if isinstance(listed, list) else listed
    raise Problem(404, "Not Found")


def paged(listed: list[Any], query: dict[str, list[str]]) -> list[Any]:
    size, page = min(int(query.get("per_page", ["30"])[0]), 100), int(query.get("page", ["1"])[0])
    return listed[(page - 1) * size : page * size]


def comments(state: dict[str, Any], method: str, at: tuple[str, ...], given: dict[str, Any]) -> Any:
    if method == "POST":
        return made(state, "comments", {"issue": int(at[0]), **given["body"]})
    return [each for each in state["comments"] if each["issue"] == int(at[0])]


def one_comment(state: dict[str, Any], method: str, at: tuple[str, ...], given: dict[str, Any]) -> Any:
    assert method == "PATCH"
    entry = found(state["comments"], "id", at[0])
    entry |= {**given["body"], "edits": entry.get("edits", 0) + 1}
    return entry


def issues(state: dict[str, Any], method: str, _at: tuple[str, ...], given: dict[str, Any]) -> Any:
    if method == "POST":
        entry = made(state, "issues", {"state": "open", **given["body"]})
        entry["number"] = entry["id"]
        return entry
    wanted = given["query"].get("state", ["open"])[0]
    return [each for each in state["issues"] if wanted in {"all", each["state"]}]


def one_issue(state: dict[str, Any], method: str, at: tuple[str, ...], given: dict[str, Any]) -> Any:
    assert method == "PATCH"
    entry = found(state["issues"], "number", at[0])
    entry |= {**given["body"], "edits": entry.get("edits", 0) + 1}
    return entry


def main() -> int:
    api, flag, method, url, *rest = sys.argv[1:]
    assert (api, flag) == ("api", "--method"), sys.argv
    assert rest in ([], ["--input", "-"]), rest
    if not os.environ.get("GH_TOKEN"):
        sys.stderr.write("To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.\n")
        return 4
    state = json.loads(STORE.read_text(encoding="utf-8"))
    state["calls"].append(f"{method} {url}")
    try:
        result = answer(state, method, url, json.loads(sys.stdin.read()) if rest else {})
        code = 0
    except Problem as problem:
        result, code = {"message": problem.message, "status": str(problem.status)}, 1
        sys.stderr.write(f"gh: {problem.message} (HTTP {problem.status})\n")
    STORE.write_text(json.dumps(state, indent=2), encoding="utf-8")
    sys.stdout.write(json.dumps(result))
    return code


if __name__ == "__main__":
    sys.exit(main())
