"""Many texts are read by two processes: what a text says depends on nothing but the text.

The second one is a copy of this, made by `fork`, and does nothing but read its half and send it back: it takes no lock
that a thread of this process may hold, and imports nothing that one may be importing. Whatever becomes of it, the
outcome is the same: what it does not deliver in time is read here.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import time
import warnings
from collections.abc import Sequence
from typing import Self

from reconciler.manifests.quick import QuickManifest, quick_manifests

_GRACE_SECONDS = 5

Read = list["list[QuickManifest] | None"]


def read_all(texts: Sequence[str]) -> Read:
    """Return what `quick_manifests` does, for each text."""
    if not _has_a_second_core():
        return _read(texts)
    half = len(texts) // 2
    began = time.monotonic()
    with _SecondProcess(texts[half:]) as second:
        own = _read(texts[:half])
        # It had as much to do; a machine that is busy with other things may keep it waiting.
        others = second.outcome(3 * (time.monotonic() - began) + _GRACE_SECONDS)
    return own + (_read(texts[half:]) if others is None else others)


def _read(texts: Sequence[str]) -> Read:
    return [quick_manifests(text) for text in texts]


def _has_a_second_core() -> bool:
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


class _SecondProcess:
    """A process that reads texts while the block lasts; it is gone at its end."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._process = 0
        self._pipe = -1

    def __enter__(self) -> Self:
        self._pipe, sending = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # later versions warn of threads: see above
            self._process = os.fork()
        if not self._process:
            self._send(sending)
        os.close(sending)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._pipe)
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)

    def outcome(self, seconds: float) -> Read | None:
        """Return what was read; None where it was not, or not in time."""
        if not select.select([self._pipe], [], [], seconds)[0]:
            return None
        pieces = []
        while piece := os.read(self._pipe, 2**20):
            pieces.append(piece)
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        if status:
            return None
        found: Read = marshal.loads(b"".join(pieces))  # noqa: S302 - from a copy of this process
        return found

    def _send(self, sending: int) -> None:
        """Read and send, as the second process. It ends here, whatever happens, and leaves nothing behind."""
        code = 1
        try:
            os.close(self._pipe)
            content = memoryview(marshal.dumps(_read(self._texts)))
            while content:
                content = content[os.write(sending, content) :]
            code = 0
        finally:
            os._exit(code)
