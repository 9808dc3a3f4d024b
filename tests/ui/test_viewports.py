"""Viewports that are made in Python behave like those that Qt makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.editor.heights import MeasuredField
from workbench.ui.editor.page import plain_viewport, text_viewport

_IDENTITIES = {"childrenRegion", "windowIcon"}
"""Properties whose values have no equality."""


def facts(viewport: QWidget) -> dict[str, object]:
    """Return every property and attribute of a widget, by name."""
    meta = viewport.metaObject()
    names = {meta.property(at).name() for at in range(meta.propertyCount())} - _IDENTITIES
    found: dict[str, object] = {name: viewport.property(name) for name in names}
    found["attributes"] = {attribute.name for attribute in Qt.WidgetAttribute if viewport.testAttribute(attribute)}
    found["roles"] = viewport.backgroundRole(), viewport.foregroundRole()
    found["proxy"] = viewport.focusProxy() is viewport.parent()
    found["cursor"] = viewport.cursor().shape()
    return found


@pytest.mark.parametrize(("area", "make"), [(QScrollArea, plain_viewport), (QPlainTextEdit, text_viewport)])
def test_viewport_made_in_python_equals_that_of_qt(
    qtbot: QtBot, area: type[QAbstractScrollArea], make: Callable[[], QWidget]
) -> None:
    usual, ours = area(), area()
    qtbot.addWidget(usual)
    qtbot.addWidget(ours)
    ours.setViewport(make())
    assert facts(ours.viewport()) == facts(usual.viewport())


def test_field_measures_on_its_viewport(qtbot: QtBot) -> None:
    field = MeasuredField()
    qtbot.addWidget(field)
    layout = field.document().documentLayout()
    assert layout.paintDevice() is field.viewport()
