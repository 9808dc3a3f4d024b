"""Writes Markdown parts at the end of a text document.

Invariant: only text and formats are inserted, so the document has no resources to load.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from workbench.ui.widgets.reader.code import colored
from workbench.ui.widgets.reader.document_growth import PlacedPart
from workbench.ui.widgets.reader.parts import DocumentPart, TextRun
from workbench.ui.widgets.reader.tables import PADDING, ReadingTable, TableLook, thin
from workbench.ui.widgets.theme import Theme

QUOTE = QTextFormat.Property.UserProperty.value + 2
"""Block property: number of enclosing quotes."""
CODE = QTextFormat.Property.UserProperty.value + 3
"""Block property: a line of code."""
QUOTE_STEP = 14
CODE_PADDING = 8
_ITEM_STEP = 18
_CLOSE = 0.3
_HEADINGS = {1: 3.0, 2: 2.0, 3: 1.0}


class DocumentBuilder:
    """Writes in the fonts and colours of a theme, through a cursor at the end of a document."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.font = theme.font()
        self.mono = theme.mono(-0.5)
        self._formats: dict[tuple[bool | int, ...], QTextCharFormat] = {}
        self._inks: dict[str, QTextCharFormat] = {}
        self._metrics = QFontMetricsF(self.font)
        self.extra = round(self._metrics.lineSpacing() * 0.2)
        self._line = self._metrics.lineSpacing() + self.extra

    def paragraph(self, cursor: QTextCursor, placed: PlacedPart, *, first: bool) -> None:
        """Write a paragraph, a heading or a rule."""
        part = placed.part
        self._begin(cursor, self._block(cursor, placed, first=first), first=first)
        if part.kind == "rule":
            self._rule(cursor)
            return
        if part.marker:
            cursor.insertText(f"{part.marker} ", self.format(TextRun("")))
        self.words(cursor, part, part.runs)

    def words(self, cursor: QTextCursor, part: DocumentPart, runs: Iterable[TextRun]) -> None:
        """Continue the paragraph of `part`."""
        for run in runs:
            cursor.insertText(run.text.replace("\n", "\u2028"), self.format(run, part))
        _mirror(cursor)

    def code(self, cursor: QTextCursor, placed: PlacedPart, *, first: bool, inked: bool) -> None:
        """Write a code block, with syntax colours if `inked`."""
        block = self._block(cursor, placed, first=first)
        block.setProperty(CODE, True)
        block.setTopMargin(block.topMargin() + (0 if first else CODE_PADDING / 2))
        block.setLeftMargin(block.leftMargin() + CODE_PADDING)
        block.setRightMargin(CODE_PADDING)
        block.setTextIndent(0)
        self._begin(cursor, block, first=first)
        text, language = placed.part.text, placed.part.language
        for piece, color in colored(text, language) if inked else [(text, "text")]:
            self.more_code(cursor, piece, color)

    def more_code(self, cursor: QTextCursor, text: str, color: str = "text") -> None:
        """Continue the code block."""
        line, newline, rest = text.partition("\n")
        cursor.insertText(line, self.ink(color))
        if newline:
            block = cursor.blockFormat()
            block.setTopMargin(0)
            cursor.insertBlock(block)
            cursor.insertText(rest, self.ink(color))

    def table(self, cursor: QTextCursor, placed: PlacedPart, room: float, *, first: bool) -> ReadingTable:
        """Write a table into `room` pixels, margins included."""
        part, block = placed.part, self._block(cursor, placed, first=first)
        lead = thin()
        self._begin(cursor, lead, first=first)
        form = QTextTableFormat()
        form.setCellPadding(PADDING)
        form.setCellSpacing(0)
        form.setBorder(1)
        form.setBorderCollapse(True)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(self._theme.color("border"))
        form.setTopMargin(self._line * 0.7)
        form.setLeftMargin(block.leftMargin())
        columns = max(len(row) for row in part.rows)
        table = ReadingTable(TableLook(self.format, form, part.sides), columns, room)
        table.put(cursor, 0, part.rows)
        return table

    def ink(self, color: str = "text") -> QTextCharFormat:
        """Return the code format for a colour token of the theme."""
        if color not in self._inks:
            form = QTextCharFormat()
            form.setFont(self.mono)
            form.setForeground(self._theme.color(color))
            self._inks[color] = form
        return self._inks[color]

    def format(self, run: TextRun, part: DocumentPart | None = None) -> QTextCharFormat:
        """Return the format of `run`; formats without a link are cached."""
        level = part.level if part is not None and part.kind == "heading" else 0
        look = (run.bold, run.italic, run.strike, run.code, level, part is not None and part.quote > 0)
        if run.link:
            return self._made(run, part)
        if look not in self._formats:
            self._formats[look] = self._made(run, part)
        return self._formats[look]

    def _made(self, run: TextRun, part: DocumentPart | None) -> QTextCharFormat:
        form = QTextCharFormat()
        font = QFont(self.mono if run.code else self.font)
        muted = part is not None and part.quote > 0
        if part is not None and part.kind == "heading":
            font.setPointSizeF(font.pointSizeF() + _HEADINGS.get(part.level, 0.0))
            font.setWeight(QFont.Weight.DemiBold)
        if run.bold:
            font.setWeight(QFont.Weight.DemiBold)
        font.setItalic(run.italic)
        font.setStrikeOut(run.strike)
        form.setFont(font)
        form.setForeground(self._theme.color("muted" if muted else "text"))
        if run.code:
            form.setBackground(self._theme.color("sunken"))
        if run.link:
            form.setAnchor(True)
            form.setAnchorHref(run.link)
            form.setForeground(self._theme.color("accent"))
            form.setFontUnderline(True)
        return form

    def _block(self, cursor: QTextCursor, placed: PlacedPart, *, first: bool) -> QTextBlockFormat:
        """Return the block format of a part; the gap below a heading is small, because the text belongs to it."""
        part, block = placed.part, QTextBlockFormat()
        gap = self._line if placed.apart else 0.0
        if not placed.joined and part.kind in ("code", "table", "heading"):
            gap = max(gap, self._line / 2)
        if cursor.blockFormat().headingLevel():
            gap = min(gap, self._line * _CLOSE)
        block.setTopMargin(0.0 if first else gap)
        block.setLineHeight(self.extra, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        left = float(part.quote * QUOTE_STEP + max(0, part.depth - 1) * _ITEM_STEP)
        if part.depth:
            hang = self._metrics.horizontalAdvance(f"{part.marker or '•'} ")
            block.setTextIndent(-hang if part.marker else 0.0)
            left += hang
        block.setLeftMargin(left)
        if part.quote:
            block.setProperty(QUOTE, part.quote)
        if part.kind == "heading":
            block.setHeadingLevel(part.level)
        return block

    def _begin(self, cursor: QTextCursor, block: QTextBlockFormat, *, first: bool) -> None:
        if first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block, QTextCharFormat())

    def _rule(self, cursor: QTextCursor) -> None:
        block = cursor.blockFormat()
        block.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth.value,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        block.setBackground(QBrush(self._theme.color("line")))
        cursor.setBlockFormat(block)


def _mirror(cursor: QTextCursor) -> None:
    """Move the indent of a right-to-left paragraph to its right side."""
    block = cursor.blockFormat()
    if block.leftMargin() and cursor.block().textDirection() == Qt.LayoutDirection.RightToLeft:
        block.setRightMargin(block.leftMargin())
        block.setLeftMargin(0)
        cursor.setBlockFormat(block)
