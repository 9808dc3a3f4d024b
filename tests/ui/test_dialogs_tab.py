"""Tab visits the controls of every dialog in visual order, and every stop has a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import PickerDouble, SettingsDouble, an_offer, shown, theme
from workbench.app.settings.form_data import EndpointInfo
from workbench.core.lanes import Endpoint, Lane, Params
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.settings.dialog import SettingsDialog
from workbench.ui.widgets.theme import Theme

__all__ = ["shown", "theme"]

Show = Callable[[QDialog], Any]
MOST = 60


def _name(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return widget.accessibleName() or (text() if text is not None else "")


def _stops(dialog: QDialog, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    first = QApplication.focusWidget()
    assert first is not None
    stops = [first]
    for _ in range(MOST):
        QTest.keyClick(stops[-1], key)
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is first:
            return stops
        assert focused not in stops
        stops.append(focused)
    pytest.fail("Tab does not return to its first stop")


def _assert_in_reading_order(dialog: QDialog, stops: list[QWidget]) -> None:
    bottoms = [stop.mapTo(dialog, stop.rect().bottomLeft()).y() for stop in stops]
    tops = [stop.mapTo(dialog, stop.rect().topLeft()).y() for stop in stops]
    for at in range(1, len(stops)):
        beside = tops[at] < bottoms[at - 1]
        below = tops[at] >= tops[at - 1]
        assert beside or below, f"{_name(stops[at])} comes after {_name(stops[at - 1])}"


def test_parameters_dialog_has_named_tab_stops_in_reading_order(shown: Show, theme: Theme) -> None:
    dialog = shown(ParamsDialog(theme, Params(), title="gpt"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    stops = _stops(dialog)
    assert [_name(stop) for stop in stops][-3:] == ["Clear every field", "Cancel", "Apply"]
    assert all(_name(stop) for stop in stops)
    _assert_in_reading_order(dialog, stops)
    assert [stops[0], *reversed(stops[1:])] == _stops(dialog, Qt.Key.Key_Backtab)


def test_model_picker_has_named_tab_stops_in_reading_order(qtbot: QtBot, shown: Show, theme: Theme) -> None:
    dialog = shown(ModelPicker(theme, PickerDouble(an_offer(), ()), Lane("a", "litellm", "gpt-5")))
    qtbot.waitUntil(lambda: len(_stops(dialog)) > 5)
    stops = _stops(dialog)
    names = [_name(stop) for stop in stops]
    assert names[:2] == ["Search models", "Models"]
    assert names[-2:] == ["Cancel", "Use model"]
    assert all(names)
    _assert_in_reading_order(dialog, stops)


@pytest.mark.parametrize("page", ["keys", "endpoints", "appearance"])
def test_settings_pages_have_named_tab_stops(qtbot: QtBot, shown: Show, theme: Theme, page: str) -> None:
    source = SettingsDouble()
    source.own.append(EndpointInfo(Endpoint("f", "gguf", "File", path="/m.gguf")))
    dialog = shown(SettingsDialog(theme, source))
    dialog.show_page(page)
    QApplication.processEvents()
    if page == "endpoints":
        dialog.show_page(page, "f")
    first = next(child for child in dialog.findChildren(QWidget) if child.accessibleName() == "Pages of the settings")
    first.setFocus()
    names = [_name(stop) for stop in _stops(dialog)]
    assert names[0] == "Pages of the settings"
    assert names[-1] == "Close"
    assert all(names)
    assert len(names) > 3


@pytest.mark.parametrize("downs", [0, 1, 2, 3])
def test_settings_page_opened_by_arrow_key_has_named_tab_stops(shown: Show, theme: Theme, downs: int) -> None:
    dialog = shown(SettingsDialog(theme, SettingsDouble()))
    QApplication.processEvents()
    for _ in range(downs):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    names = [_name(stop) for stop in _stops(dialog)]
    assert names[0] == "Pages of the settings"
    assert names[-1] == "Close"
    assert all(names)
    assert "Endpoints" not in names, "an empty list is no tab stop, because its focus is invisible"
