"""The left half of a dialog that asks a model: the model, the instructions, and the buttons Ask and Stop.

Invariant: nothing can be asked before a model is set. One of Ask and Stop is shown, and the focus moves with it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QWidget

from workbench.core.lanes import Lane, short_model
from workbench.core.visible_text import visible_name
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.model_button import ModelButton
from workbench.ui.widgets.small_controls import quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_TIP = 600


class RequestPane(QWidget):
    """`ask_wanted` and `stop_wanted` come from the button; `model_wanted` requests the model picker.

    Subclasses lay the controls out, then call `set_running`.
    """

    ask_wanted = Signal()
    stop_wanted = Signal()
    model_wanted = Signal()
    changed = Signal()
    """Something of the request changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, mono: bool = True) -> None:
        super().__init__(parent)
        self.lane: Lane | None = None
        self._shipped = ""
        self.model = ModelButton("Choose a model…")
        self.model.setAutoDefault(False)
        self.instructions = request_field(theme, "Instructions for the model", mono=mono)
        self.shipped = quiet_button("Use defaults", "Restore the default instructions")
        self.ask = QPushButton("Ask")
        self.ask.setDefault(True)
        self.ask.setEnabled(False)
        set_role(self.ask, "primary")
        self.stop = QPushButton("■ Stop")
        self.stop.setAutoDefault(False)
        self.model.clicked.connect(self.model_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.shipped.clicked.connect(lambda: self.instructions.set_exact(self._shipped))
        self.instructions.textChanged.connect(self.changed)

    def set_lane(self, lane: Lane) -> None:
        """Set the model to ask."""
        self.lane = lane
        name = visible_name(short_model(lane.model))
        self.model.setText(name)
        self.model.setAccessibleName(f"Model: {name}")
        self.model.setToolTip(safe_tip(f"{lane.model}. Choose another model."))
        self.ask.setEnabled(True)
        self.changed.emit()

    def set_instructions(self, text: str, shipped: str) -> None:
        """Show instructions; `shipped` are the defaults that can be restored."""
        self._shipped = shipped
        self.instructions.set_exact(text)

    def own_instructions(self) -> str:
        """Return the custom instructions, "" if they are the defaults."""
        text = self.instructions.exact()
        return "" if text == self._shipped else text

    def set_running(self, *, running: bool) -> None:
        """Switch between the Ask and the Stop button."""
        had_focus = self.ask.hasFocus() or self.stop.hasFocus()
        self.ask.setVisible(not running)
        self.stop.setVisible(running)
        if had_focus:
            (self.stop if running else self.ask).setFocus()


def request_field(theme: Theme, name: str, *, mono: bool = True) -> ExactField:
    """Return a field for text of several lines, which Tab leaves."""
    field = ExactField(theme, mono=mono)
    field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    field.setTabChangesFocus(True)
    field.setAccessibleName(name)
    set_role(field, "field")
    return field


def tick_list(name: str) -> QListWidget:
    """Return an empty list for items that can be ticked."""
    rows = QListWidget()
    rows.setAccessibleName(name)
    rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows.setTextElideMode(Qt.TextElideMode.ElideRight)
    set_role(rows, "sunken")
    return rows


def tick_item(text: str, tip: str, *, is_ticked: bool = False) -> QListWidgetItem:
    """Return an item that can be ticked; its tooltip is the beginning of `tip`."""
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
    item.setToolTip(safe_tip(tip[:_TIP]))
    return item


def ticked_rows(rows: QListWidget) -> list[int]:
    """Return the rows of a list that are ticked."""
    return [row for row in range(rows.count()) if rows.item(row).checkState() == Qt.CheckState.Checked]
