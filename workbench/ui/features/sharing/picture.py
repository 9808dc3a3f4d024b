"""Paints the answers of a run as one picture: the prompt, then a card per answer with its figures.

Invariant: the size is bounded, whatever the answers are: long texts are cut, with a sign. Uses no widget, so that a
worker thread can paint.
"""

from __future__ import annotations

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTextDocument

from workbench.core.text import counted
from workbench.formats.exports.answer_table import AnswerTable
from workbench.formats.exports.page import escaped
from workbench.ui.widgets.stylesheet import ThemeTokens

MOST_ANSWERS = 12
_MOST_CHARACTERS = 1_500
_MOST_LINES = 30
_WIDTH, _MARGIN, _SCALE = 1200, 28, 2
"""Width and margin in logical pixels, of which each is `_SCALE` pixels of the picture."""
_COLUMNS = 3


def paint_answers(table: AnswerTable, colors: ThemeTokens, font: QFont) -> QImage:
    """Return the picture of a table."""
    document = QTextDocument()
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setHtml(_html(table, colors))
    document.setTextWidth(_WIDTH - 2 * _MARGIN)
    height = document.size().height() + 2 * _MARGIN
    image = QImage(_WIDTH * _SCALE, round(height * _SCALE), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(colors.sunken))
    painter = QPainter(image)
    painter.translate(_MARGIN, _MARGIN)
    document.drawContents(painter, QRectF(0, 0, _WIDTH, height).marginsRemoved(QMarginsF(0, 0, _MARGIN, _MARGIN)))
    painter.end()
    return image


def _html(table: AnswerTable, colors: ThemeTokens) -> str:
    prompt = "".join(
        f'<p><span style="color:{colors.muted}">{escaped(role)}</span><br>{_text(text)}</p>'
        for role, text in table.prompt
    )
    wide = min(_COLUMNS, max(1, len(table.rows)))
    cards = [_card(dict(zip(table.head, row, strict=True)), 100 // wide, colors) for row in table.rows]
    rows = "".join(f"<tr>{''.join(cards[start : start + wide])}</tr>" for start in range(0, len(cards), wide))
    left = f'<p style="color:{colors.muted}">and {counted(table.left_out, "more answer")}</p>' if table.left_out else ""
    return (
        f'<div style="color:{colors.text}"><p style="font-size:large"><b>{escaped(table.title)}</b></p>{prompt}'
        f'<table width="100%" cellspacing="8" cellpadding="12">{rows}</table>{left}</div>'
    )


def _card(cell: dict[str, str], percent: int, colors: ThemeTokens) -> str:
    won = bool(cell.get("Winner"))
    name = " · ".join(filter(None, (cell["Lane"], cell.get("Case", ""), _sample(cell.get("Sample", "")))))
    tokens = f"{cell['Tokens']} tokens" if cell.get("Tokens") else ""
    figures = " · ".join(filter(None, (cell.get("Time", ""), tokens, cell.get("Cost", ""))))
    edge = colors.gold if won else colors.border
    star = f'<span style="color:{colors.gold}">★ </span>' if won else ""
    return (
        f'<td width="{percent}%" bgcolor="{colors.surface}" style="border:1px solid {edge}">'
        f"<p>{star}<b>{escaped(name)}</b></p><p>{_text(cell['Answer'])}</p>"
        f'<p style="color:{colors.muted}">{escaped(figures)}</p></td>'
    )


def _sample(number: str) -> str:
    return f"sample {number}" if number else ""


def _text(text: str) -> str:
    lines = text[:_MOST_CHARACTERS].splitlines()
    shown = "\n".join(lines[:_MOST_LINES])
    cut = " …" if len(text) > _MOST_CHARACTERS or len(lines) > _MOST_LINES else ""
    return escaped(shown + cut).replace("\n", "<br>")
