"""Changes of a draft that try a lever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.app.decide.draft_steps import (
    MOST_EXAMPLES,
    DraftStepError,
    rated_examples,
    with_breakpoint,
    with_reasoning,
)
from workbench.core.blocks import Example
from workbench.core.content import MOST_LANES, Content, Message
from workbench.core.drafts import Draft
from workbench.core.improvement import RecentAnswer
from workbench.core.lanes import Lane, Params

ASK = Content((Message("system", "Be brief."), Message("user", "Where is {{order}}?")))
LANE = Lane("a", "e", "m", params=Params(temperature=0.5), label="mine")


def _answer(order: str, text: str, standing: str = "won", *, is_cut: bool = False) -> RecentAnswer:
    return RecentAnswer(f"{order}{text}", 1, "m", standing, text, (("order", order),), is_cut)  # type: ignore[arg-type]


def test_a_lane_with_reasoning_is_like_the_first_one() -> None:
    hidden = replace(LANE, slot="h", hidden=True)
    before = Draft(ASK, lanes=(hidden, LANE))
    after = with_reasoning(before, "new")
    added = after.lanes[-1]
    assert after == replace(before, lanes=(hidden, LANE, added))
    assert (added.slot, added.endpoint, added.model, added.label) == ("new", "e", "m", "")
    assert (added.params.get("temperature"), added.params.get("reasoning_effort")) == (0.5, "medium")


def test_a_draft_without_a_lane_or_without_room_is_refused() -> None:
    with pytest.raises(DraftStepError, match="no lane"):
        with_reasoning(Draft(ASK), "new")
    full = Draft(ASK, lanes=tuple(replace(LANE, slot=str(at)) for at in range(MOST_LANES)))
    with pytest.raises(DraftStepError, match=f"at most {MOST_LANES} lanes"):
        with_reasoning(full, "new")


def test_the_breakpoint_follows_the_messages_that_never_change() -> None:
    longer = replace(ASK, messages=(ASK.messages[0], Message("user", "Hello"), ASK.messages[1]))
    after = with_breakpoint(Draft(longer, lanes=(LANE,)))
    assert [one.cache for one in after.content.messages] == [False, True, False]
    assert replace(after, content=longer) == Draft(longer, lanes=(LANE,))
    with pytest.raises(DraftStepError, match="already"):
        with_breakpoint(after)


def test_a_prompt_that_begins_with_a_variable_cannot_be_cached() -> None:
    with pytest.raises(DraftStepError, match="Put what never changes first"):
        with_breakpoint(Draft(Content((Message("user", "{{order}}"),))))


def test_winners_become_examples_once_each() -> None:
    answers = [
        _answer("1", "On its way."),
        _answer("1", "Late."),
        _answer("2", "Lost.", "lost"),
        _answer("3", "It was", is_cut=True),
        _answer("4", "Ask {{name}}."),
        _answer("5", "Here."),
        _answer("6", "There."),
        _answer("7", "Gone."),
    ]
    found = rated_examples(ASK, answers)
    assert found == tuple(
        Example(f"Where is {order}?", text) for order, text in (("1", "On its way."), ("5", "Here."), ("6", "There."))
    )
    assert len(found) == MOST_EXAMPLES
    known = replace(ASK, examples=found[:1])
    assert [one.assistant for one in rated_examples(known, answers)] == ["Here.", "There.", "Gone."]


def test_values_are_listed_where_the_template_is_jinja() -> None:
    jinja = replace(ASK, template="jinja")
    assert rated_examples(jinja, [_answer("1", "Late.")]) == (Example("order: 1", "Late."),)
