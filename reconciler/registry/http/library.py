"""The HTTP library, imported here and nowhere else, so that another one with its interface is one line away."""

from __future__ import annotations

import sys

_COMMAND_LINE = "httpx._main"

if "httpx" in sys.modules:
    import httpx
else:
    # It imports its own command line, with rich and pygments, wherever these are installed: that takes longer than the
    # library itself. It does without where the import fails, and a module that is None can't be imported.
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]
    try:
        import httpx
    finally:
        del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
