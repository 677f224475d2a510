"""Live numbers are asked for at once, and what is not told is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.port import EnvironmentImpact, Impact, RegistryUnavailable
from reconciler.registry.http import HttpReader
from tests.registry.http.fake import HTML, FakeServer, Fault, Reply, problem


def _known(sessions: int | None, users: int | None, *environments: dict[str, Any]) -> dict[str, Any]:
    return {"live_sessions": sessions, "live_users": users, "environments": list(environments)}


def test_many_are_asked_for_with_one_request(server: FakeServer, reader: HttpReader) -> None:
    live = {"environment": "live", "live_sessions": 12, "live_users": 9, "more": "a newer registry says more"}
    server.impacts = {"a": _known(12, 9, live), "b": _known(0, 0), "c": _known(None, None), "z": _known(1, 1)}
    assert reader.impacts(["a", "b", "c", "d"]) == {
        "a": Impact(12, 9, (EnvironmentImpact("live", 12, 9),)),
        "b": Impact(0, 0),
        "c": Impact(),
    }
    assert server.made("GET") == ["GET"]


def test_for_none_nothing_is_sent(server: FakeServer, reader: HttpReader) -> None:
    assert reader.impacts([]) == {}
    assert server.made() == []


@pytest.mark.parametrize(
    "answer", [None, problem(404, "not-found"), problem(405, "method-not-allowed"), Reply(404, text="no such page")]
)
def test_a_server_that_does_not_know_the_address_makes_them_unknown(
    server: FakeServer, reader: HttpReader, answer: Reply | None
) -> None:
    if answer:
        server.fail("GET", Fault(answer))
    assert reader.impacts(["a"]) == {}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, {}),
        Reply(200, {"items": [{}]}),
        Reply(200, {"items": [{"tag": "a", **_known(1, 1), "live_sessions": "many"}]}),
        Reply(200, text="<html>"),
        HTML,
    ],
)
def test_an_answer_that_is_none_is_not_taken_for_unknown(server: FakeServer, reader: HttpReader, answer: Reply) -> None:
    server.fail("GET", *[Fault(answer)] * 20)
    with pytest.raises(RegistryUnavailable):
        reader.impacts(["a"])
