"""Keeps one comment on a pull request, or one issue about drift, up to date.

Both are found again by a hidden first line. Only one of our own hand counts: anybody may write such a line. What can't
be written is a warning, since the run's own result matters more.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import gh

LONGEST = 65_000  # characters; GitHub refuses from 65,537 on
DRIFT = 2
_NAME = re.compile(r"[^\w.]+", re.ASCII)
_MARKER = re.compile(r"<!-- reconciler:[^\n]*\n")


def marker() -> str:
    """Return the line by which the comment or issue of this command, target and folder is known."""
    command, target, folder = (
        os.environ.get(f"INPUT_{name}", "").strip() for name in ("COMMAND", "TARGET", "WORKING_DIRECTORY")
    )
    parts = [command, target or "default", *([folder] if os.path.normpath(folder or ".") != "." else [])]
    return f"<!-- reconciler:{':'.join(_NAME.sub('-', part) for part in parts)} -->"


def body(event: dict[str, Any]) -> str:
    """Return the report with our marker, and a link to the run."""
    file = Path(os.environ["REPORT"])
    report = file.read_text(encoding="utf-8") if file.is_file() else ""
    if not report:
        command, code = os.environ["INPUT_COMMAND"], os.environ["EXIT_CODE"]
        report = f"### reconciler {command}\n\n**There is no report: exit code {code}.** The log of the run says why.\n"
    report = _MARKER.sub("", report, count=1) if report.startswith("<!-- reconciler:") else report
    if len(report) > LONGEST:
        end = max(report.rfind("\n\n<details>", 0, LONGEST), 0) or report.rfind("\n", 0, LONGEST)
        report = f"{report[:end]}\n\n_The rest is too long for here; the summary of the run has it._\n"
    commit = event.get("pull_request", {}).get("head", {}).get("sha") or os.environ.get("GITHUB_SHA", "")
    ended = f", exit code {os.environ['EXIT_CODE']}" if os.environ["EXIT_CODE"] != "0" else ""
    return f"{marker()}\n{report.rstrip()}\n\n<sub>[Run]({run_url()}) for {commit[:12]}{ended}</sub>\n"


def run_url() -> str:
    """Return the address of this run."""
    return "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(os.environ)


def find(path: str) -> dict[str, Any] | None:
    """Return the comment or issue of a list that is ours. Raises Refused."""
    try:
        login = gh.call("GET", "user")["login"]
    except gh.Refused:
        login = None  # the token of a workflow or an app is no user; then we are a bot
    for each in gh.pages(path):
        own = each["user"]["login"] == login if login else each["user"]["type"] == "Bot"
        if own and "pull_request" not in each and (each.get("body") or "").split("\n")[0].rstrip() == marker():
            return each
    return None


def comment(event: dict[str, Any]) -> str:
    """Write or update the comment. Raises Refused."""
    number = event.get("pull_request", {}).get("number")
    if number is None:
        return "No pull request, so no comment."
    repository = f"repos/{os.environ['GITHUB_REPOSITORY']}"
    found = find(f"{repository}/issues/{number}/comments")
    if found:
        gh.call("PATCH", f"{repository}/issues/comments/{found['id']}", {"body": body(event)})
        return f"Updated {found['html_url']}"
    return f"Wrote {gh.call('POST', f'{repository}/issues/{number}/comments', {'body': body(event)})['html_url']}"


def issue(event: dict[str, Any]) -> str:
    """Open, update or close the issue. A run that failed tells nothing about drift. Raises Refused."""
    code, issues = int(os.environ["EXIT_CODE"]), f"repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    if code not in {0, DRIFT}:
        return f"Exit code {code} says nothing about drift, so the issue stays as it is."
    found = find(f"{issues}?state=open")
    if code == 0 and not found:
        return "No drift, and no issue about it."
    if not found:
        title = f"Drift: session types of {os.environ.get('INPUT_TARGET') or 'the default target'}"
        return f"Opened {gh.call('POST', issues, {'title': title, 'body': body(event)})['html_url']}"
    one = f"{issues}/{found['number']}"
    if code == DRIFT:
        gh.call("PATCH", one, {"body": body(event)})
        return f"Updated {found['html_url']}"
    gh.call("POST", f"{one}/comments", {"body": f"There is no drift any more, says [this run]({run_url()})."})
    gh.call("PATCH", one, {"state": "closed", "state_reason": "completed"})
    return f"Closed {found['html_url']}"


def main() -> None:
    """Do what the argument names, and say what was done."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    tell = {"comment": comment, "issue": issue}[sys.argv[1]]
    try:
        said = tell(event)
    except gh.Refused as refused:
        why = str(refused).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        said = (
            f"::warning title=The {sys.argv[1]} was not written::{why}. Does the job grant the permission to write it?"
        )
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
