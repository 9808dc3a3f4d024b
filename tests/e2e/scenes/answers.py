"""Scenes of lanes and their answers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from tests.e2e.driving import CTRL, SHIFT, Demo
from tests.e2e.scenes.staging import ask, command, dialog, provider, shots, show
from tests.e2e.scenes.texts import ARGUMENTS, BLOCKS, JSON, MARKDOWN, SAMPLES
from tests.fakes.provider import SSE, Hold, Reply, Send, Wait, chunk, event, models, stream
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane, Params
from workbench.core.run_limits import Limits
from workbench.ui.features.lanes.reasoning import ReasoningPanel

Key = Qt.Key


def reading(demo: Demo) -> None:
    """One answer in every reading mode, and its differences."""
    window = demo.window
    ask(demo, MARKDOWN)
    window.focus_lane(0)
    command(demo, "read_markdown")
    window.focus_lane(1)
    command(demo, "read_text")
    shots(demo, "markdown-and-text", narrow=True)
    window.focus_lane(0)
    command(demo, "read_raw")
    demo.pause(200)
    shots(demo, "raw")
    command(demo, "read_automatic")
    ask(demo, MARKDOWN.replace("Friday", "Thursday").replace("packed", "wrapped") + "\nThank you.")
    window.mark(1)
    demo.pause(150)
    command(demo, "diff")
    demo.pause(300)
    shots(demo, "diff", narrow=True)
    command(demo, "diff")
    ask(demo, JSON)
    command(demo, "read_automatic")
    window.focus_lane(0)
    command(demo, "read_json")
    shots(demo, "json")
    command(demo, "read_automatic")
    command(demo, "compare")
    dialog(demo, "compare")
    demo.press(Key.Key_N, CTRL | SHIFT)
    dialog(demo, "note", ("light",))
    window.focus_lane(0)
    command(demo, "lane_code")
    dialog(demo, "code")
    command(demo, "lane_model")
    dialog(demo, "picker", settle_ms=900)
    window.lanes.edit_params(window.slots()[0])
    dialog(demo, "parameters")
    window.dialogs.show_wire(window.slots()[0])
    dialog(demo, "wire", ("dark",))


def calling(demo: Demo) -> None:
    """A model that calls the simulated tool, pictured during the calls and afterwards."""
    window = demo.window
    named = {"index": 0, "id": "c1", "function": {"name": "lookup_order", "arguments": ARGUMENTS[:18]}}
    rest = {"index": 0, "function": {"arguments": ARGUMENTS[18:]}}
    pieces = [Send(chunk({"tool_calls": [one]})) for one in (named, rest)]
    ending = (Send(chunk({}, finish="tool_calls")), Send(event("[DONE]")))
    with provider(demo, "Shop model") as (fake, endpoint):
        fake.script(
            Reply((Send(chunk({"content": "I look it up."})), pieces[0], Wait(1.0), pieces[1], *ending), headers=SSE),
            stream('{"status": "in transit", "eta": "2026-11-28"}'),
            method="POST",
        )
        show(demo, BLOCKS, (Lane("g1", endpoint, "shop-1"),), question="Where is my order 123ABCDEFG?")
        demo.run("steps-while-they-come")
    window.editor.focus_first()
    shots(demo, "steps", narrow=True)


def running(demo: Demo) -> None:
    """Streaming answers, and the confirmation of a run over its limits."""
    window = demo.window
    with provider(demo, "Slow model") as (fake, endpoint):
        words = ("The order number you provided is ", "123ABCDEFG. ", "Please wait while I")
        held = stream(*words, reasoning=["The user ", "wants a status."], then=[Hold()])
        fake.script(held, held, method="POST")
        lanes = (Lane("g1", endpoint, "slow-1"), Lane("g2", ECHO, ECHO_MODEL), Lane("g3", endpoint, "slow-2"))
        show(demo, Content((Message("user", "Where is my order?"),)), lanes)
        demo.press(Key.Key_Return, CTRL)
        board = window.lane_presenter
        demo.until("both stream", lambda: all((s := board.shown(x)) and words[-1] in s.text for x in ("g1", "g3")))
        demo.until("the echo has ended", lambda: (s := board.shown("g2")) and s.result is not None)
        shots(demo, "running", narrow=True)
        window.command("stop")
        demo.until("all ended", lambda: not window.is_running())
        fake.release()
    shots(demo, "stopped", ("light",))
    window.budget_confirmation.set_limits(Limits(usd=0.01, calls=2))
    window.editor.focus_first()
    demo.press(Key.Key_Return, CTRL)
    demo.until("it asks", lambda: window.budget_confirmation.asks)
    shots(demo, "over-the-limits", narrow=True)
    window.theme.set_scale(2.0)
    # The whole window is laid out again.
    demo.pause(600)
    demo.picture("over-the-limits-at-200")
    window.theme.set_scale(1.0)
    window.budget_confirmation.refuse()
    window.budget_confirmation.set_limits(Limits())


def blind(demo: Demo) -> None:
    """A blind run, before and after its verdict."""
    command(demo, "blind")
    ask(demo, MARKDOWN, 3)
    shots(demo, "blind", narrow=True)
    demo.window.mark(2)
    demo.pause(200)
    shots(demo, "blind-revealed", ("light",))
    command(demo, "blind")


def lanes(demo: Demo) -> None:
    """One lane, twelve, and one that fails."""
    window = demo.window
    ask(demo, "Say hello.", 1)
    shots(demo, "one-lane", ("light",))
    ask(demo, MARKDOWN, 12)
    shots(demo, "twelve-lanes", narrow=True)
    failing = (Lane("g1", LITELLM, "openai/gpt-5-mini"), Lane("g2", ECHO, ECHO_MODEL), Lane("g3", ECHO, ECHO_MODEL))
    show(demo, Content((Message("user", "Hello"),)), failing)
    demo.run()
    window.mark(2)
    shots(demo, "failed", narrow=True)


def odd(demo: Demo) -> None:
    """An empty answer, an answer with several choices, and reasoning in think tags."""
    window = demo.window
    thoughts = "<think>The order number is 123ABCDEFG. I should look for it in the message first.</think>\n\n"
    with provider(demo, "Odd model") as (fake, endpoint):
        replies = {
            "empty-1": stream(reasoning=("The person ", "asks where the order is."), finish="length"),
            "several-1": several("It is on its way.", "It was shipped on Friday.", ""),
            "thinking-1": stream(thoughts, "Your order **123ABCDEFG** is on its way."),
        }
        fake.answer = lambda request: replies[request.body["model"]] if request.body else models(*replies)
        names = zip(("g1", "g2", "g3"), replies, strict=True)
        show(demo, Content((Message("user", "Where is my order?"),)), tuple(Lane(g, endpoint, m) for g, m in names))
        demo.run()
    shots(demo, "odd-answers", narrow=True)
    for slot in (window.slots()[0], window.slots()[2]):
        column = window.lanes.column(slot)
        assert column is not None
        panel = column.findChild(ReasoningPanel)
        assert panel is not None
        panel.fold.click()
    demo.pause(200)
    shots(demo, "odd-answers-thoughts", narrow=True)
    window.focus_lane(0)
    command(demo, "read_markdown")
    shots(demo, "odd-answers-empty-markdown", ("dark",))
    command(demo, "read_automatic")
    window.dialogs.show_choices(window.slots()[1])
    dialog(demo, "choices")
    window.lanes.edit_params(window.slots()[2])
    dialog(demo, "parameters-think-tags", ("light",))
    command(demo, "view_history")
    demo.pause(1500)
    shots(demo, "odd-answers-history", narrow=True)
    command(demo, "view_compose")


def several(*texts: str) -> Reply:
    """Return a stream with one choice per text."""
    pieces = [
        event({"choices": [{"index": index, "delta": {"content": text}, "finish_reason": "stop"}]})
        for index, text in enumerate(texts)
    ]
    return Reply((*map(Send, pieces), Send(event("[DONE]"))), headers=SSE)


def layout(demo: Demo) -> None:
    """One lane at full width, hidden lanes, a baseline, samples, and columns as wide as their text."""
    window = demo.window
    ask(demo, MARKDOWN, 3)
    window.focus_lane(1)
    command(demo, "solo")
    shots(demo, "one-lane-focused", narrow=True)
    command(demo, "solo")
    command(demo, "hide_lane")
    shots(demo, "a-hidden-lane", narrow=True)
    window.notice.hide()
    for _ in range(2):
        window.lane_list.set_hidden(window.slots()[0], hidden=True)
    shots(demo, "all-lanes-hidden", ("light",))
    window.lane_list.show_all()
    window.focus_lane(0)
    command(demo, "baseline")
    texts = Content((Message("user", MARKDOWN.replace("Friday", "Thursday")),))
    kept = window.draft_lanes
    show(demo, texts, kept)
    demo.run()
    shots(demo, "baseline", narrow=True)
    command(demo, "lane_widths")
    shots(demo, "widths-by-text", ("dark",))
    command(demo, "lane_widths")
    window.notice.hide()


def samples(demo: Demo) -> None:
    """Several samples of a lane, and how much they differ."""
    window = demo.window
    with provider(demo, "Varied model") as (fake, endpoint):
        fake.script(*(stream(text) for text in SAMPLES), method="POST")
        lane = Lane("g1", endpoint, "varied-1", samples=len(SAMPLES), params=Params(temperature=0.9))
        show(demo, Content((Message("user", "Where is my order?"),)), (lane, Lane("g2", ECHO, ECHO_MODEL)))
        demo.run()
    window.focus_lane(0)
    command(demo, "next_sample")
    command(demo, "spread")
    shots(demo, "samples", narrow=True)
    window.notice.hide()


def menus(demo: Demo) -> None:
    """The menus, which list most of the commands."""
    window = demo.window
    ask(demo, MARKDOWN)
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    column.open_menu()
    demo.picture("lane-menu")
    _close_menu(demo)
    block = window.editor.blocks[0]
    block.findChildren(QToolButton)[0].click()
    demo.picture("message-menu")
    _close_menu(demo)
    (button,) = (found for found in window.header.findChildren(QPushButton) if found.menu() is not None)
    # Pressing the button would block until its menu is closed.
    button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))
    demo.picture("main-menu")
    _close_menu(demo)


def _close_menu(demo: Demo) -> None:
    while (menu := QApplication.activePopupWidget()) is not None:
        menu.close()
    demo.pause(50)
