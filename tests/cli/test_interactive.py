from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


def test_yes_carries_the_plan_out(shop: Shop) -> None:
    shop.session("cart")
    done = shop.ok("apply", "sessions", stdin="yes\n")
    assert "Only 'yes' will be accepted" in done.err
    assert "Apply complete! Session types: 1 created, 0 updated, 0 deleted." in done.out
    assert set(shop.records()) == {"cart"}


@pytest.mark.parametrize("answer", ["y", "Yes", "YES", "no", "", "yess", "yes please", "ja", "true"])
def test_any_other_answer_cancels_with_nothing_written(applied: Shop, answer: str) -> None:
    applied.session("cart", expiry=14)
    before = applied.tree()
    cancelled = applied.run("apply", "sessions", stdin=answer + "\n")
    assert cancelled.code == 1
    assert "Apply cancelled; nothing was applied." in cancelled.err
    assert "Apply complete" not in cancelled.text
    assert applied.tree() == before


def test_no_answer_at_all_explains_auto_approve(shop: Shop) -> None:
    shop.session("cart")
    silent = shop.run("apply", "sessions")
    assert silent.code == 1
    assert "--auto-approve" in silent.err
    assert not shop.records()


def test_bytes_that_are_no_text_cancel_without_a_traceback(shop: Shop) -> None:
    shop.session("cart")
    result = shop.process("apply", "sessions", stdin=b"\xff\xfe\n", environment={"PYTHONIOENCODING": "utf-8:strict"})
    assert result.code == 1
    assert "Traceback" not in result.err
    assert "nothing was applied" in result.err
    assert not shop.records()


def test_nothing_is_asked_where_nothing_would_be_done(applied: Shop) -> None:
    result = applied.ok("apply", "sessions")
    assert "yes" not in result.err


def test_the_question_comes_after_the_plan_and_the_plan_is_on_stdout(shop: Shop) -> None:
    shop.session("cart")
    result = shop.run("apply", "sessions", stdin="no\n")
    assert "Plan: 1 to create" in result.out
    assert "Enter a value" in result.err
    assert "Enter a value" not in result.out


def test_the_answer_stands_behind_the_question(shop: Shop) -> None:
    shop.session("cart")
    lines = shop.run("apply", "sessions", stdin="no\n").err.splitlines()
    assert lines[-2:] == ["  Enter a value: ", "Apply cancelled; nothing was applied."]


def test_with_json_the_plan_for_the_person_goes_to_stderr_and_stdout_is_the_document(shop: Shop) -> None:
    shop.session("cart")
    result = shop.run("apply", "sessions", "--format", "json", stdin="yes\n")
    assert result.code == 0
    assert "Plan: 1 to create" in result.err
    assert result.document["outcomes"][0]["status"] == "done"
    cancelled = shop.run("apply", "sessions", "--prune", "--only", "cart", "--format", "json", stdin="no\n")
    assert cancelled.code == 0, "nothing to do is no refusal"


def test_a_cancelled_apply_says_in_json_that_nothing_was_done(shop: Shop) -> None:
    shop.session("cart")
    result = shop.run("apply", "sessions", "--format", "json", stdin="no\n")
    assert result.code == 1
    assert result.document["errored"] is True
    assert result.document["outcomes"] == []
