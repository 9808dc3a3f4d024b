"""Tool calls, their simulated answers and the final text, shown as steps."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tests.fakes.provider import SSE, FakeProvider, Hold, Reply, Send, chunk, event, stream, whole
from tests.ui.desk import Desk
from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.blocks import Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import AnswerStep
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.reader.parts import parse
from workbench.ui.widgets.reader.steps import SHOWN, StepsPage, StepsText
from workbench.usecases.endpoint_form import EndpointForm

__all__ = ["screen", "theme", "view"]
RESULT = AnswerStep("tool_result", "gone", "find", "c1")


def test_steps_are_listed_in_order_with_the_answer_last() -> None:
    steps = (
        AnswerStep("text", "I look."),
        AnswerStep("tool_call", '{"n": 1}', "find", "c1"),
        AnswerStep("tool_result", "gone", "find", "c1"),
        AnswerStep("text", "It is gone."),
    )
    headings = [part.runs[0].text for part in parse(StepsText().of(steps)).parts if part.kind == "heading"]
    assert headings == ["Said", "Call 1: ", "Simulated answer", "Answer"]
    assert [part.text.strip() for part in parse(StepsText().of(steps)).parts if part.kind == "code"] == [
        '{"n": 1}',
        "gone",
    ]


def test_simulated_answers_to_several_calls_name_their_call() -> None:
    calls = [AnswerStep("tool_call", "{}", "find", f"c{n}") for n in range(3)]
    answers = [AnswerStep("tool_result", "gone", "find", f"c{n}") for n in range(3)]
    steps = (*calls[:1], *answers[:1], *calls[1:], *answers[1:], *calls[:1], *answers[:1])
    headings = [line for line in StepsText().of(steps).splitlines() if line.startswith("#### Sim")]
    assert headings == [
        "#### Simulated answer",
        "#### Simulated answer to call 2",
        "#### Simulated answer to call 3",
        "#### Simulated answer",
    ]


def growing() -> list[tuple[AnswerStep, ...]]:
    """Return the steps of an answer after each streamed event."""
    thought = [(AnswerStep("reasoning", text),) for text in accumulate("hm")]
    said = [(*thought[-1], AnswerStep("text", text)) for text in accumulate(["I ", "look."])]
    first = [(*said[-1], AnswerStep("tool_call", text, "find", "c1")) for text in accumulate(["", '{"n"', ": 1}"])]
    second = [(*first[-1], AnswerStep("tool_call", text, "now", "c2")) for text in ("", "{}")]
    answered = (*second[-1], RESULT, AnswerStep("tool_result", "noon", "now", "c2"))
    after = [(*answered, AnswerStep("text", text)) for text in accumulate(["It is ", "gone."])]
    return [*first, *second, answered, *after]


def test_text_of_earlier_steps_is_unchanged_when_steps_are_added() -> None:
    """Nothing above the end is written anew, so nothing that is read can move."""
    telling, told = StepsText(), [""]
    for steps in growing():
        told.append(telling.of(steps, more_to_come=True))
        assert told[-1].startswith(told[-2])
    ended = telling.of(growing()[-1])
    assert ended == told[-1] == StepsText().of(growing()[-1])
    assert telling.of(growing()[3]) == StepsText().of(growing()[3]), "a shorter answer replaces the old text"


@pytest.mark.parametrize(("answer", "language"), [(' {"a": 1}', "json"), ("[1]", "json"), ("in transit", ""), ("", "")])
def test_only_valid_json_is_highlighted_as_json(answer: str, language: str) -> None:
    assert (
        StepsText()
        .of((AnswerStep("tool_result", answer),))
        .startswith(f"#### Simulated answer\n\n```{language}\n{answer}")
    )


@pytest.mark.parametrize("kind", ["tool_call", "tool_result", "reasoning"])
def test_long_block_is_cut_with_a_note(kind: str) -> None:
    steps = (AnswerStep(kind, "x" * 200_000, "n" * 5_000), AnswerStep("text", "end"))  # type: ignore[arg-type]
    told = StepsText().of(steps)
    assert len(told) < SHOWN + 500
    assert "Only the first 20,000 characters are shown." in told
    assert [part.kind for part in parse(told).parts] == ["heading", "code", "paragraph", "heading", "paragraph"]
    open_ = StepsText().of(steps[:1], more_to_come=True)
    assert open_ == told[: len(open_)]


@given(st.text(alphabet="`~#\n a>", max_size=60))
def test_tool_answer_cannot_break_out_of_its_code_block(text: str) -> None:
    parts = parse(StepsText().of((AnswerStep("tool_result", text), AnswerStep("text", "end")))).parts
    assert [part.kind for part in parts] == ["heading", "code", "heading", "paragraph"]


@given(st.text(alphabet="`~#\n a>-\t\r", max_size=60))
def test_text_of_the_model_cannot_hide_the_call_after_that_text(text: str) -> None:
    parts = parse(StepsText().of((AnswerStep("text", text), AnswerStep("tool_call", "{}", "find")))).parts
    assert [part.kind for part in parts[-2:]] == ["heading", "code"]
    assert parts[-2].runs[0].text == "Call 1: "


def test_lane_shows_the_call_the_simulated_answer_and_the_text(desk: Desk) -> None:
    window = desk.open(None)
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": '{"n": "1"}'}}
    with FakeProvider() as fake:
        fake.script(whole("", tool_calls=[call], finish="tool_calls"), stream("It is on its way."), method="POST")
        saved = window.workbench.endpoints.save(EndpointForm("Shop", fake.base_url))
        saved.done.result(timeout=10)
        window.session.endpoints_changed()
        content = Content((Message("user", "Where?"),), tools=(Tool("lookup", answer="in transit"),))
        window.session.put_back(Draft(content, (), (Lane("t1", saved.endpoint.uid, "shop-1"),), None))
        window.editor.focus_first()
        desk.run()
    kinds = [kind for (kind,) in desk.rows("SELECT kind FROM steps ORDER BY seq")]
    assert kinds == ["tool_call", "tool_result", "text"]
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    desk.until(lambda: isinstance(page := column.reading.page, StepsPage) and "Answer" in page.view.toPlainText())
    page = column.reading.page
    assert isinstance(page, StepsPage)
    shown = page.view.toPlainText()
    assert shown.index("lookup") < shown.index("in transit") < shown.index("It is on its way.")
    assert desk.text(0) == "It is on its way.", "the answer is the final text"


def test_call_is_shown_while_the_model_writes_the_arguments(desk: Desk, tmp_path: Path) -> None:
    """The name, then the arguments as they grow, the simulated answer at once, and the text of the next round."""
    gates = [str(tmp_path / f"gate{n}") for n in range(4)]
    answered = [["tool_call", '{"n": 1}', "lookup", "c1", ""], ["tool_result", "in transit", "lookup", "c1", ""]]
    script = [
        {"text": "One moment."},
        {"call": 0, "name": "lookup", "call_id": "c1"},
        {"until": gates[0]},
        {"call": 0, "text": '{"n"'},
        {"until": gates[1]},
        {"call": 0, "text": ": 1}"},
        {"steps": answered},
        {"until": gates[2]},
        {"text": "It is on"},
        {"until": gates[3]},
        {"text": " its way."},
    ]
    window = desk.open({"default": script})
    window.session.run()

    def shown() -> str:
        lane = window.lanes.column(window.slots()[0])
        page = lane.reading.page if lane is not None else None
        return page.view.toPlainText() if isinstance(page, StepsPage) else ""

    desk.until(lambda: shown().endswith("Call 1: lookup\n"))
    assert shown().startswith("Said\nOne moment.\n")
    Path(gates[0]).touch()
    desk.until(lambda: shown().endswith('Call 1: lookup\n{"n"'))
    assert window.lane_presenter.is_running()
    Path(gates[1]).touch()
    desk.until(lambda: shown().endswith('{"n": 1}\nSimulated answer\nin transit'))
    Path(gates[2]).touch()
    desk.until(lambda: shown().endswith("Answer\nIt is on"))
    assert window.lane_presenter.is_running()
    Path(gates[3]).touch()
    desk.settle()
    desk.until(lambda: shown().endswith("Answer\nIt is on its way."))
    assert shown().startswith("Said\nOne moment.\nCall 1: lookup\n")


def test_call_from_a_provider_is_shown_while_streaming(desk: Desk) -> None:
    window = desk.open(None)
    call = {"index": 0, "id": "c1", "function": {"name": "lookup", "arguments": '{"n"'}}
    rest = {"index": 0, "function": {"arguments": ': "1"}'}}
    calls = [Send(chunk({"tool_calls": [part]})) for part in (call, rest)]
    ending = (Send(chunk({}, finish="tool_calls")), Send(event("[DONE]")))
    with FakeProvider() as fake:
        fake.script(
            Reply((calls[0], Hold(), calls[1], *ending), headers=SSE), stream("It is on its way."), method="POST"
        )
        saved = window.workbench.endpoints.save(EndpointForm("Shop", fake.base_url))
        saved.done.result(timeout=10)
        window.session.endpoints_changed()
        content = Content((Message("user", "Where?"),), tools=(Tool("lookup", answer="in transit"),))
        window.session.put_back(Draft(content, (), (Lane("t1", saved.endpoint.uid, "shop-1"),), None))
        window.session.run()
        lane = window.lanes.column("t1")
        assert lane is not None
        desk.until(lambda: isinstance(lane.reading.page, StepsPage))
        desk.until(lambda: lane.reading.page.view.toPlainText() == 'Call 1: lookup\n{"n"')  # type: ignore[attr-defined]
        fake.release()
        desk.settle()
    assert lane.reading.page.view.toPlainText().endswith("Answer\nIt is on its way.")  # type: ignore[attr-defined]


def steps_page(view: LanesView, slot: str = "a") -> StepsPage:
    page = column(view, slot).reading.page
    assert isinstance(page, StepsPage)
    return page


def test_added_steps_keep_the_scroll_position(qtbot: QtBot, view: LanesView) -> None:
    """Further steps go to the end; what would have to be written anew waits for the end to be in view again."""
    thought = AnswerStep("reasoning", "\n".join(f"line {n}" for n in range(300)))
    call = AnswerStep("tool_call", "{}", "find", "c1")
    steps: list[AnswerStep] = [thought, call]
    view.reading_wanted.connect(lambda slot, mode: view.set_reading_data(slot, mode, tuple(steps)))
    view.set_heads(heads("a"))
    view.set_status("a", LaneStatus("streaming", ttft_ms=5, calls=1))
    settle()
    page = steps_page(view)
    qtbot.waitUntil(lambda: page.view.is_whole)
    bar = page.view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(40)
    steps += [RESULT, AnswerStep("text", "It is gone.")]
    view.append_text("a", "steps", "")
    qtbot.waitUntil(lambda: page.view.toPlainText().endswith("It is gone."))
    assert bar.value() == 40
    steps += [AnswerStep("tool_call", "{", "find", "c2")]
    view.append_text("a", "steps", "")
    settle()
    assert (bar.value(), page.view.toPlainText()[-11:]) == (40, "It is gone.")
    page.go_to_end()
    qtbot.waitUntil(lambda: page.view.toPlainText().endswith("Call 2: find\n{"))
    assert "Said\nIt is gone." in page.view.toPlainText()


def test_lane_scrolled_into_view_shows_steps_received_out_of_view(qtbot: QtBot, view: LanesView) -> None:
    slots = [f"s{n}" for n in range(20)]
    steps: tuple[AnswerStep, ...] = (AnswerStep("tool_call", "{", "find", "c1"),)
    view.reading_wanted.connect(lambda slot, mode: view.set_reading_data(slot, mode, steps))
    view.set_heads(heads(*slots))
    view.set_status("s19", LaneStatus("streaming", ttft_ms=5, calls=1))
    view.focus_lane(19)
    qtbot.waitUntil(lambda: not view.is_catching_up)
    assert steps_page(view, "s19").view.toPlainText().endswith("find\n{")
    view.focus_lane(0)
    settle()
    steps = (AnswerStep("tool_call", "{}", "find", "c1"), RESULT)
    view.append_text("s19", "steps", "")
    settle()
    view.focus_lane(19)
    qtbot.waitUntil(lambda: steps_page(view, "s19").view.toPlainText().endswith("gone"))
