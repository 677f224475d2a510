"""`${NAME}` and `${NAME:-default}` inside a scalar. `$${` stands for a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.diagnostics import Code

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<otherwise>:-(?P<default>[^}]*))?\}|\$\{")


class VariableProblem(ValueError):
    """A reference that can't be replaced."""

    def __init__(self, code: Code, detail: str, hint: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.hint = hint


def is_one_reference(text: str) -> bool:
    """Tell whether the text is exactly one reference, so that its value takes the place of the whole scalar."""
    whole = _REFERENCE.fullmatch(text)
    return whole is not None and whole["name"] is not None


def substitute(text: str, environment: Mapping[str, str]) -> str:
    """Return the text with every reference replaced. As in a shell, `:-` also covers a variable that is empty.

    Raises VariableProblem.
    """
    return _REFERENCE.sub(lambda reference: _replacement(reference, environment), text)


def _replacement(reference: re.Match[str], environment: Mapping[str, str]) -> str:
    name = reference["name"]
    if name is None:
        if reference[0] == "$${":
            return "${"
        raise VariableProblem(
            Code.VARIABLE_MALFORMED,
            "A reference reads `${NAME}` or `${NAME:-default}`.",
            "For the characters themselves write `$${`.",
        )
    if reference["otherwise"] and not environment.get(name):
        return reference["default"]
    if name not in environment:
        raise VariableProblem(
            Code.VARIABLE_UNSET, f"`{name}` is not set.", f"Set it, or give a default: `${{{name}:-…}}`."
        )
    return environment[name]
