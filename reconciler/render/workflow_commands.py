"""GitHub's workflow commands: lines of a step's log that its runner obeys.

Whatever a property or a message holds, it stays inside one command: a line break or a `::` of the data would begin
another one.
"""

from __future__ import annotations

from collections.abc import Mapping

SHOWN = 10  # of a kind and a step; GitHub drops the others without a word

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def workflow_command(name: str, message: str, properties: Mapping[str, str | int]) -> str:
    """Return one command, on one line."""
    listed = ",".join(f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name}{' ' if listed else ''}{listed}::{message.translate(_DATA)}"
