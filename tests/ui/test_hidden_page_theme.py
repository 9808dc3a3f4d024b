"""A theme change while History is hidden: it does not block, and the old theme is never seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.looks import change_mode, change_scale
from tests.ui.pasts import fill
from workbench.ui.features.history.view import HistoryView
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.idle_queue import IdleQueue

pytestmark = pytest.mark.window
CHANGES: dict[str, Callable[[Desk], None]] = {
    "dark": lambda desk: change_mode(desk.theme, "dark"),
    "larger": lambda desk: change_scale(desk.theme, 1.4),
}


def _entered(desk: Desk) -> HistoryView:
    window = desk.open()
    fill(window.store)
    desk.until(lambda: not window.workbench.searcher.behind())
    window.views.show("history")
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: view.model.rowCount() > 0 and view.detail.looked is not None)
    _settled(desk)
    return view


def _settled(desk: Desk) -> None:
    desk.until(lambda: not desk.theme._turn.isActive() and not IdleQueue.of_application()._waiting)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


def _theme(view: HistoryView) -> HiddenPageTheme:
    found = HiddenPageTheme.of(view)
    assert found is not None
    return found


def _picture(desk: Desk, view: HistoryView) -> QImage:
    """Return a picture of the view once it no longer changes."""
    pictures: list[QImage] = []

    def is_still() -> bool:
        pictures.append(_now(view))
        return pictures[-1:] == pictures[-2:-1]

    _settled(desk)
    desk.until(is_still)
    return pictures[-1]


def _now(view: HistoryView) -> QImage:
    view.table.setFocus(Qt.FocusReason.OtherFocusReason)
    return view.grab().toImage()


@pytest.mark.parametrize("change", CHANGES)
def test_hidden_page_ends_with_the_same_look_as_a_visible_one(desk: Desk, change: str) -> None:
    view = _entered(desk)
    before = _picture(desk, view)
    CHANGES[change](desk)
    assert not _theme(view).is_late
    seen = _picture(desk, view)
    assert seen != before
    change_mode(desk.theme, "light")
    change_scale(desk.theme, 1.0)
    desk.until(lambda: _now(view) == before)
    desk.window.views.show("compose")
    _settled(desk)
    CHANGES[change](desk)
    assert _theme(view).is_late
    _settled(desk)
    assert not _theme(view).is_late
    desk.window.views.show("history")
    desk.until(lambda: _now(view) == seen)


def test_page_shown_before_its_restyle_has_the_new_theme(desk: Desk) -> None:
    view = _entered(desk)
    CHANGES["dark"](desk)
    seen = _picture(desk, view)
    change_mode(desk.theme, "light")
    desk.window.views.show("compose")
    _settled(desk)
    CHANGES["dark"](desk)
    assert _theme(view).is_late
    desk.window.views.show("history")
    assert not _theme(view).is_late
    desk.until(lambda: _now(view) == seen)


def test_page_shown_during_a_change_has_the_new_theme(desk: Desk) -> None:
    view = _entered(desk)
    CHANGES["dark"](desk)
    seen = _picture(desk, view)
    change_mode(desk.theme, "light")
    desk.window.views.show("compose")
    _settled(desk)
    desk.theme.set_mode("dark")
    desk.window.views.show("history")
    _settled(desk)
    assert not _theme(view).is_late
    desk.until(lambda: _now(view) == seen)


def test_hidden_page_theme_reports_the_current_theme(desk: Desk) -> None:
    view = _entered(desk)
    desk.window.views.show("compose")
    late = _theme(view)
    late.set_mode("dark")
    late.set_scale(1.2)
    _settled(desk)
    late.set_motion("reduced")
    theme = desk.theme
    assert (theme.mode, theme.scale, theme.motion, theme.is_dark) == ("dark", 1.2, "reduced", True)
    assert (late.mode, late.scale, late.motion, late.is_dark) == ("dark", 1.2, "reduced", True)
    assert late.color("text") == theme.color("text")
    assert late.font(1, bold=True) == theme.font(1, bold=True)
    assert late.mono() == theme.mono()
