"""The files by which a step of a GitHub workflow says more than its log does; the environment names them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.plan import PlanDocument
from reconciler.render import View


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: its exit code, and the saved plan that it wrote or carried out, if there is one."""

    code: int
    plan_file: str = ""


def tell_github(document: PlanDocument, view: View, ending: Ending) -> list[str]:
    """Append to `$GITHUB_OUTPUT` and `$GITHUB_STEP_SUMMARY`, and return why a file could not be written."""
    from reconciler.render import render_github_output, render_github_summary  # noqa: PLC0415 - only on GitHub

    plan_file = "" if "diagnostics" in document else ending.plan_file

    def output(_taken: int) -> str:
        return render_github_output(document, view, exit_code=ending.code, plan_file=plan_file)

    def summary(taken: int) -> str:
        return render_github_summary(document, view, taken=taken)

    files = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary}
    return [failure for name, text_after in files.items() for failure in _append(name, text_after)]


def _append(name: str, text_after: Callable[[int], str]) -> Iterator[str]:
    """Append to the file that the variable names; what is written depends on how much stands there."""
    if not os.environ.get(name):
        return
    file = Path(os.environ[name])
    try:
        taken = file.stat().st_size if file.exists() else 0
        if text := text_after(taken):
            with file.open("a", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                stream.write(text + "\n")
    except OSError as error:
        yield f"${name} can't be written to {file}: {error.strerror}"
