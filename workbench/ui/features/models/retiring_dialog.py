"""The dialog that lists the models in use that are retired or will be soon.

Invariant: every row says the date, where the model is used and what replaces it; a successor can be tested only in a
prompt whose lanes or tests have the model.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.core.retirement import SOON
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import ToldLabel, field
from workbench.ui.widgets.row_delegate import Index, RowDelegate, RowText
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.retirement_radar import RetiringModel

_MODEL = Qt.ItemDataRole.UserRole
_READING = "Looking for retiring models…"
_NONE = f"No model that you use is retired or retires within {SOON.days} days."
_PLACES = 5
"""Lines of places that are visible without scrolling."""


class RetiringDialog(Dialog):
    """`test_wanted(RetiringModel, str)` requests a test of the successor in the prompt with this uid."""

    test_wanted = Signal(object, str)

    def __init__(self, theme: Theme, source: str, *, read_only: bool = False, parent: QWidget | None = None) -> None:
        """`source` says where dates and successors come from."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Retiring models in use")
        self._read_only = read_only
        self.about = label(_READING, "muted")
        self.list = QListWidget()
        self.list.setAccessibleName("Retiring models")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(RowDelegate(theme, self.list, _row))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_role(self.list, "rows")
        self.places = field(theme, "Where the model is used")
        self.places.setFont(theme.font())
        self.places.setFixedHeight(self.places.fontMetrics().lineSpacing() * (_PLACES + 1))
        self.successor = label("", "")
        self.prompts = QComboBox()
        self.prompts.setAccessibleName("Prompt in which the successor is tested")
        self.prompts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.prompts.setMinimumContentsLength(18)
        self.source = label(f"Dates and successors: {source}.", "small")
        self.told = ToldLabel(theme)
        self.close_ = button("Close", self.reject)
        self.test = button("Test the successor…", self._test, "primary")
        self.test.setDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self.prompts, 1)
        foot.addStretch(1)
        foot.addWidget(self.close_)
        foot.addWidget(self.test)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        for part in (self.about, self.list, self.places, self.successor, self.source, self.told):
            layout.addWidget(part, 1 if part is self.list else 0)
        layout.addLayout(foot)
        self.list.currentItemChanged.connect(lambda *_: self._show_current())
        self.list.itemDoubleClicked.connect(lambda _: self._test())
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(640 * scale), int(480 * scale)).boundedTo(geometry.room(self)))
        self.show_models(())
        self.about.setText(_READING)

    def show_models(self, models: Sequence[RetiringModel]) -> None:
        """List these models and select the first one."""
        self.list.clear()
        for model in models:
            item = QListWidgetItem()
            item.setData(_MODEL, model)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _words(model))
            self.list.addItem(item)
        gone = sum(model.is_retired for model in models)
        parts = (f"{gone} retired" if gone else "", f"{len(models) - gone} retiring soon" if gone < len(models) else "")
        self.about.setText(f"Models that you use: {', '.join(filter(None, parts))}." if models else _NONE)
        for part in (self.list, self.places, self.successor, self.prompts, self.test):
            part.setVisible(bool(models))
        if models:
            self.list.setCurrentRow(0)
            self.list.setFocus()
        else:
            self.close_.setFocus()
        self._show_current()

    def refuse(self, sentence: str) -> None:
        """Show why reading or preparing failed."""
        if not self.list.count():
            self.about.setText("")
        self.told.say(sentence, "error")

    @property
    def current(self) -> RetiringModel | None:
        """The selected model."""
        item = self.list.currentItem()
        found = None if item is None else item.data(_MODEL)
        return found if isinstance(found, RetiringModel) else None

    def _show_current(self) -> None:
        model = self.current
        if model is None:
            return
        self.told.say("")
        self.places.setPlainText("\n".join(map(visible_name, model.places)))
        self.successor.setText(_successor(model))
        self.prompts.clear()
        for uid, name in model.prompts:
            self.prompts.addItem(visible_name(name), uid)
        self.prompts.setVisible(self.prompts.count() > 1)
        self.test.setEnabled(bool(model.prompts) and not self._read_only)
        self.test.setText("Test the successor…" if model.successor else "Test a successor…")

    def _test(self) -> None:
        if self.current is not None and self.test.isEnabled():
            self.test_wanted.emit(self.current, self.prompts.currentData())


def _row(index: Index) -> RowText:
    model: RetiringModel = index.data(_MODEL)
    return RowText(f"{visible_name(model.model)} · {model.note}", _uses(model))


def _words(model: RetiringModel) -> str:
    return f"{visible_name(model.model)}, {model.note}, {_uses(model)}"


def _uses(model: RetiringModel) -> str:
    prompts = dict.fromkeys((use.prompt_uid, use.prompt_name) for use in model.uses)
    packs = f", {counted(len(model.packs), 'pack')}" if model.packs else ""
    return f"{', '.join(visible_name(name) for _, name in prompts)}{packs} · {_short_successor(model)}"


def _short_successor(model: RetiringModel) -> str:
    return f"successor {visible_name(model.successor)}" if model.successor else "no successor listed"


def _successor(model: RetiringModel) -> str:
    if not model.successor:
        return "The list names no successor: choose a model yourself, and test that it is no worse."
    return f"Successor: {visible_name(model.successor)}. Test that it is no worse before you change over."
