"""Calls of tools, their simulated answers and the final text as steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.provider import FakeProvider, stream, whole
from tests.ui.desk import Desk
from workbench.core.blocks import Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import Step
from workbench.ui.lanes.reading.parts import parse
from workbench.ui.lanes.reading.steps import StepsPage, as_markdown
from workbench.usecases.addresses import EndpointForm


def test_steps_are_told_in_order_with_the_answer_last() -> None:
    steps = (
        Step("text", "I look."),
        Step("tool_call", '{"n": 1}', "find", "c1"),
        Step("tool_result", "gone", "find", "c1"),
        Step("text", "It is gone."),
    )
    headings = [part.runs[0].text for part in parse(as_markdown(steps)).parts if part.kind == "heading"]
    assert headings == ["Said", "Call 1: ", "Simulated answer", "Answer"]
    assert [part.text.strip() for part in parse(as_markdown(steps)).parts if part.kind == "code"] == [
        '{"n": 1}',
        "gone",
    ]


@given(st.text(alphabet="`~#\n a>", max_size=60))
def test_no_answer_of_a_tool_leaves_its_block(text: str) -> None:
    parts = parse(as_markdown((Step("tool_result", text), Step("text", "end")))).parts
    assert [part.kind for part in parts] == ["heading", "code", "heading", "paragraph"]


def test_a_lane_shows_the_call_the_simulated_answer_and_the_text(desk: Desk) -> None:
    window = desk.open(None)
    call = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": '{"n": "1"}'}}
    with FakeProvider() as fake:
        fake.script(whole("", tool_calls=[call], finish="tool_calls"), stream("It is on its way."))
        saved = window.workbench.endpoints.save(EndpointForm("Shop", fake.base_url))
        saved.done.result(timeout=10)
        window.compose.endpoints_changed()
        content = Content((Message("user", "Where?"),), tools=(Tool("lookup", answer="in transit"),))
        window.compose.put_back(Draft(content, (), (Lane("t1", saved.endpoint.uid, "shop-1"),), None))
        window.view.editor.focus_first()
        desk.run()
    kinds = [kind for (kind,) in desk.rows("SELECT kind FROM steps ORDER BY seq")]
    assert kinds == ["tool_call", "tool_result", "text"]
    column = window.view.lanes.column(window.shown_slots()[0])
    assert column is not None
    desk.until(lambda: isinstance(page := column.reading.page, StepsPage) and "Answer" in page.view.toPlainText())
    page = column.reading.page
    assert isinstance(page, StepsPage)
    shown = page.view.toPlainText()
    assert shown.index("lookup") < shown.index("in transit") < shown.index("It is on its way.")
    assert desk.text(0) == "It is on its way.", "the answer is the final text"
