"""Which answers belong to the draft: what it would send against what was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import ECHO, Lane, Params
from workbench.core.stale_answers import SentRequest, stale_answers

TEXT = Content((Message("user", "Say {{word}}."),))
LANE = Lane("a", ECHO, "echo")
DRAFT = Draft(TEXT, (("word", "yes"), ("unused", "1")), (LANE,))
SENT = SentRequest(LANE, TEXT, "", DRAFT.values)
A = ValueSet("set-a", "A", (("word", "yes"),), ticked=True)
B = ValueSet("set-b", "B", (("word", "no"),), ticked=True)


def changed(draft: Draft, sent: SentRequest = SENT) -> Any:
    return stale_answers(draft, [sent]).get(sent.lane.slot)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (DRAFT, None),
        (replace(DRAFT, content=Content((Message("user", "Say {{word}}!"),))), "text"),
        (replace(DRAFT, content=replace(TEXT, template="jinja")), "text"),
        (replace(DRAFT, values=(("word", "no"),)), "values"),
        (replace(DRAFT, values=(("word", "yes"), ("unused", "2"), ("more", "3"))), None),
        (replace(DRAFT, values=()), "values"),
        (replace(DRAFT, lanes=(replace(LANE, model="other"),)), "lane"),
        (replace(DRAFT, lanes=(replace(LANE, params=Params(temperature=0.2)),)), "lane"),
        (replace(DRAFT, lanes=(replace(LANE, pinned=3),)), "lane"),
        (replace(DRAFT, lanes=(replace(LANE, label="Mine", hidden=True, samples=5),)), None),
        (replace(DRAFT, lanes=(replace(LANE, baseline="run"),), content=Content()), None),
        (replace(DRAFT, lanes=()), None),
    ],
)
def test_what_would_be_sent_decides(draft: Draft, expected: str | None) -> None:
    assert changed(draft) == expected


def test_jinja_compares_all_values_because_only_rendering_shows_which_are_used() -> None:
    text = replace(TEXT, template="jinja")
    sent = replace(SENT, content=text)
    assert changed(replace(DRAFT, content=text), sent) is None
    assert changed(replace(DRAFT, content=text, values=(("word", "yes"), ("unused", "2"))), sent) == "values"


def test_pinned_lane_ignores_the_text_of_the_draft_but_not_its_values() -> None:
    lane = replace(LANE, pinned=1)
    sent, draft = SentRequest(lane, None, "", (("word", "yes"),)), replace(DRAFT, lanes=(lane,), content=Content())
    assert changed(draft, sent) is None
    assert changed(replace(draft, values=(("word", "no"),)), sent) == "values"


def test_answers_to_a_set_belong_while_it_is_sent() -> None:
    draft = replace(DRAFT, sets=(A, B), active="set-a", values=A.values)
    to_a, to_b = replace(SENT, set_uid="set-a", values=A.values), replace(SENT, set_uid="set-b", values=B.values)
    assert changed(draft, to_a) is None
    assert changed(draft, to_b) == "set", "the panel shows another case, which will be sent, too"
    assert changed(replace(draft, active="set-b", values=B.values), to_b) is None
    assert changed(replace(draft, values=(("word", "maybe"),)), to_a) == "values"
    only_a = replace(draft, sets=(A, replace(B, ticked=False)), active="set-b", values=B.values)
    assert changed(only_a, to_a) is None, "the displayed case is not sent"
    assert changed(replace(only_a, sets=(replace(A, ticked=False), replace(B, ticked=False))), to_a) == "set"
