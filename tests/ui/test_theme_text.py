"""Placeholders have the same size as all other text, and fonts form no ligatures."""

from __future__ import annotations

from PySide6.QtGui import QRawFont, QTextLayout
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from tests.ui.editor_support import Show, machine, shown, theme
from tests.ui.looks import change_scale
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.theme import Theme

pytestmark = machine
__all__ = ["shown", "theme"]


def test_placeholders_follow_the_text_size(theme: Theme, shown: Show) -> None:
    window = QWidget()
    field, answer = ExactField(theme), AnswerView(theme)
    layout = QVBoxLayout(window)
    layout.addWidget(field)
    layout.addWidget(answer)
    shown(window)
    for scale in (2.0, 1.0, 1.5):
        change_scale(theme, scale)
        field.restyle()
        for area in (field, answer):
            assert area.viewport().font().pointSizeF() == area.font().pointSizeF() == theme.font().pointSizeF()


def test_fonts_form_no_ligatures(theme: Theme) -> None:
    for font in (theme.mono(), theme.font(), theme.font(-1, bold=True), QApplication.font()):
        layout = QTextLayout("->=>!=", font)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        # Two glyphs, no arrow ligature, which would misrepresent the prompt.
        assert layout.glyphRuns()[0].glyphIndexes() == QRawFont.fromFont(font).glyphIndexesForString("->=>!=")
