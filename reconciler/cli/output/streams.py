"""The process's streams: there, able to take any text, and no reason to stop when a reader goes away."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` takes a quarter of the time of a help page to import

if TYPE_CHECKING:
    from typing import TextIO


def prepare_streams() -> None:
    """Stand in for streams that were closed (`>&-`), and let no character fail on a narrow encoding."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - open for as long as the process
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as above
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def silence(stream: TextIO) -> None:
    """Let the rest of what is written go nowhere: the reader went away (`| head`), the work goes on."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError:
        return
