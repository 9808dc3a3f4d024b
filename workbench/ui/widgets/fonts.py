"""Fonts of the window, and how text areas get them."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QAbstractScrollArea, QApplication


def set_text_font(area: QAbstractScrollArea, font: QFont) -> None:
    """Set the font of a text area and of its viewport, whose font the placeholder uses and which does not always
    follow."""
    area.setFont(font)
    area.viewport().setFont(font)


def base_point_size(app: QApplication) -> float:
    """Return the system's font size in points, at 100 %."""
    size = app.font().pointSizeF()
    return size if size > 0 else 10.0


def to_the_letter(font: QFont) -> QFont:
    """Disable ligatures: some fonts draw one arrow for "->", which is another prompt than "→"."""
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def mono_families() -> list[str]:
    """Return the fixed-width fonts to use, best first."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    # Qt searches all fonts for a missing one, and then asks the system for a substitute.
    there = QFontDatabase.families()
    return [*(name for name in ("JetBrains Mono", "DejaVu Sans Mono", fixed) if name in there), "monospace"]
