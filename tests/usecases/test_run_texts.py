"""A run as text to copy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.content import Content, Message
from workbench.core.runs import WHY_IS_HIDDEN, Failure, Result
from workbench.store import Store
from workbench.usecases import run_texts


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    yield store
    store.close()


def test_single_message_and_answer_are_copied_exactly(store: Store) -> None:
    exact = "  Where\u00a0is it?\n\n"
    store.begin_run(run("r", text(exact))).result(60)
    store.finish_output("r.0.0", FULL_RESULT, LATER).result(60)
    detail = store.iteration_detail("r")
    assert run_texts.prompt_text(detail) == exact
    assert run_texts.answers_text(detail) == FULL_RESULT.text
    assert json.loads(run_texts.requests_json(detail)) == [{"answer": "echo", "request": FULL_RESULT.request}]


def test_several_messages_and_answers_are_copied_with_titles(store: Store) -> None:
    content = Content((Message("system", "Be kind."), Message("user", "Hi")))
    store.begin_run(run("r", content, lanes=(lane(), lane("B", "vendor/two")), samples=2)).result(60)
    for output in ("r.0.0", "r.0.1", "r.1.0"):
        store.finish_output(output, done(output), LATER).result(60)
    store.finish_output("r.1.1", FAILED, LATER).result(60)
    store.add_attempt("r.1.1", "r.again", LATER).result(60)
    store.finish_output("r.again", done("At last."), LATER).result(60)
    detail = store.iteration_detail("r")
    assert run_texts.prompt_text(detail) == "Message 1 · system\nBe kind.\n\nMessage 2 · user\nHi"
    assert run_texts.answers_text(detail) == (
        "echo\nr.0.0\n\necho · sample 2\nr.0.1\n\ntwo\nr.1.0\n\ntwo · sample 2\nAt last."
    )


def test_markdown_contains_the_failure(store: Store) -> None:
    store.begin_run(run("r", text("Hi"), note="Why?")).result(60)
    store.finish_output("r.0.0", FAILED, LATER).result(60)
    written = run_texts.answers_markdown(store.iteration_detail("r"), "Order bot · #1")
    assert "\n\nWhy?\n\n## Values\n\n- order: 123ABCDEFG\n\n### echo\n\n" in written
    assert "half an ans\n\n> The provider asks to wait. Try again in a minute.\n" in written


def test_blind_run_is_copied_without_names_and_costs(store: Store) -> None:
    lanes = (lane("A", "vendor/one"), lane("B", "vendor/two"))
    store.begin_run(replace(run("r", text("Hi"), lanes=lanes), blind=True)).result(60)
    for position, words in enumerate(("zebra", "ant")):
        store.finish_output(f"r.{position}.0", replace(FULL_RESULT, text=words), LATER).result(60)
    detail = store.iteration_detail("r")
    assert run_texts.answers_text(detail) == "Answer 1\nant\n\nAnswer 2\nzebra"
    assert json.loads(run_texts.requests_json(detail)) == []
    for written in (run_texts.run_json(detail), run_texts.answers_markdown(detail, "Order bot")):
        assert not any(name in written for name in ("vendor", "0.000165", "30 tokens"))


def test_failure_of_a_blind_answer_is_not_copied(store: Store) -> None:
    store.begin_run(replace(run("r", text("Hi"), lanes=(lane("A"), lane("B"))), blind=True)).result(60)
    refused = Result("failed", "", failure=Failure("auth", "The key for vendor/two was refused."))
    store.finish_output("r.0.0", FULL_RESULT, LATER)
    store.finish_output("r.1.0", refused, LATER).result(60)
    written = run_texts.answers_markdown(store.iteration_detail("r"), "Order bot")
    assert "vendor/two" not in written
    assert f"> {WHY_IS_HIDDEN}" in written
