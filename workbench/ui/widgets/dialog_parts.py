"""Small parts shared by dialogs: messages with details, progress, read-only fields and tables.

Invariant: external text is shown as plain text; an error is one sentence whose detail is collapsed at first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.text import counted
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme, set_role

_STEPS = 1000
_MOST_NOTES = 6
_MOST_MEASURED = 200
_DETAIL_LINES = 7
_ROOMY = 1.7


class ToldLabel(QWidget):
    """A "muted", "good" or "error" sentence with collapsible detail; takes no space while empty."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.sentence: QLabel = label()
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = QToolButton()
        self.more.setCheckable(True)
        self.more.setText("Details ▸")
        self.more.setAccessibleName("Details")
        set_role(self.more, "quiet")
        self.detail = field(theme, "Details")
        self.detail.setFixedHeight(self.detail.fontMetrics().lineSpacing() * _DETAIL_LINES)
        self.detail.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.sentence)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.detail)
        self.more.toggled.connect(self._unfold)
        self.say("")

    def say(self, sentence: str, tone: str = "muted", detail: str = "") -> None:
        """Show a sentence; "" hides the widget."""
        self.sentence.setText(sentence)
        set_role(self.sentence, tone)
        self.more.setChecked(False)
        self.more.setVisible(bool(detail))
        self.detail.setPlainText(detail)
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """Return the sentence shown."""
        return self.sentence.text()

    def _unfold(self, shown: bool) -> None:
        self.more.setText("Details ▾" if shown else "Details ▸")
        self.detail.setVisible(shown)


class DialogProgress(QProgressBar):
    """A progress bar, hidden while idle."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setAccessibleName("Progress")
        self.hide()

    def show_count(self, done: int, of: int) -> None:
        """Show how many are done; `of` 0 means that the total is unknown, which is shown as a moving bar."""
        self.setRange(0, _STEPS if of else 0)
        if of:
            self.setValue(min(_STEPS, _STEPS * done // of))
        self.show()

    def show_share(self, share: float | None) -> None:
        """Show the share done, from 0 to 1; None hides the bar."""
        self.setRange(0, _STEPS)
        self.setValue(round((share or 0) * _STEPS))
        self.setVisible(share is not None)


def field(theme: Theme, name: str) -> QPlainTextEdit:
    """Return a read-only text field."""
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setFont(theme.mono())
    made.setAccessibleName(name)
    set_role(made, "field")
    return made


class _Lined(QStyledItemDelegate):
    """Elides long cell text at the right."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class RoomyLabel(QStyledItemDelegate):
    """List rows tall enough for a check box."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, round(option.fontMetrics.height() * _ROOMY))


def show_as_rows(table: QTableView) -> None:
    """Set up a table whose rows are selected as a whole, without grid, row numbers and horizontal scrolling."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = table.horizontalHeader()
    header.setSectionsClickable(False)
    header.setHighlightSections(False)


class LineList(QTableView):
    """A table whose rows are selected as a whole; the column `wide` takes the remaining width."""

    def __init__(self, model: QAbstractItemModel, name: str, wide: int, most: int = 8, widest: int = 0) -> None:
        """`most`: rows in the size hint; `widest`: maximum width of other columns in average characters, 0 for 30."""
        super().__init__()
        self._wide, self._most, self._widest = wide, most, widest or 30
        self.setModel(model)
        self.setItemDelegate(_Lined(self))
        self.setAccessibleName(name)
        show_as_rows(self)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(model.columnCount()):
            stretched = column == wide
            header.setSectionResizeMode(
                column, QHeaderView.ResizeMode.Stretch if stretched else QHeaderView.ResizeMode.Fixed
            )
        model.modelReset.connect(self.fit)
        model.dataChanged.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Fit the columns to their texts."""
        metrics, model = self.fontMetrics(), self.model()
        self.verticalHeader().setDefaultSectionSize(round(metrics.height() * _ROOMY))
        for column in range(model.columnCount()):
            if column == self._wide:
                continue
            texts = [str(model.headerData(column, Qt.Orientation.Horizontal) or "")]
            # Sample long tables evenly, because similar rows are adjacent.
            rows = range(0, model.rowCount(), 1 + model.rowCount() // _MOST_MEASURED)
            texts += [str(model.index(row, column).data() or "") for row in rows]
            checks = model.rowCount() and model.index(0, column).data(Qt.ItemDataRole.CheckStateRole) is not None
            wanted = max(metrics.horizontalAdvance(text) for text in texts) + 24 + (24 if checks else 0)
            self.setColumnWidth(column, min(wanted, metrics.averageCharWidth() * self._widest))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = max(2, min(self.model().rowCount(), self._most)) * self.verticalHeader().defaultSectionSize()
        return QSize(480, self.horizontalHeader().sizeHint().height() + rows + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        rows = 2 * self.verticalHeader().defaultSectionSize()
        return QSize(200, self.horizontalHeader().sizeHint().height() + rows)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self.fit()


def as_high_as_rows(rows: QListWidget, most: int) -> None:
    """Fix a list's height to that of its rows, `most` at most."""
    height = rows.sizeHintForRow(0) * min(rows.count(), most) if rows.count() else 0
    rows.setFixedHeight(height + 2 * rows.frameWidth() + 4)


def noted(notes: Sequence[str]) -> str:
    """Return notes one per line; those beyond `_MOST_NOTES` are only counted."""
    more = len(notes) - _MOST_NOTES
    return "\n".join((*notes[:_MOST_NOTES], *([f"and {counted(more, 'more note')}"] if more > 0 else [])))


def lay_out(page: QWidget, size: QSize) -> None:
    """Lay out a page at its future size before it is shown."""
    page.resize(size)
    layout = page.layout()
    if layout is not None:
        layout.activate()
    for asked in (page.sizeHint, page.minimumSizeHint):
        asked()
    page.heightForWidth(size.width())
