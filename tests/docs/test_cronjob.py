"""The CronJob for drift: its parts name each other rightly, it may do little, and its command line runs as written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from reconciler.access import Role
from reconciler.cli.exit_codes import ExitCode
from tests.server.running import Running, running, spec

ROOT = Path(__file__).parents[2]
PARTS: dict[str, dict[str, Any]] = {
    part["kind"]: part
    for part in YAML(typ="safe").load_all((ROOT / "docs/deploy/drift-cronjob.yaml").read_text(encoding="utf-8"))
}
JOB = PARTS["CronJob"]["spec"]["jobTemplate"]["spec"]
POD = JOB["template"]["spec"]
(CONTAINER,) = POD["containers"]
SESSION_TYPES = "/v1/products/storefront/session-types"


class Cluster:
    """Runs the container's command line with nothing but what the pod gives it."""

    def __init__(self, root: Path, server: Running) -> None:
        self.server = server
        self.project, self.textfile = root / "project", root / "textfile"
        for folder in (self.project, self.textfile):
            folder.mkdir()
        for name, text in PARTS["ConfigMap"]["data"].items():
            mounted = text.replace("https://registry.example.com", server.url)
            (self.project / name).write_text(mounted, encoding="utf-8")

    def run(self, token: str) -> int:
        (mount,) = (each["mountPath"] for each in CONTAINER["volumeMounts"] if each["name"] == "textfile")
        line = [argument.replace(f"={mount}/", f"={self.textfile}/") for argument in CONTAINER["args"]]
        (variable,) = CONTAINER["env"]
        done = subprocess.run(
            [sys.executable, "-m", *CONTAINER["command"], *line],
            cwd=self.project,
            env={variable["name"]: token, "PYTHONPATH": str(ROOT), "GIT_CEILING_DIRECTORIES": str(self.project.parent)},
            check=False,
            timeout=120,
        )
        assert [file.name for file in self.textfile.iterdir()] == ["reconciler.prom"]
        assert [file.name for file in self.project.iterdir()] == ["reconciler.yaml"]
        return done.returncode

    def metric(self, name: str) -> float | None:
        text = (self.textfile / "reconciler.prom").read_text(encoding="utf-8")
        samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
        assert {(each.labels["target"], each.labels["product"]) for each in samples} == {("production", "storefront")}
        return next((each.value for each in samples if each.name == f"reconciler_{name}"), None)


@pytest.fixture
def cluster(tmp_path: Path) -> Any:
    with running("sqlite:///registry.db", tmp_path) as server:
        yield Cluster(tmp_path, server)


def test_its_command_line_tells_drift_and_its_absence(cluster: Cluster) -> None:
    token = cluster.server.token(Role.READ)
    with cluster.server.client(cluster.server.token()) as client:
        owner = {"Reconciler-Project": "storefront", "Reconciler-File": "sessions/user.yaml"}
        assert client.post(SESSION_TYPES, json=spec(), headers=owner).status_code == 201
        assert cluster.run(token) == ExitCode.OK
        assert (cluster.metric("drift_records"), cluster.metric("errored")) == (0, 0)
        etag = client.get(f"{SESSION_TYPES}/user").headers["ETag"]
        edited = client.patch(f"{SESSION_TYPES}/user", json={"expiry": 30}, headers={"If-Match": etag})
        assert edited.status_code == 200
    assert cluster.run(token) == ExitCode.CHANGES
    assert cluster.metric("drift_records") == 1


def test_a_run_that_fails_shows_in_the_metrics(cluster: Cluster) -> None:
    assert cluster.run("rct_wrong") == ExitCode.UNREACHABLE
    assert (cluster.metric("drift_records"), cluster.metric("errored")) == (None, 1)


def test_what_it_names_is_there() -> None:
    assert {part["metadata"].get("namespace", "reconciler") for part in PARTS.values()} == {"reconciler"}
    assert PARTS["Namespace"]["metadata"]["name"] == "reconciler"
    volumes = {volume["name"]: volume for volume in POD["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == set(volumes)
    assert volumes["project"]["configMap"]["name"] == PARTS["ConfigMap"]["metadata"]["name"]
    secret = CONTAINER["env"][0]["valueFrom"]["secretKeyRef"]
    assert secret["name"] == PARTS["Secret"]["metadata"]["name"]
    assert secret["key"] in PARTS["Secret"]["stringData"]
    assert CONTAINER["workingDir"] in {mount["mountPath"] for mount in CONTAINER["volumeMounts"]}


def test_it_may_do_no_more_than_it_must() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["automountServiceAccountToken"] is False
    own = CONTAINER["securityContext"]
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert set(CONTAINER["resources"]) == {"requests", "limits"}
    writable = [mount["name"] for mount in CONTAINER["volumeMounts"] if not mount.get("readOnly")]
    assert writable == ["textfile"]


def test_only_what_may_mend_itself_is_tried_again() -> None:
    assert POD["restartPolicy"] == "Never", "or a pod failure policy is refused"
    (rule,) = JOB["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["containerName"] == CONTAINER["name"]
    assert set(rule["onExitCodes"]["values"]) == {ExitCode.CHANGES, ExitCode.INVALID, ExitCode.USAGE}
    assert PARTS["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"
