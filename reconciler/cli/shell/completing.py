"""Shell completion: click's machinery, told what this command line knows. Loaded only while a shell asks.

A question that can't be answered gets no answer: an error message would land in the middle of somebody's prompt.
"""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from reconciler.errors import ReconcilerError

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
