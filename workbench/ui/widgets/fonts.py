"""Which fonts text is written in, and how areas get them."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QAbstractScrollArea, QApplication


def set_text_font(area: QAbstractScrollArea, font: QFont) -> None:
    """Give a text area a font. Its placeholder is written in that of the viewport, which does not always follow."""
    area.setFont(font)
    area.viewport().setFont(font)


def base_point_size(app: QApplication) -> float:
    """Return the size (points) of the system's letters at 100 %."""
    size = app.font().pointSizeF()
    return size if size > 0 else 10.0


def to_the_letter(font: QFont) -> QFont:
    """Let the font show the letters that are there: some draw one arrow for "->", which is another prompt than "→"."""
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def mono_families() -> list[str]:
    """Return the fixed-width fonts to write in, the best first."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    # Qt looks through all fonts for one that is not there, and then asks the system what to take for it.
    there = QFontDatabase.families()
    return [*(name for name in ("JetBrains Mono", "DejaVu Sans Mono", fixed) if name in there), "monospace"]
