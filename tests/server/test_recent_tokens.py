"""What is known of API tokens for a moment: asked once, however many requests wait for it."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from reconciler.access import Role, Token, TokenRefused
from reconciler.server.recent_tokens import RecentTokens

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOKEN = Token("0123456789abcdef", "ci", Role.RUNTIME, None, NOW, None, None, None)


class Asked:
    """A database that answers once it may, and counts how often it was asked."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.times = 0
        self.may_answer = threading.Event()
        self._refuses = refuses

    def __call__(self, secret: str) -> Token:
        self.times += 1
        assert self.may_answer.wait(10)
        if self._refuses:
            raise TokenRefused("The token is not known", code="token-unknown")
        return TOKEN


async def started(recent: RecentTokens, secret: str, times: int) -> list[asyncio.Task[Token]]:
    waiting = [asyncio.create_task(recent.learned(secret)) for _ in range(times)]
    await asyncio.sleep(0.05)
    return waiting


def test_many_requests_at_once_ask_once() -> None:
    async def work() -> None:
        asked = Asked()
        recent = RecentTokens(asked, lambda: NOW)
        waiting = await started(recent, "a", 50)
        asked.may_answer.set()
        assert await asyncio.gather(*waiting) == [TOKEN] * 50
        assert asked.times == 1
        assert recent.known("a") is TOKEN
        await asyncio.gather(recent.learned("a"), recent.learned("b"))
        assert asked.times == 3

    asyncio.run(work())


def test_a_refusal_is_for_all_who_asked_and_is_not_kept() -> None:
    async def work() -> None:
        asked = Asked(refuses=True)
        recent = RecentTokens(asked, lambda: NOW)
        waiting = await started(recent, "a", 5)
        asked.may_answer.set()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in found] == [TokenRefused] * 5
        with pytest.raises(TokenRefused):
            await recent.learned("a")
        assert asked.times == 2

    asyncio.run(work())


def test_who_goes_away_takes_nothing_from_the_others() -> None:
    async def work() -> None:
        asked = Asked()
        recent = RecentTokens(asked, lambda: NOW)
        first, second = await started(recent, "a", 2)
        first.cancel()
        await asyncio.sleep(0)
        asked.may_answer.set()
        assert await second is TOKEN
        assert first.cancelled()

    asyncio.run(work())
