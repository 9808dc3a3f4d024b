"""Compose in its main states, its menus, and the dialogs that need the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from tests.e2e.scenes.texts import BLOCKS, IMPROVED, JINJA, JSON, MARKDOWN, MISSPELT, ROWS
from tests.ui.desk import HELLO, Desk
from tests.ui.screens.approval import Screens
from tests.ui.screens.sitting import SIZE, Sitting
from tests.ui.test_dialog_keys import OPENED
from tests.ui.test_window_case_proposals import ANSWER
from tests.ui.timeline_support import click, right_click
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.core.run_limits import Limits
from workbench.ui.editor.section import PartSection
from workbench.ui.features.compose.paste_rows import PasteRowsDialog
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.models.dialog import ModelPicker

Key = Qt.Key
CASES = (
    Case("c1", "late", (("question", "Where is it?"),), (Check("contains", value='"on its way"', metric="Status"),)),
    Case("c2", "early", (("question", "Is it here?"),), expectation="Yes.", tags=("delay",), held_out=True),
)
ASK = Content((Message("user", "Where is my order?"),))
TWO = (Lane("a", ECHO, ECHO_MODEL), Lane("b", ECHO, ECHO_MODEL, label="second"))
MODELS = {
    "failing": [{"fail": ["rate_limit", "The provider asks to wait. Try again in a minute.", "HTTP 429"]}],
    "thinking": [{"reasoning": "The user wants it."}, {"text": MARKDOWN}, {"usage": {"input": 900, "output": 80}},
                 {"finish": "length"}],
    "json": [{"text": JSON}, {"finish": "stop"}],
    "silent": [{"finish": "stop"}],
    "improver": [{"text": IMPROVED}, {"finish": "stop"}],
    "proposer": [{"text": ANSWER}, {"finish": "stop"}],
}  # fmt: skip


# Compose.


def compose(desk: Desk, screens: Screens) -> None:
    """The draft before and after runs, with mistakes, failures and questions."""
    at = Sitting(desk, screens)
    window = desk.open({**HELLO, "models": MODELS}, SIZE)
    at.take("first-start", window.frame)
    at.show(BLOCKS, *TWO, question="Where is it?")
    at.take("blocks", window.compose_view)
    at.show(ASK)
    at.take("no-lane", window.compose_view)
    desk.ctrl(Key.Key_Return)
    at.take("refused", window.header, window.run_bar)
    at.show(Content((Message("user", "Hello {{name}}"),)), *TWO)
    desk.ctrl(Key.Key_Return)
    at.take("missing-value", window.header, window.values)
    at.show(JINJA, *TWO, orders="[]")
    window.checking.check()
    at.take("jinja-mistake", window.compose_view)
    at.show(MISSPELT, *TWO, language="French", question="Where is it?", customer="Ada", greeting="")
    window.checking.check()
    at.take("misspelt", window.editor, window.values)
    at.show(ASK, *TWO)
    desk.run()
    window.mark(2)
    desk.until(lambda: desk.timeline()[0].verdict)
    at.take("run", window.frame)
    kinds = (Lane(f"m{n}", LITELLM, model) for n, model in enumerate(list(MODELS)[:4]))
    at.show(ASK, *kinds)
    desk.run()
    at.take("answers", window.lanes)
    window.view_row(desk.timeline()[-1].uid)
    desk.until(lambda: window.viewing is not None)
    at.take("past", window.compose_view, window.sidebar)
    window.back()
    at.show(ASK, *TWO)
    window.budget_confirmation.set_limits(Limits(usd=0.01, calls=1))
    desk.ctrl(Key.Key_Return)
    desk.until(lambda: window.budget_confirmation.asks)
    at.take("over-the-limits", window.header, window.run_bar, window.lanes)
    window.budget_confirmation.refuse()
    window.budget_confirmation.set_limits(Limits())
    window.command("blind")
    at.take("blind", window.blind_bar)
    desk.run()
    first = window.lanes.column(window.slots()[0])
    assert first is not None
    at.take("blind-run", window.blind_bar, window.sidebar, first)
    window.command("blind")
    window.command("find")
    at.take("find", window.find_bar)
    window.command("replace")
    at.take("replace", window.find_bar)
    window.notices.problem("The answers could not be saved. Make room on the disk.", "SQLITE_FULL")
    window.shown_notice.open_detail()
    at.take("notice", window.header, window.notice, window.status)


def menus(desk: Desk, screens: Screens) -> None:
    """Every menu of Compose and of the side bar."""
    at = Sitting(desk, screens)
    window = desk.open({**HELLO, "models": MODELS}, SIZE)
    (main,) = (one for one in window.header.findChildren(QPushButton) if one.menu() is not None)
    at.take("main-first-start", main.menu())
    at.show(ASK, replace(TWO[0], samples=2), TWO[1])
    desk.run()
    desk.run()
    window.focus_lane(0)
    window.update_commands()
    at.take("main-after-a-run", main.menu())
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    at.menu("lane", column.open_menu)
    at.menu("lane-reading", column.open_reading_menu)
    at.menu("lane-samples", lambda: window.command("samples"))
    at.take("prompt", window.prompt_menu(window.prompt_uid))
    at.menu("iteration", lambda: right_click(desk, 1))
    click(desk, 1)
    desk.until(lambda: window.viewing is not None)
    at.menu("iteration-shown", lambda: right_click(desk, 1))
    at.menu("iteration-beside-the-shown-one", lambda: right_click(desk, 0))
    window.back()
    at.show(BLOCKS, *TWO, question="Where is it?")
    editor = window.editor
    for number, name in enumerate(("first", "last")):
        for button in editor.blocks[number].findChildren(QToolButton):
            at.menu(f"message-{name}", button.click)
        role = next(one for one in editor.blocks[number].findChildren(QPushButton) if one.text().endswith("▾"))
        at.menu(f"role-{name}", role.click)
    for section in editor.findChildren(PartSection):
        if section.isVisible():
            at.menu(f"section-{section.more.accessibleName()}".lower().replace(" ", "-"), section.more.click)
    at.take("text", editor.blocks[0].field.context_menu())
    QApplication.clipboard().setText(ROWS)
    window.command("paste_sets")
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), PasteRowsDialog))
    rows = QApplication.activeModalWidget()
    assert isinstance(rows, PasteRowsDialog)
    rows.take.click()
    at.take("cases", window.set_actions.menu(window.value_sets.active))
    at.take("no-case", window.set_actions.menu(""))
    moves = window.set_actions.menu(window.value_sets.sets[0].uid)
    next(one for one in moves.actions() if one.text() == "Move ri&ght").trigger()
    at.take("cases-moved", window.set_bar)


# Dialogs over the window.


def dialogs(desk: Desk, screens: Screens) -> None:
    """The dialogs that need the window."""
    at = Sitting(desk, screens)
    window = desk.open({**HELLO, "models": MODELS}, SIZE)
    desk.run()
    desk.run()
    window.focus_lane(0)
    window.update_commands()
    for kind, act in OPENED.items():
        # The picker has thousands of models; `dialogs` shows it over a few. Labels need a test.
        if kind in (ModelPicker, LabelDialog):
            continue
        window.focus_lane(0)
        window.update_commands()
        at.dialog(kind.__name__, partial(act, desk))
    window.store.packs.save_cases(window.prompt_uid, CASES).result()
    at.show(Content((Message("user", "{{question}}"),)), *TWO, question="Where is it?")
    for command in ("palette", "compare", "cases", "add_cases", "training", "export_pack", "large_value"):
        at.dialog(command.replace("_", "-"), partial(window.command, command))
    at.dialog("palette-search", lambda: window.dialogs.show_palette("lane"))
    at.dialog("palette-model", lambda: window.dialogs.show_palette("@nothing is called that"))
    for page in ("history", "keys", "endpoints", "appearance"):
        at.dialog(f"settings-{page}", partial(window.dialogs.show_settings, page))
    gone = desk.directory / "gone.db"
    at.dialog("import", lambda: window.dialogs.exchange_actions.preview(gone))
    at.dialog("import-pack", lambda: window.dialogs.pack_imports.look(gone))
    at.dialog("shortcut-sheet-search", window.dialogs.show_shortcuts, _filter_lanes)
    _propose(desk, at)


def labels(desk: Desk, screens: Screens) -> None:
    """The labels of answers that a judge evaluated."""
    at = Sitting(desk, screens)
    desk.open(size=SIZE)
    desk.run()
    at.rest()
    at.dialog("LabelDialog", partial(OPENED[LabelDialog], desk))


def _filter_lanes(sheet: Any) -> None:
    sheet.filter.setText("lane")


def _propose(desk: Desk, at: Sitting) -> None:
    """Let a model improve the prompt and propose cases."""
    window = desk.window

    def improve(dialog: Any) -> None:
        desk.until(dialog.question.ask.isEnabled)
        dialog.question.set_lane(Lane("improve", LITELLM, "improver"))
        dialog.question.ask.click()
        desk.until(lambda: dialog.proposal.proposal is not None)

    def propose(dialog: Any) -> None:
        desk.until(dialog.request.ask.isEnabled)
        dialog.request.set_lane(Lane("propose", LITELLM, "proposer"))
        dialog.request.ask.click()
        desk.until(lambda: dialog.review.proposals.rowCount() > 1)
        dialog.review.accept.click()
        desk.until(lambda: len(desk.rows("SELECT 1 FROM cases WHERE name = 'German'")) == 1)
        desk.until(lambda: "1 accepted" in dialog.review.count.text())
        dialog.review.skip.click()

    at.show(Content((Message("system", "You are a support bot."), Message("user", "{{question}}"))), *TWO, question="?")
    at.dialog("improve-proposed", lambda: window.command("improve"), improve)
    at.dialog("cases-proposed", lambda: window.command("propose_cases"), propose)
