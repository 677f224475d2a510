"""Prometheus' text format, for the textfile collector: what a run found, when it ran and whether it failed.

A run that failed knows no figures. It then tells none, since a nought would look like an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.plan import PlanDocument
from reconciler.render import view as tell
from reconciler.render.entries import is_conflict, is_withheld
from reconciler.render.reading import View

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class _Gauge:
    """A metric with its samples: the labels of its own, and a value each."""

    name: str
    meaning: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def render_metrics(document: PlanDocument, view: View = View()) -> str:
    """Return every metric as a gauge; all carry `command`, `target` and `product`."""
    common = {
        "command": "apply" if "outcomes" in document else view.kind,
        "target": document["target"]["name"] or "",
        "product": document["target"]["product"],
    }
    return "\n".join(line for gauge in _gauges(document, view) for line in _lines(gauge, common))


def _gauges(document: PlanDocument, view: View) -> Iterator[_Gauge]:
    when = datetime.fromisoformat(document["timestamp"]).timestamp()
    yield _one("last_run_timestamp_seconds", "When the last run began, as Unix time.", when)
    yield _one("errored", "Whether the last run failed (1) or not (0).", int(document["errored"]))
    if tell.diagnostics(document):
        return
    summary = document["summary"]
    drifted = len(document["resource_drift"]) + len(tell.strays(document, view))
    yield _one("drift_records", "Session types that were changed behind git's back.", drifted)
    yield _Gauge(
        "pending_changes",
        "Changes that apply would make, by action.",
        tuple(({"action": action}, summary[action]) for action in ("create", "update", "delete")),
    )
    yield _one("withheld_deletes", "Deletions that only --prune carries out.", summary["withheld"])
    yield _one("unmanaged_records", "Live session types of no project.", len(document["unmanaged"]))
    yield _one("refusals", "Guards that stand in the way of apply.", len(document["refusals"]))
    warned = len(document.get("policy_warnings", ()))
    yield _one("policy_warnings", "Changes that break a policy which only warns.", warned)
    yield _one("manifests", "Manifests that the run read.", document["source"]["manifests"])
    calls = [entry for entry in tell.changes(document, View()) if not is_withheld(entry)]
    yield _one("conflicts", "Changes in which git and live moved differently.", sum(map(is_conflict, calls)))
    if "outcomes" in document:
        yield _outcomes(document)
    known = [entry["live_sessions"] for entry in calls if entry["live_sessions"] is not None]
    if known:
        yield _one("live_sessions", "Live sessions of the types that apply would change.", sum(known))


def _outcomes(document: PlanDocument) -> _Gauge:
    statuses = [each["status"] for each in tell.outcomes(document)]
    samples = tuple(({"status": status}, statuses.count(status)) for status in ("done", "failed", "not-tried"))
    return _Gauge("calls", "Calls of the last apply, by what became of them.", samples)


def _one(name: str, meaning: str, value: float) -> _Gauge:
    return _Gauge(name, meaning, (({}, value),))


def _lines(gauge: _Gauge, common: Mapping[str, str]) -> Iterator[str]:
    yield f"# HELP reconciler_{gauge.name} {gauge.meaning}"
    yield f"# TYPE reconciler_{gauge.name} gauge"
    for own, value in gauge.samples:
        labels = ",".join(f'{key}="{text.translate(_ESCAPED)}"' for key, text in {**common, **own}.items())
        yield f"reconciler_{gauge.name}{{{labels}}} {value:.15g}"
