"""Improving a prompt in the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import Desk
from tests.ui.editor_support import content, machine, more
from workbench.core.content import Content
from workbench.core.lanes import ECHO, LITELLM, Lane
from workbench.core.run_limits import Limits
from workbench.ui.features.improve.dialog import ImproveDialog

pytestmark = pytest.mark.window
PROMPT = content(("system", "You are a bot for {{shop}}. Be nice."), ("user", "{{question}}"))
BETTER = (
    "I named the steps.\n"
    '<message role="system">\nYou are a friendly bot for {{shop}}. Be brief.\n</message>\n'
    '<message role="user">\n{{question}}\n</message>'
)


CTRL = Qt.KeyboardModifier.ControlModifier


def _script(steps: list[dict[str, Any]]) -> dict[str, Any]:
    hello = [{"text": "Hello "}, {"text": "there."}, {"finish": "stop"}]
    return {"default": hello, "models": {"improver": steps}}


def _opened(desk: Desk, steps: list[dict[str, Any]], prompt: Content = PROMPT) -> ImproveDialog:
    window = desk.open(_script(steps))
    window.editor.set_content(prompt)
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_I)
    dialog = window.dialogs.improve
    assert dialog is not None
    desk.until(dialog.question.ask.isEnabled)
    dialog.question.set_lane(Lane("improve", LITELLM, "improver"))
    return dialog


def _ask(desk: Desk, dialog: ImproveDialog) -> None:
    dialog.question.ask.click()
    desk.until(lambda: not dialog.is_running)
    desk.until(lambda: dialog.proposal.proposal is not None or dialog.proposal.trouble.text())


def test_one_change_can_be_accepted_and_undone(desk: Desk) -> None:
    dialog = _opened(desk, [{"text": BETTER[:60]}, {"text": BETTER[60:]}])
    window = desk.window
    timeline, iterations = desk.shown_rows(), desk.rows("SELECT iterations FROM prompts")
    ask, pane = dialog.question.ask, dialog.proposal
    assert (ask.property("role"), ask.isDefault()) == ("primary", True)
    dialog.question.feedback.set_exact("Shorter, please.")
    _ask(desk, dialog)
    assert pane.proposal is not None
    # There is one primary button, and Enter presses it.
    assert (ask.property("role"), ask.isDefault()) == ("", False)
    assert (pane.accept.property("role"), pane.accept.isDefault()) == ("primary", True)
    assert pane.view.isVisible()
    assert pane.remark.text() == "I named the steps."
    assert pane.accept.text() == "Accept all 2 changes"
    assert window.editor.content() == PROMPT, "the draft changes only on request"
    desk.until_rows(
        [("improve", BETTER, "finished")],
        "SELECT runs.kind, outputs.text, state FROM runs JOIN outputs ON run_id = runs.id WHERE kind = 'improve'",
    )
    desk.press(Qt.Key.Key_F7, on=dialog)
    assert pane.view.current == 1
    desk.press(Qt.Key.Key_F8, on=dialog)
    assert pane.accept.text() == "Accept 1 of 2"
    assert "Be nicebrief." in pane.view.toPlainText()
    pane.accept.click()
    assert window.dialogs.improve is None
    changed = content(("system", "You are a friendly bot for {{shop}}. Be nice."), ("user", "{{question}}"))
    assert window.editor.content() == changed
    desk.until(lambda: "1 of 2 changes" in desk.notice())
    window.editor.undo()
    assert window.editor.content() == PROMPT
    assert "1 of 2 changes" not in desk.notice(), "nothing is left to undo"
    window.editor.redo()
    assert window.editor.content() == changed
    desk.until_rows(iterations, "SELECT iterations FROM prompts")
    assert desk.shown_rows() == timeline


def test_one_key_asks_then_accepts_and_asks_again_after_an_edit(desk: Desk) -> None:
    dialog = _opened(desk, [{"text": BETTER}])
    window, pane, question = desk.window, dialog.proposal, dialog.question
    said = (question.ask.toolTip(), pane.accept.toolTip())
    assert said == ("Ask the model (Ctrl+Enter)", "Accept the proposal")
    desk.press(Qt.Key.Key_Return, CTRL, on=dialog)
    desk.until(lambda: not dialog.is_running and pane.proposal is not None)
    assert pane.accept.toolTip() == "Accept the proposal (Ctrl+Enter)"
    question.feedback.setFocus()
    desk.type("Shorter.")
    desk.press(Qt.Key.Key_Return, CTRL, on=dialog)
    asked = "SELECT count(*) FROM runs WHERE kind = 'improve'"
    desk.until_rows([(2,)], asked)
    desk.until(lambda: not dialog.is_running and pane.proposal is not None)
    assert window.editor.content() == PROMPT
    desk.press(Qt.Key.Key_Enter, CTRL, on=dialog)
    desk.until(lambda: window.dialogs.improve is None)
    assert window.editor.content() != PROMPT
    assert desk.rows(asked) == [(2,)]


def test_all_changes_can_be_accepted_and_earlier_proposals_reopened(desk: Desk) -> None:
    dialog = _opened(desk, [{"text": BETTER.replace("{{shop}}", "us {{now}}")}])
    window = desk.window
    _ask(desk, dialog)
    assert dialog.proposal.names.text() == "Removes the variable {{shop}}. Adds the variable {{now}}."
    dialog.proposal.accept.click()
    after = window.editor.content()
    assert after.messages[0].text == "You are a friendly bot for us {{now}}. Be brief."
    window.actions["improve"].trigger()
    again = window.dialogs.improve
    assert again is not None
    desk.until(lambda: again.earlier.count() == 1)
    assert again.question.lane == Lane("improve", LITELLM, "improver"), "the model of the last request"
    assert "improver · now · I named the steps." in again.earlier.itemText(0)
    again.earlier.activated.emit(0)
    desk.until(lambda: again.proposal.proposal is not None)
    assert again.proposal.proposal is not None
    assert again.proposal.proposal.base == PROMPT
    again.proposal.accept.click()
    desk.until(lambda: "draft changed" in again.proposal.trouble.text())
    assert again.proposal.remark.text() == "The model proposes no changes: its text is identical to the prompt."
    assert window.editor.content() == after
    again.reject()


def test_proposal_streams_and_escape_stops_before_closing(desk: Desk, tmp_path: Path) -> None:
    dialog = _opened(desk, [{"text": "Let me see"}, {"until": str(tmp_path / "never")}])
    dialog.question.feedback.setFocus()
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, on=dialog.question.feedback)
    desk.until(lambda: dialog.proposal.raw.exact_text == "Let me see")
    assert dialog.question.feedback.exact() == ""
    assert dialog.question.stop.isVisible()
    desk.press(Qt.Key.Key_Escape, on=dialog)
    desk.until(lambda: not dialog.is_running)
    assert dialog.proposal.trouble.text().startswith("Stopped early.")
    assert dialog.proposal.raw.exact_text == "Let me see"
    assert not dialog.proposal.accept.isVisible()
    desk.until(lambda: desk.rows("SELECT state, text FROM outputs") == [("stopped", "Let me see")])
    desk.press(Qt.Key.Key_Escape, on=dialog)
    assert desk.window.dialogs.improve is None


@pytest.mark.parametrize(
    ("steps", "sentence", "text"),
    [
        ([{"text": "Your order is on its way!"}], "This answer has no tagged messages", "Your order is on its way!"),
        ([{"text": "Hm"}, {"fail": ["rate_limited", "Too many requests. Wait a minute.", "429"]}], "Too many", "Hm"),
    ],
)
def test_unusable_answers_and_failures_are_reported_and_keep_the_text(
    desk: Desk, steps: list[dict[str, Any]], sentence: str, text: str
) -> None:
    dialog = _opened(desk, steps)
    _ask(desk, dialog)
    assert dialog.proposal.trouble.text().startswith(sentence)
    assert dialog.proposal.raw.isVisible()
    assert dialog.proposal.raw.exact_text == text
    assert not dialog.proposal.accept.isVisible()
    dialog.reject()


def test_answers_are_sent_to_the_model_only_when_ticked(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "Bad answer."}], "models": {"improver": [{"echo": True}]}})
    lanes = (Lane("a", ECHO, "echo"),)
    hello = content(("user", "Hi {{name}}"))
    draft = replace(window.draft(), content=hello, values=(("name", "Ada"),), lanes=lanes)
    window.session.put_back(draft)
    window.editor.focus_first()
    desk.run()
    window.actions["all_bad"].trigger()
    desk.until(lambda: desk.rows("SELECT kind FROM verdicts"))
    window.actions["improve"].trigger()
    dialog = window.dialogs.improve
    assert dialog is not None
    desk.until(lambda: dialog.question.answers.count() > 0)
    assert "all bad · Bad answer." in dialog.question.answers.item(0).text()
    assert "without answers or values" in dialog.question.told.text()
    dialog.question.set_lane(Lane("improve", LITELLM, "improver"))
    _ask(desk, dialog)
    assert "Ada" not in dialog.proposal.raw.exact_text
    assert dialog.proposal.remark.text().startswith("The model proposes no change")
    dialog.question.bad.click()
    assert dialog.question.chosen_answers()
    dialog.proposal.show_nothing()
    _ask(desk, dialog)
    assert "Ada" in dialog.proposal.raw.exact_text
    assert "Bad answer." in dialog.proposal.raw.exact_text
    dialog.reject()


def test_model_and_instructions_can_be_changed(desk: Desk) -> None:
    dialog = _opened(desk, [{"text": BETTER}])
    window = desk.window
    dialog.question.model.click()
    picker = window.dialogs.picker
    assert picker is not None
    picker.search("echo")
    desk.press(Qt.Key.Key_Return, on=picker._search)
    desk.until(lambda: dialog.question.lane is not None and dialog.question.lane.endpoint == ECHO)
    assert dialog.question.model.text() == "echo"
    dialog.question.open_instructions.click()
    assert "double braces" in dialog.question.instructions.exact()
    dialog.question.instructions.set_exact("Mine.")
    _ask(desk, dialog)
    desk.until(lambda: desk.rows("SELECT value FROM meta WHERE key = 'improve_instructions'") == [("Mine.",)])
    dialog.question.shipped.click()
    assert dialog.question.own_instructions() == ""
    dialog.reject()


def test_empty_prompt_is_reported_as_nothing_to_improve(desk: Desk) -> None:
    dialog = _opened(desk, [], Content())
    dialog.question.ask.click()
    assert dialog.proposal.trouble.text().startswith("There is no text to improve yet.")
    assert not dialog.is_running
    desk.until_rows([], "SELECT 1 FROM runs")
    dialog.reject()


@machine
def test_only_the_system_message_menu_offers_improve(desk: Desk) -> None:
    window = desk.open()
    window.editor.set_content(PROMPT)
    for index, offers in enumerate((True, False)):
        more(window.editor, index).click()
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        entries = {action.text(): action for action in menu.actions()}
        assert ("Improve this prompt…" in entries) == offers
        if offers:
            entries["Improve this prompt…"].trigger()
        menu.close()
    assert window.dialogs.improve is not None
    window.dialogs.improve.reject()


def test_improve_request_over_the_limits_asks_first(desk: Desk) -> None:
    dialog = _opened(desk, [{"text": BETTER}])
    desk.window.budget_confirmation.set_limits(Limits(tokens=1))
    dialog.question.ask.click()
    desk.until(dialog.proposal.trouble.text)
    assert dialog.proposal.trouble.text().startswith("This question takes about ")
    desk.until_rows([], "SELECT 1 FROM runs")
    _ask(desk, dialog)
    desk.until(lambda: dialog.proposal.proposal is not None)
    desk.until_rows([("improve",)], "SELECT kind FROM runs")
    dialog.reject()
