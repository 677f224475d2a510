"""Shell completion: click's machinery, told what this command line knows. Loaded only while a shell asks.

A question that can't be answered gets no answer: an error message would land in the middle of somebody's prompt.
"""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from reconciler.cli.inputs import Run
from reconciler.cli.options import Globals
from reconciler.errors import ReconcilerError
from reconciler.manifests import ManifestPath
from reconciler.project import without_credentials

VARIABLE = "_RECONCILER_COMPLETE"
_PROGRAM = "reconciler"
# Behind `markdown=` comes the name of a file.
_NO_SPACE = '    [[ "${COMPREPLY[*]}" == *= ]] && compopt -o nospace\n    return 0\n'


class _Bash(BashComplete):
    """Bash, which breaks a word at `=`: `--format=json` comes as three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one."""
        arguments, incomplete = super().get_completion_args()
        if incomplete == "=":
            incomplete = ""
        return [each for each in arguments if each != "="], incomplete


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": ZshComplete, "fish": FishComplete}


def script(shell: str) -> str:
    """Return the script that teaches a shell to complete this command line."""
    completion = _SHELLS[shell](click.Group(), {}, _PROGRAM, VARIABLE)
    text = completion.source_template % completion.source_vars()
    return text.replace("    return 0\n", _NO_SPACE) if shell == "bash" else text


def answer(command: click.Command, instruction: str) -> str:
    """Return what the shell asks for: `bash_complete`, with the words in its own variables."""
    shell, _, wanted = instruction.partition("_")
    if shell not in _SHELLS or wanted != "complete":
        return ""
    try:
        return _SHELLS[shell](command, {}, _PROGRAM, VARIABLE).complete()
    except (click.ClickException, ReconcilerError, KeyError, ValueError, OSError):
        return ""


def targets(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return the targets of the project file."""
    project = _run(context, any_target=True).project
    return [
        CompletionItem(name, help=without_credentials(target.registry))
        for name, target in project.targets.items()
        if name.startswith(incomplete)
    ]


def tags(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return the tags of the project's manifests. No registry is asked: it may be far away."""
    run = _run(context, any_target=False)
    paths = run.manifest_paths(()) or [ManifestPath(run.project.root / "sessions", "sessions")]
    loaded = run.load_for(run.target, [path for path in paths if path.path.exists()])
    return [
        CompletionItem(each.session_type.tag, help=each.session_type.name)
        for each in loaded.desired
        if each.session_type.tag.startswith(incomplete)
    ]


def _run(context: click.Context, *, any_target: bool) -> Run:
    """Gather what the words so far say."""
    around = (context, *((context.parent,) if context.parent else ()))
    named = next((name for each in around if (name := each.params.get("target"))), None)
    return Run.of(Globals(target=None if any_target else named), any_target=any_target)
