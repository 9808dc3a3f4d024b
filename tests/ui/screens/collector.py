"""Describes what a widget shows as text: a line for each visible control, with its words and its state.

Invariant: the description says nothing of sizes, fonts and colours. Elided text is described in full.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QTableView,
    QTextEdit,
    QTreeView,
    QWidget,
)

MOST_ROWS = 40
"""Rows of a list, and items of a choice, that are described; the rest is counted."""
KINDS: tuple[tuple[type[QWidget], str], ...] = (
    (QMenu, "menu"),
    (QDialog, "dialog"),
    (QCheckBox, "check box"),
    (QRadioButton, "option"),
    (QAbstractButton, "button"),
    (QComboBox, "choice"),
    (QLineEdit, "field"),
    (QPlainTextEdit, "text"),
    (QTextEdit, "text"),
    (QAbstractSpinBox, "number"),
    (QAbstractSlider, "slider"),
    (QProgressBar, "progress"),
    (QTabBar, "tabs"),
    (QGroupBox, "group"),
    (QAbstractItemView, "list"),
    (QLabel, "label"),
)
WITHOUT_PARTS = (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar, QMenu, QHeaderView, QScrollBar)
"""Controls whose child widgets are their own affair."""
ROLE = Qt.ItemDataRole


def described(widget: QWidget) -> str:
    """Return the description of a widget and all visible widgets in it."""
    return "\n".join(_lines(widget, ""))


def _lines(widget: QWidget, indent: str) -> Iterator[str]:
    if isinstance(widget, QScrollBar | QHeaderView):
        return
    facts = _facts(widget)
    if facts:
        yield indent + "  ".join(facts)
        indent += "  "
    if isinstance(widget, QAbstractItemView):
        yield from (indent + line for line in _rows(widget))
    if isinstance(widget, QMenu):
        yield from (indent + line for line in _entries(widget))
    if not isinstance(widget, WITHOUT_PARTS):
        for child in widget.children():
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow():
                yield from _lines(child, indent)


def _facts(widget: QWidget) -> list[str]:
    """Return kind, words and state, empty for a widget that only contains others."""
    kind = next((word for known, word in KINDS if isinstance(widget, known)), "")
    words, tip = _words(widget), _plain(widget.toolTip())
    name, about = _plain(widget.accessibleName()), _plain(widget.accessibleDescription())
    facts = [f'"{words}"'] if words else []
    if isinstance(widget, QComboBox):
        facts.append(_list([_plain(widget.itemText(at)) for at in range(widget.count())]))
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit) and not words and widget.placeholderText():
        facts.append(f'placeholder "{_plain(widget.placeholderText())}"')
    if callable(keycap := getattr(widget, "keycap", None)) and keycap():
        facts.append(f"key {keycap()}")
    facts += [f'name "{name}"'] if name and name != words else []
    facts += [f'tip "{tip}"'] if tip and tip not in (words, name) else []
    facts += [f'about "{about}"'] if about and about not in (words, name, tip) else []
    if not facts and kind not in ("dialog", "list", "menu", "slider", "progress"):
        return []
    facts += [word for word, holds in _states(widget).items() if holds]
    return [f"dialog {type(widget).__name__}" if kind == "dialog" else kind or "part", *facts]


def _states(widget: QWidget) -> dict[str, bool]:
    is_text = isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit)
    return {
        "focused": widget.window().focusWidget() is widget,
        "primary": widget.property("role") == "primary",
        "checked": isinstance(widget, QAbstractButton) and widget.isChecked(),
        "read-only": is_text and widget.isReadOnly(),  # type: ignore[attr-defined] # by the line above
        "disabled": not widget.isEnabled(),
    }


def _words(widget: QWidget) -> str:
    """Return the text of a control, in full where the control elides it."""
    if callable(candidates := getattr(widget, "candidates", None)):
        return " / ".join(map(_plain, candidates()))
    if callable(full := getattr(widget, "full", None)):
        return _plain(full())
    if isinstance(widget, QDialog):
        return _plain(widget.windowTitle())
    if isinstance(widget, QComboBox):
        return _plain(widget.currentText() or widget.placeholderText())
    if isinstance(widget, QGroupBox | QMenu):
        return _plain(widget.title())
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return _plain(widget.toPlainText(), is_literal=True)
    if isinstance(widget, QTabBar):
        at = widget.currentIndex()
        return " | ".join(f"[{widget.tabText(n)}]" if n == at else widget.tabText(n) for n in range(widget.count()))
    if isinstance(widget, QProgressBar):
        return "busy" if widget.maximum() == 0 else f"{widget.value()} of {widget.maximum()}"
    if isinstance(widget, QAbstractSlider):
        return str(widget.value())
    if isinstance(widget, QLineEdit) and widget.echoMode() != QLineEdit.EchoMode.Normal:
        return "•" * len(widget.text())
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit | QAbstractSpinBox):
        literal = isinstance(widget, QLineEdit) or getattr(widget, "textFormat", lambda: None)() == _PLAIN_TEXT
        return _plain(widget.text(), is_literal=literal)
    return ""


_PLAIN_TEXT = Qt.TextFormat.PlainText


def _plain(text: str, *, is_literal: bool = False) -> str:
    """Return a text on one line without markup."""
    if not is_literal and re.search(r"</?(a|b|i|p|br|qt|tt|code|span|table|tr|td)\b[^>]*>", text):
        text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br ?/?>", "\n", text)))
    return text.strip().replace("\u200b", "").replace("\u00a0", " ").replace("\n", " ⏎ ").replace("\u2029", " ⏎ ")


def _list(items: list[str]) -> str:
    more = [f"… {len(items) - MOST_ROWS} more"] if len(items) > MOST_ROWS else []
    return f"[{' | '.join(items[:MOST_ROWS] + more)}]"


# Rows.


def _rows(view: QAbstractItemView) -> Iterator[str]:
    model: QAbstractItemModel | None = view.model()
    if model is None:
        return
    # Of a list model, Qt keeps the number of columns private.
    columns = [0] if isinstance(view, QListView) else range(model.columnCount(view.rootIndex()))
    columns = [at for at in columns if not _is_column_hidden(view, at)]
    if heads := _heads(view, model, columns):
        yield heads
    yield from _below(view, model, view.rootIndex(), columns, "")


def _heads(view: QAbstractItemView, model: QAbstractItemModel, columns: list[int]) -> str:
    header = view.horizontalHeader() if isinstance(view, QTableView) else None
    header = view.header() if isinstance(view, QTreeView) else header
    if header is None or header.isHidden():
        return ""
    across = Qt.Orientation.Horizontal
    cells = (_cell(lambda role, at=at: model.headerData(at, across, role)) for at in columns)
    return f"= {' | '.join(cells)}"


def _below(
    view: QAbstractItemView, model: QAbstractItemModel, parent: QModelIndex, columns: list[int], indent: str
) -> Iterator[str]:
    for at in range(count := model.rowCount(parent)):
        if at == MOST_ROWS:
            yield f"{indent}… {count - at} more"
            return
        if _is_row_hidden(view, at, parent):
            continue
        first, chosen = model.index(at, 0, parent), view.selectionModel()
        cells = " | ".join(_cell(model.index(at, column, parent).data) for column in columns)
        flags = "" if model.flags(first) & Qt.ItemFlag.ItemIsEnabled else "  disabled"
        yield f"{indent}{'>' if chosen is not None and chosen.isSelected(first) else '-'} {cells}{flags}"
        if isinstance(view, QTreeView) and view.isExpanded(first):
            yield from _below(view, model, first, columns, indent + "  ")


def _cell(data: Any) -> str:
    """Return what a cell shows; `data` returns the value of a role."""
    text, spoken, tip = (_plain(_text(data(int(one)))) for one in (ROLE.DisplayRole, _SPOKEN, ROLE.ToolTipRole))
    mark = {None: "", 0: "☐ ", 1: "◪ ", 2: "☑ "}.get(getattr(state := data(int(ROLE.CheckStateRole)), "value", state))
    more = [f'says "{spoken}"'] if spoken and spoken != text else []
    more += [f'tip "{tip}"'] if tip and tip not in (text, spoken) else []
    return " ".join(filter(None, (f"{mark}{text}", *more)))


_SPOKEN = ROLE.AccessibleTextRole


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _is_column_hidden(view: QAbstractItemView, at: int) -> bool:
    return isinstance(view, QTableView | QTreeView) and view.isColumnHidden(at)


def _is_row_hidden(view: QAbstractItemView, at: int, parent: QModelIndex) -> bool:
    if isinstance(view, QTreeView):
        return view.isRowHidden(at, parent)
    return isinstance(view, QTableView | QListView) and view.isRowHidden(at)


# Menus.


def _entries(menu: QMenu, indent: str = "") -> Iterator[str]:
    for action in menu.actions():
        yield indent + ("---" if action.isSeparator() else "  ".join(_entry(action)))
        below = action.menu()
        if isinstance(below, QMenu):
            # As opening it does, which brings its check marks up to date.
            below.aboutToShow.emit()
            yield from _entries(below, indent + "  ")


def _entry(action: QAction) -> list[str]:
    text, tip = _plain(action.text()), _plain(action.toolTip())
    keys = ", ".join(key.toString() for key in action.shortcuts())
    facts = [f'entry "{text}"', *([keys] if keys else [])]
    # Qt makes the tip of the text if there is none.
    is_own = tip.partition("\t")[0] != text.replace("&", "").partition("\t")[0].rstrip("…")
    facts += [f'tip "{tip}"'] if tip and is_own else []
    facts += (["☑"] if action.isChecked() else ["☐"]) if action.isCheckable() else []
    return facts + ([] if action.isEnabled() else ["disabled"]) + ([] if action.isVisible() else ["hidden"])
