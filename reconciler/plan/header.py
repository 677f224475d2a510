"""The head of a document: which run made it, of what, for where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reconciler.plan.document import FORMAT_VERSION, TERRAFORM_VERSION, DiagnosticEntry, PlanDocument
from reconciler.values import rfc3339


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says of the run that made it. `registry` holds no credentials.

    `against` is how the commit was named where the manifests are its, and not those of the work tree.
    """

    reconciler_version: str
    timestamp: datetime
    product: str = "default"
    project: str = "default"
    registry: str = ""
    target: str | None = None
    manifests: int = 0
    manifest_paths: tuple[str, ...] = ()
    manifest_digest: str = ""
    git_commit: str | None = None
    git_dirty: bool = False
    against: str | None = None

    @property
    def recorded_commit(self) -> str | None:
        """The commit as the registry records it: marked where the manifests may differ from it."""
        return f"{self.git_commit}-dirty" if self.git_commit and self.git_dirty else self.git_commit


def header_of(document: PlanDocument) -> Header:
    """Return the head that a document was made with."""
    target, source = document["target"], document["source"]
    return Header(
        reconciler_version=document["reconciler_version"],
        timestamp=datetime.fromisoformat(document["timestamp"]),
        product=target["product"],
        project=target["project"],
        registry=target["registry"],
        target=target["name"],
        manifests=source["manifests"],
        manifest_paths=tuple(source["manifest_paths"]),
        manifest_digest=source["manifest_digest"],
        git_commit=source["git_commit"],
        git_dirty=source["git_dirty"],
        against=source.get("against"),
    )


def error_document(header: Header, diagnostics: Iterable[DiagnosticEntry]) -> PlanDocument:
    """Make the document of a run that came to no plan."""
    return {**empty_document(header), "errored": True, "diagnostics": list(diagnostics)}


def empty_document(header: Header) -> PlanDocument:
    """Return the document of a run that has nothing to say yet."""
    return {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "reconciler_version": header.reconciler_version,
        "timestamp": rfc3339(header.timestamp),
        "errored": False,
        "applyable": False,
        "complete": False,
        "target": {
            "name": header.target,
            "product": header.product,
            "project": header.project,
            "registry": header.registry,
            "revision": None,
            "mark": "",
            "exists": True,
        },
        "source": {
            "git_commit": header.git_commit,
            "git_dirty": header.git_dirty,
            "against": header.against,
            "manifest_digest": header.manifest_digest,
            "manifest_paths": list(header.manifest_paths),
            "manifests": header.manifests,
            "only": [],
            "skip": [],
        },
        "planned_values": {"root_module": {}},
        "configuration": {"root_module": {}},
        "resource_changes": [],
        "resource_drift": [],
        "unmanaged": [],
        "foreign": [],
        "out_of_scope": [],
        "summary": {"create": 0, "update": 0, "delete": 0, "no_op": 0, "withheld": 0},
        "refusals": [],
        "keeps_applied": True,
        "renames": [],
    }
