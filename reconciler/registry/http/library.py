"""The HTTP library, imported here and nowhere else, so that another one with its interface is one line away."""

from __future__ import annotations

import httpx

__all__ = ["httpx"]
