"""How high a field wants to be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt

from workbench.ui.editor.wrapping import bar_room

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField


def natural_height(field: ExactField, limit: int) -> int:
    """Return the height in px that shows all the text of `field`, or `limit` + 1 when that is more."""
    margin = field.document().documentMargin()
    height = 2 * field.viewport().y() + margin + 1 + bar_room(field)
    if field.document().isEmpty() and field.placeholderText():
        return max(math.ceil(height + _hint_height(field, limit) + margin), field.lines_height(1))
    block = field.document().firstBlock()
    while block.isValid() and height <= limit:
        height += field.blockBoundingRect(block).height()
        block = block.next()
    return min(math.ceil(height), limit + 1)


def _hint_height(field: ExactField, limit: int) -> int:
    room = QRect(0, 0, field.viewport().width() - round(2 * field.document().documentMargin()), limit)
    return field.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, field.placeholderText()).height()
