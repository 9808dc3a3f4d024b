"""At every text size from 80 to 200 per cent no text or button is clipped, on a small screen too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QDeadlineTimer, QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from tests import depth
from tests.patience import PATIENCE_S
from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.ui.looks import change_mode, change_scale
from tests.ui.test_accessibility import commands_of, complaints, to_view
from workbench.app.commands import View
from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane, Params
from workbench.ui.composition import FEATURES
from workbench.ui.editor.output_format import FIRST_SCHEMA, OutputSection
from workbench.ui.widgets.small_controls import KeyButton

pytestmark = pytest.mark.usefixtures("short_pauses")
SMALL, USUAL = (1024, 700), (1440, 900)
ROOM = QSize(SMALL[0] - 16, SMALL[1] - 48)
"""The room of a dialog on a small screen."""
SMALLEST, LARGEST = 0.8, 2.0
SLACK = 4
"""Pixels of a line's height that no letter reaches into."""


def clipped(window: QWidget) -> list[str]:
    """Return the widgets that are smaller than their text, or clipped where no scrolling can reveal them."""
    return [
        f"{type(widget).__name__} “{_words(widget)[:40]}” {reason}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.window() is window
        for reason in _reasons(widget, window)
    ]


def _reasons(widget: QWidget, window: QWidget) -> Iterator[str]:
    if not isinstance(widget, QAbstractButton | QLabel | QLineEdit | QComboBox | QAbstractSpinBox):
        return
    words, metrics = _words(widget), widget.fontMetrics()
    if isinstance(widget, QLabel) and words and widget.wordWrap():
        if (needed := widget.heightForWidth(widget.width())) > widget.height() + SLACK:
            yield f"is {widget.height()} px high and needs {needed}"
    elif words and isinstance(widget, QAbstractButton | QLabel):
        mnemonic = Qt.TextFlag.TextShowMnemonic if isinstance(widget, QAbstractButton) else Qt.TextFlag.TextSingleLine
        size = metrics.size(mnemonic, words)
        room = widget.contentsRect().size() + QSize(1, SLACK)
        if size.width() > room.width() or size.height() > room.height():
            yield f"has {widget.size().toTuple()}, its words {size.toTuple()}"
    elif isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox) and widget.height() < metrics.height():
        yield f"is {widget.height()} px high, a line {metrics.height()}"
    if not _can_be_scrolled_to(widget, window) and widget.visibleRegion().boundingRect().size() != widget.size():
        yield f"at {widget.mapTo(window, widget.rect().topLeft()).toTuple()} is cut or covered"


def _words(widget: QWidget) -> str:
    if isinstance(widget, KeyButton):
        return widget.shown()
    if isinstance(widget, QLabel) and widget.textFormat() == Qt.TextFormat.RichText:
        return ""
    return str(widget.text()) if isinstance(widget, QAbstractButton | QLabel) else ""


