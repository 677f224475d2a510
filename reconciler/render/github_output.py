"""What GitHub's `$GITHUB_OUTPUT` gets: a run's figures, for the `if:` of later steps and jobs."""

from __future__ import annotations

from reconciler.plan import PlanDocument, Risk
from reconciler.render import view as tell
from reconciler.render.entries import is_conflict, is_withheld
from reconciler.render.reading import View

_DELIMITER = "END_OF_VALUE"


def render_github_output(
    document: PlanDocument, view: View = View(), *, exit_code: int = 0, plan_file: str = ""
) -> str:
    """Return an output a line. Those that hold text are in the form that may have several lines."""
    figures = _figures(document, view) | {"exit_code": str(exit_code)}
    texts = {"summary": tell.sentences(document, view)[0], "target": tell.name_of(document), "plan_file": plan_file}
    return "\n".join([*(f"{name}={value}" for name, value in figures.items()), *map(_block, texts, texts.values())])


def _figures(document: PlanDocument, view: View) -> dict[str, str]:
    summary, ended = document["summary"], tell.outcomes(document)
    calls = [entry for entry in tell.changes(document, View()) if not is_withheld(entry)]
    risks = {entry["risk"] for entry in calls}
    drifted = len(document["resource_drift"]) + len(tell.strays(document, view))
    return {
        "errored": _flag(document["errored"]),
        "has_changes": _flag(bool(calls)),
        "has_drift": _flag(bool(drifted)),
        **{name: str(summary[name]) for name in ("create", "update", "delete", "withheld")},
        "breaking": str(sum(entry["risk"] == "breaking" for entry in calls)),
        "conflicts": str(sum(map(is_conflict, calls))),
        "drifted": str(drifted),
        "refused": str(len(document["refusals"])),
        "risk": next((risk.value for risk in Risk if risk.value in risks), Risk.NONE.value),
        "applied": str(sum(each["status"] == "done" for each in ended)),
        "failed": str(sum(each["status"] != "done" for each in ended)),
    }


def _flag(value: bool) -> str:  # noqa: FBT001 - a value, no mode
    return "true" if value else "false"


def _block(name: str, value: str) -> str:
    """Return an output that may have several lines, with an end that does not occur in it."""
    delimiter = _DELIMITER
    while delimiter in value:
        delimiter += "_"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}"
