"""Writes parts of Markdown into a text document.

Invariant: the document gets text and formats and nothing else, so that it has nothing to load; every block knows the
line of the source that it began with.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from workbench.ui.lanes.reading.code import colored, is_known
from workbench.ui.lanes.reading.coloring import AT_ONCE, Coloring
from workbench.ui.lanes.reading.parts import Part, Run
from workbench.ui.theme import Theme

OFFSET = QTextFormat.Property.UserProperty.value + 1
"""Block property: offset in the answer."""
QUOTE = QTextFormat.Property.UserProperty.value + 2
"""Block property: how many quotes are around it."""
CODE = QTextFormat.Property.UserProperty.value + 3
"""Block property: a line of code."""
QUOTE_STEP = 14
CODE_PADDING = 8
_ITEM_STEP = 18
_CLOSE = 0.3
_HEADINGS = {1: 3.0, 2: 2.0, 3: 1.0}


class Builder:
    """Writes at a cursor in the fonts and colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.font = theme.font()
        self.mono = theme.mono(-0.5)
        self._formats: dict[tuple[bool | int, ...], QTextCharFormat] = {}
        self._inks: dict[str, QTextCharFormat] = {}
        self.coloring = Coloring(self._code_format)
        """Long code that has been written without its colours."""
        self._metrics = QFontMetricsF(self.font)
        self.extra = round(self._metrics.lineSpacing() * 0.2)
        self._line = self._metrics.lineSpacing() + self.extra

    def write(self, cursor: QTextCursor, part: Part, offset: int, *, first: bool, apart: bool, final: bool) -> None:
        """Add a part at the end. `apart` says that a blank line parts it from the one before; `final` colours code."""
        under = not first and cursor.blockFormat().headingLevel() > 0
        block = self._block(part, offset, first=first, apart=apart, under=under)
        if part.kind == "code":
            self._code(cursor, part, block, first=first, final=final)
        elif part.kind == "table":
            self._table(cursor, part, block, first=first)
        else:
            self._begin(cursor, block, first=first)
            if part.kind == "rule":
                self._rule(cursor)
                return
            if part.marker:
                cursor.insertText(f"{part.marker} ", self._format(Run("")))
            for run in part.runs:
                cursor.insertText(run.text.replace("\n", "\u2028"), self._format(run, part))
            _mirror(cursor)

    def more_code(self, cursor: QTextCursor, text: str) -> None:
        """Continue the code block at the end of the document."""
        block = cursor.blockFormat()
        block.setTopMargin(0)
        lines = text.split("\n")
        for index, line in enumerate(lines):
            if index:
                cursor.insertBlock(block)
            cursor.insertText(line, self._code_format())

    def _block(self, part: Part, offset: int, *, first: bool, apart: bool, under: bool) -> QTextBlockFormat:
        """Return how a part stands; what is right `under` a heading belongs to it, and stands close."""
        block = QTextBlockFormat()
        gap = 0.0 if first else self._line if apart else 0.0
        if not first and part.kind in ("code", "table", "heading"):
            gap = max(gap, self._line / 2)
        block.setTopMargin(min(gap, self._line * _CLOSE) if under else gap)
        block.setLineHeight(self.extra, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        left = float(part.quote * QUOTE_STEP + max(0, part.depth - 1) * _ITEM_STEP)
        if part.depth:
            hang = self._metrics.horizontalAdvance(f"{part.marker or '•'} ")
            block.setTextIndent(-hang if part.marker else 0.0)
            left += hang
        block.setLeftMargin(left)
        block.setProperty(OFFSET, offset)
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

    def _format(self, run: Run, part: Part | None = None) -> QTextCharFormat:
        """Return the format of `run`; those of words that lead nowhere are made once."""
        level = part.level if part is not None and part.kind == "heading" else 0
        look = (run.bold, run.italic, run.strike, run.code, level, part is not None and part.quote > 0)
        if run.link:
            return self._made(run, part)
        if look not in self._formats:
            self._formats[look] = self._made(run, part)
        return self._formats[look]

    def _made(self, run: Run, part: Part | None) -> QTextCharFormat:
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

    def _code_format(self, color: str = "text") -> QTextCharFormat:
        if color not in self._inks:
            form = QTextCharFormat()
            form.setFont(self.mono)
            form.setForeground(self._theme.color(color))
            self._inks[color] = form
        return self._inks[color]

    def _code(self, cursor: QTextCursor, part: Part, block: QTextBlockFormat, *, first: bool, final: bool) -> None:
        block.setProperty(CODE, True)
        block.setTopMargin(block.topMargin() + (0 if first else CODE_PADDING / 2))
        block.setLeftMargin(block.leftMargin() + CODE_PADDING)
        block.setRightMargin(CODE_PADDING)
        block.setTextIndent(0)
        self._begin(cursor, block, first=first)
        later = len(part.text) > AT_ONCE
        if final and later and is_known(part.text, part.language):
            self.coloring.add(cursor, part.text, part.language)
        spans = colored(part.text, part.language) if final and not later else [(part.text, "text")]
        inner = QTextBlockFormat(block)
        inner.setTopMargin(0)
        for text, color in spans:
            for index, line in enumerate(text.split("\n")):
                if index:
                    cursor.insertBlock(inner)
                cursor.insertText(line, self._code_format(color))

    def _rule(self, cursor: QTextCursor) -> None:
        block = cursor.blockFormat()
        block.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth.value,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        block.setBackground(QBrush(self._theme.color("line")))
        cursor.setBlockFormat(block)

    def _table(self, cursor: QTextCursor, part: Part, block: QTextBlockFormat, *, first: bool) -> None:
        columns = max(1, max(len(row) for row in part.rows))
        # A table needs a block before it, which carries the place in the answer.
        lead = QTextBlockFormat(block)
        lead.setTopMargin(0)
        lead.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._begin(cursor, lead, first=first)
        form = QTextTableFormat()
        form.setCellPadding(4)
        form.setCellSpacing(0)
        form.setBorder(1)
        form.setBorderCollapse(True)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(self._theme.color("border"))
        form.setTopMargin(self._line * 0.7)
        form.setLeftMargin(block.leftMargin())
        table = cursor.insertTable(len(part.rows), columns, form)
        for number, row in enumerate(part.rows):
            for column, cell in enumerate(row):
                at = table.cellAt(number, column).firstCursorPosition()
                for run in cell:
                    at.insertText(run.text, self._format(replace(run, bold=True) if number == 0 else run))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        after = QTextBlockFormat()
        after.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        after.setAlignment(Qt.AlignmentFlag.AlignLeft)
        cursor.setBlockFormat(after)


def _mirror(cursor: QTextCursor) -> None:
    """Indent a paragraph that is read from right to left at the right, where it begins."""
    block = cursor.blockFormat()
    if block.leftMargin() and cursor.block().textDirection() == Qt.LayoutDirection.RightToLeft:
        block.setRightMargin(block.leftMargin())
        block.setLeftMargin(0)
        cursor.setBlockFormat(block)


def block_at(document: QTextDocument, offset: int) -> QTextBlock:
    """Return the last paragraph that was written of text up to about `offset`, the first one for none."""
    block = best = document.begin()
    while block.isValid():
        at = block.blockFormat().property(OFFSET)
        if at is not None and int(at) <= offset:
            best = block
        block = block.next()
    return best
