"""A registry's token: where it comes from, and how it is kept out of everything that people see."""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN_VARIABLE = "RECONCILER_TOKEN"  # noqa: S105 - the name of a variable

# What stands where the secret stood.
_MASK = "***"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]")


class Secret:
    """A text that no message, repr or traceback shows; only `reveal` gives it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, given: Secret | str | None) -> Secret | None:
        """Wrap a text that is not wrapped yet; None and the empty text are no secret."""
        if isinstance(given, cls):
            return given
        return cls(str(given)) if given else None

    def reveal(self) -> str:
        """Return the text, for the place where it is needed."""
        return self._text

    def masked_in(self, text: str) -> str:
        """Return `text` without the secret, for what another program said."""
        return text.replace(self._text, _MASK)

    def __repr__(self) -> str:
        return f"Secret({_MASK})"


def token_variable(target: str) -> str:
    """Return the name of the variable with the token of one target: `RECONCILER_TOKEN_EU_WEST` for `eu-west`."""
    return f"{TOKEN_VARIABLE}_{_NOT_IN_A_NAME.sub('_', target).upper()}"


def registry_token(target: str | None, environment: Mapping[str, str]) -> Secret | None:
    """Return the target's own token, or else the one for every registry.

    Space around it is dropped: it comes with files that are read into variables, and no token has any.
    """
    names = (*((token_variable(target),) if target else ()), TOKEN_VARIABLE)
    found = next((text for name in names if (text := environment.get(name, "").strip())), None)
    return Secret.of(found)
