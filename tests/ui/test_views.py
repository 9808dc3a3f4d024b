"""The views of the window: one at a time, made lazily, and resumed where they were left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.core.search.results import HistoryRow
from workbench.ui.shell.key_filters import ViewKeys
from workbench.ui.shell.key_names import KeyName
from workbench.ui.shell.views import Making, ViewPlace, Views, at_once
from workbench.ui.widgets.geometry import PaneDivider

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
THREE = 12
"""The code of the third key of the digit row on X11 and Wayland."""


class Sizes(QObject):
    """Records which widgets of a page are resized."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.told: list[QObject] = []
        for widget in (page, *page.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Resize:
            self.told.append(watched)
        return False


class Page(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        self.first, self.second = QLineEdit(self), QLineEdit(self)
        layout.addWidget(self.first)
        layout.addWidget(self.second)
        for number in range(10):
            layout.addWidget(QLabel(f"{number}", self))
        self.key = ""

    def name_keys(self, name: KeyName) -> None:
        self.key = name("judge")

    def stops(self) -> list[QWidget]:
        return [self.second, self.first]


class Stage:
    """A window with a side bar, Compose and a lazily made view."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        central = QWidget(self.window)
        self.window.setCentralWidget(central)
        splitter = QSplitter(central)
        self.side = QLabel("side", splitter)
        stack = QStackedWidget(splitter)
        self.compose = Page(stack)
        stack.addWidget(self.compose)
        self.made: list[Page] = []
        self.views = Views(
            stack,
            self.side,
            {
                "compose": ViewPlace("Compose", at_once(lambda: self.compose), self.compose.first.setFocus),
                "history": ViewPlace("History", self._in_steps, lambda: self.made[0].first.setFocus(), has_side=False),
            },
            self.window,
        )
        layout = QVBoxLayout(central)
        for part in (self.views.tabs, splitter):
            layout.addWidget(part)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def _in_steps(self) -> Making:
        for _ in range(3):
            yield
        self.made.append(Page())
        return self.made[-1]


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


def test_pages_show_current_shortcuts_even_when_created_later(stage: Stage) -> None:
    stage.views.name_keys(lambda command: f"{command} 1")
    stage.views.show("history")
    (page,) = stage.made
    assert page.key == "judge 1"
    stage.views.name_keys(lambda command: f"{command} 2")
    assert page.key == "judge 2"


def test_current_page_defines_its_tab_order(stage: Stage) -> None:
    stage.views.show("history")
    (page,) = stage.made
    assert stage.views.stops() == [page.second, page.first]


def test_view_is_created_when_first_shown(stage: Stage) -> None:
    assert stage.made == []
    assert stage.views.page("history") is None
    QTest.mouseClick(stage.views.tabs.tab("history"), Qt.MouseButton.LeftButton)
    assert len(stage.made) == 1
    assert stage.views.shown == "history"
    assert stage.made[0].isVisible()
    assert not stage.compose.isVisible()
    assert stage.made[0].first.hasFocus()
    stage.views.show("compose")
    stage.views.show("history")
    assert len(stage.made) == 1


def test_view_can_be_created_in_steps_before_being_shown(stage: Stage) -> None:
    steps = 0
    while stage.views.make_more():
        steps += 1
    assert steps > 1
    page = stage.views.page("history")
    assert stage.made == [page]
    assert stage.compose.isVisible()
    stage.views.show("history")
    assert stage.made == [page]
    assert stage.made[0].first.hasFocus()


def test_showing_a_half_created_view_completes_its_creation(stage: Stage) -> None:
    assert stage.views.make_more()
    stage.views.show("history")
    assert len(stage.made) == 1
    assert stage.made[0].isVisible()


def test_page_being_left_is_not_resized_when_the_side_bar_hides(stage: Stage, qtbot: QtBot) -> None:
    stage.views.show("history")
    stage.views.show("compose")
    seen = Sizes(stage.compose)
    stage.views.show("history")
    qtbot.waitUntil(lambda: stage.made[0].first.isVisible())
    assert stage.compose.first not in seen.told


def test_side_bar_is_shown_only_in_views_that_use_one(stage: Stage) -> None:
    stage.views.show("history")
    assert not stage.side.isVisible()
    stage.views.show("compose")
    assert stage.side.isVisible()


def test_view_restores_its_focus_when_shown_again(stage: Stage) -> None:
    stage.compose.second.setFocus()
    stage.views.show("history")
    stage.views.show("compose")
    assert stage.compose.second.hasFocus()


def test_view_focuses_its_first_field_if_the_focused_one_was_deleted(stage: Stage) -> None:
    stage.compose.second.setFocus()
    stage.views.show("history")
    stage.compose.second.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    stage.views.show("compose")
    assert stage.compose.first.hasFocus()


def test_tabs_show_the_current_view_and_changes_are_signalled_once(stage: Stage) -> None:
    told: list[str] = []
    stage.views.changed.connect(told.append)
    stage.views.show("history")
    stage.views.show("history")
    assert told == ["history"]
    assert stage.views.tabs.tab("history").isChecked()
    assert not stage.views.tabs.tab("compose").isChecked()


@pytest.mark.parametrize(
    ("key", "held", "wanted"),
    [
        (Qt.Key.Key_3, ALT, 3),
        (Qt.Key.Key_QuoteDbl, ALT, 3),
        (Qt.Key.Key_3, ALT | SHIFT, None),
        (Qt.Key.Key_A, ALT, None),
    ],
)
def test_alt_and_a_digit_key_selects_a_view_by_key_position(
    qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier, wanted: int | None
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    taken: list[int] = []
    ViewKeys(window, lambda digit: taken.append(digit) is None)
    scan_code = 38 if key == Qt.Key.Key_A else THREE
    QApplication.sendEvent(window, QKeyEvent(QEvent.Type.KeyPress, key, held, scan_code, 0, 0))
    assert taken == ([] if wanted is None else [wanted])


class DividedView(QWidget):
    """A page with a divider and a selected run."""

    def __init__(self) -> None:
        super().__init__()
        self.divider = PaneDivider(lambda width: width // 2, self)

    def dividers(self) -> dict[str, PaneDivider]:
        return {"half": self.divider}

    def selected(self) -> list[HistoryRow]:
        return []

    def query(self) -> str:
        return ""

    def has_query(self) -> bool:
        return False

    def comparison(self) -> None:
        return None


def test_created_page_is_announced_and_reports_manually_moved_dividers(qtbot: QtBot) -> None:
    main, stage = QMainWindow(), QStackedWidget()
    qtbot.addWidget(main)
    main.setCentralWidget(stage)
    page, told = DividedView(), list[QWidget]()
    places = {
        "compose": ViewPlace("Compose", at_once(QWidget), lambda: None),
        "history": ViewPlace("History", at_once(lambda: page), lambda: None),
    }
    side = QWidget(main)
    views = Views(stage, side, places, main)
    qtbot.addWidget(views.tabs)
    views.made.connect(told.append)
    assert views.runs is None
    assert views.dividers() == {}
    while views.make_more():
        pass
    assert page in told
    assert views.runs is page
    assert views.dividers() == {}
    page.divider.is_by_hand = True
    assert views.dividers() == {"half": page.divider}