def _can_be_scrolled_to(widget: QWidget, window: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        if parent.inherits("QAbstractScrollArea"):
            return True
        parent = parent.parentWidget()
    return False


def is_whole(window: QWidget, where: str) -> None:
    """Fail if anything is still clipped once pending layouts are done."""
    until = QDeadlineTimer(int(PATIENCE_S * 1000))
    QApplication.processEvents()
    while (wrong := clipped(window)) and not until.hasExpired():
        QApplication.processEvents()
    assert wrong == [], where


def others(frame: QWidget) -> list[QWidget]:
    """Return the open dialogs, without menus and the desktop's own dialogs."""
    return [
        window
        for window in QApplication.topLevelWidgets()
        if window.isVisible() and window is not frame and not isinstance(window, QMenu | QFileDialog)
        if not window.inherits("QTipLabel")
    ]


def are_whole(desk: Desk, where: str) -> None:
    """Check all open dialogs at the size of a small screen, then close them."""
    for dialog in others(desk.window.frame):
        least = dialog.minimumSizeHint()
        assert least.width() <= ROOM.width(), f"{where}: {least.toTuple()}"
        assert least.height() <= ROOM.height(), f"{where}: {least.toTuple()}"
        dialog.resize(dialog.size().boundedTo(ROOM))
        is_whole(dialog, where)
    for window in (*others(desk.window.frame), *QApplication.topLevelWidgets()):
        if window.isVisible() and window is not desk.window.frame:
            window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    desk.window.frame.activateWindow()


@pytest.mark.deep
@pytest.mark.parametrize("scale", depth.pick([LARGEST], [SMALLEST, LARGEST]))
@pytest.mark.parametrize("view", FEATURES.views())
def test_everything_opened_by_commands_is_unclipped_and_named(desk: Desk, view: View, scale: float) -> None:
    """A command that is added is covered by being in the table."""
    change_scale(desk.theme, scale)
    window = desk.open(size=SMALL)
    desk.run()
    is_whole(window.frame, "at first")
    for command in commands_of(view):
        to_view(desk, view)
        action = window.actions[command.id]
        if not action.isEnabled():
            continue
        action.trigger()
        is_whole(window.frame, command.id)
        assert complaints() == [], command.id
        are_whole(desk, command.id)


EVERYTHING = Content(
    (
        Message("system", "Answer in {{langauge}}.", cache=True),
        Message("user", "{{question}}"),
    ),
    examples=(Example("Where is it?", "On its way."), Example("{{langauge}}?", "Off.", enabled=False)),
    output=OutputFormat("schema", FIRST_SCHEMA, "answer"),
    tools=(Tool("lookup", "Finds an order.", '{"type": "object"}', "{}", (ToolRow("{}", "{}"),)),),
)
VALUES = (("question", "Where?"), ("language", "French"), ("customer_of_the_shop", "Ada"))
LANES = (
    Lane("a", ECHO, ECHO_MODEL, samples=3, params=Params(temperature=0.2)),
    Lane("b", LITELLM, "openai/gpt-5-mini"),
    Lane("c", ECHO, ECHO_MODEL, hidden=True),
)
ANSWERS = {"default": [{"text": "{}"}, {"usage": {"input": 12, "output": 4}}, {"finish": "length"}]}


def _put(window: WindowDriver, content: Content, lanes: tuple[Lane, ...]) -> None:
    window.session.put_back(Draft(content, VALUES, lanes, None))
    window.checking.check()


def _question(window: WindowDriver) -> None:
    window.notice.show_notice(
        "limit", "This run takes 3 calls (your limit is 2). Run it?", action="limit", label="Run it (Enter)"
    )


def _find(window: WindowDriver) -> None:
    window.actions["replace"].trigger()
    window.find_bar.say(1, 6)


def _wrong_pattern(window: WindowDriver) -> Callable[[], bool]:
    bar = window.find_bar
    bar._regex.setChecked(True)
    bar._find.setText("(")
    return bar._problem.isVisible


def _sets(window: WindowDriver) -> None:
    window.value_sets.add_rows([("late", VALUES), ("a refund that somebody wants", VALUES)])


def _jinja(window: WindowDriver) -> None:
    _put(window, replace(EVERYTHING, template="jinja", messages=(Message("user", "{% if vip %}"),)), LANES)


STATES: tuple[tuple[str, Callable[[WindowDriver], object]], ...] = (
    ("everything", lambda window: None),
    ("question", _question),
    ("find", _find),
    ("a wrong pattern", _wrong_pattern),
    ("find closed", lambda window: window.finder.close()),
    ("one lane alone", lambda window: window.actions["solo"].trigger()),
    ("all lanes", lambda window: window.actions["solo"].trigger()),
    ("shown lanes", lambda window: window.lane_list.show_all()),
    ("baseline", lambda window: window.actions["baseline"].trigger()),
    ("difference", lambda window: window.actions["diff"].trigger()),
    ("sets", _sets),
    ("all lanes hidden", lambda window: [window.hide_lane(slot) for slot in window.slots()]),
    ("no lane", lambda window: _put(window, EVERYTHING, ())),
    ("template", _jinja),
)


@pytest.mark.deep
@pytest.mark.parametrize("size", depth.pick([SMALL], [SMALL, USUAL]))
@pytest.mark.parametrize("scale", depth.pick([LARGEST], [SMALLEST, LARGEST]))
def test_window_is_unclipped_in_every_state(desk: Desk, scale: float, size: tuple[int, int]) -> None:
    window = desk.open(ANSWERS, size=size)
    _put(window, EVERYTHING, LANES)
    window.values.set_values(dict(VALUES) | {"langauge": "French"})
    window.editor.focus_first()
    desk.run()
    change_scale(desk.theme, scale)
    for mode in ("light", "dark"):
        change_mode(desk.theme, mode)  # type: ignore[arg-type] # one of the modes, by the line above
        is_whole(window.frame, mode)
    for where, lead in STATES:
        window.focus_lane(0)
        if callable(is_there := lead(window)):
            desk.until(is_there)
        desk.rest()
        is_whole(window.frame, where)


@pytest.mark.deep
@pytest.mark.parametrize("scale", depth.pick([LARGEST], [SMALLEST, LARGEST]))
def test_dialogs_opened_without_a_command_are_unclipped(desk: Desk, scale: float) -> None:
    change_scale(desk.theme, scale)
    window = desk.open(size=SMALL)
    desk.run()
    _put(window, EVERYTHING, window.draft_lanes)
    desk.until(lambda: not window.editor.parts_shown.is_catching_up)
    for page in ("endpoints", "limits", "appearance", "history"):
        window.dialogs.show_settings(page)  # type: ignore[arg-type] # one of the pages, by the line above
        are_whole(desk, page)
    (section,) = window.editor.findChildren(OutputSection)
    section.edit_as_form(section.schema, "Output format")
    are_whole(desk, "schema")
    window.editor.parts_shown.paste_examples()
    are_whole(desk, "examples")
    window.dialogs.conversation_actions.paste("user: Where?\nassistant: There.")
    are_whole(desk, "conversation")
    window.dialogs.exchange_actions.preview(desk.directory / "gone.db")
    are_whole(desk, "import")
    window.dialogs.show_wire(window.slots()[0])
    are_whole(desk, "request")
    window.lanes.rename(window.slots()[0])
    is_whole(window.frame, "renaming")


@pytest.mark.deep
@pytest.mark.parametrize("scale", depth.pick([LARGEST], [SMALLEST, 1.5, LARGEST]))
def test_palette_shows_rows_at_every_text_size(desk: Desk, scale: float) -> None:
    change_scale(desk.theme, scale)
    window = desk.open(size=SMALL)
    window.dialogs.show_palette("run")
    palette = window.dialogs.palette
    assert palette is not None
    QApplication.processEvents()
    assert window.frame.width() >= palette.width()
    assert palette.list.height() > 3 * palette.fontMetrics().height()
    are_whole(desk, "palette")
