"""Fonts of text areas."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractScrollArea


def set_text_font(area: QAbstractScrollArea, font: QFont) -> None:
    """Give a text area a font. Its placeholder is written in that of the viewport, which does not always follow."""
    area.setFont(font)
    area.viewport().setFont(font)
