"""An answer as its differences from another one.

Invariant: a difference is shown only with its own answer: after the answer is replaced, the page is empty until the new
comparison arrives. If nothing can be compared, the answer is shown unchanged, with the reason.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import LaneDiff
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.diff.text import DiffRun, DiffView
from workbench.ui.widgets.diff.wording import changed_words, changes, json_runs
from workbench.ui.widgets.reader.page import ReadingPage, share_menu
from workbench.ui.widgets.small_controls import quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role


class DiffPage(ReadingPage):
    """The changes, their number, a menu of bases, and navigation buttons."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: LaneDiff | None = None
        self._text = ""
        self._wash: tuple[float, float] | None = None
        self.base = quiet_button("vs …", "Base of the comparison", self)
        self.count = QLabel(self)
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setWordWrap(True)
        set_role(self.count, "small")
        self.data = quiet_button("Data", "Show differences of the data instead of the text", self)
        self.data.setCheckable(True)
        self.data.hide()
        self.previous = quiet_button("↑", "Previous change (Shift+F7)", self)
        self.next = quiet_button("↓", "Next change (F7)", self)
        self.view = DiffView(theme, parent=self)
        share_menu(self.view)
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 4, 6, 0)
        bar.setSpacing(2)
        bar.addWidget(self.base)
        bar.addStretch(1)
        for widget in (self.data, self.previous, self.next):
            bar.addWidget(widget)
        second = QHBoxLayout()
        second.setContentsMargins(12, 0, 12, 2)
        second.addWidget(self.count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addLayout(second)
        layout.addWidget(self.view, 1)
        opens_menu(self.base)
        self.base.clicked.connect(self.open_menu)
        self.data.toggled.connect(lambda _: self._show())
        self.next.clicked.connect(lambda: self.view.next_change(1))
        self.previous.clicked.connect(lambda: self.view.next_change(-1))
        self.view.current_changed.connect(lambda *_: self._count())

    def set_text(self, text: str) -> None:
        self._shown, self._text = None, text
        self.view.show_runs(())
        self.view.setPlaceholderText("Comparing…")
        self._count()

    def append(self, piece: str) -> None:
        self.set_text(self._text + piece)

    def refresh(self) -> None:
        self.data_wanted.emit()

    def set_data(self, data: object) -> None:
        if not isinstance(data, LaneDiff):
            return
        self._shown = data
        found = data.compared
        self._name_base(f"vs {found.base} ▾")
        self.base.setToolTip(safe_tip(f"Compared with {found.base}. Press to choose another base."))
        self.data.setVisible(found.data is not None)
        self._show()

    @property
    def against(self) -> tuple[str, str]:
        return ("", "") if self._shown is None else (self._shown.compared.short, self._shown.compared.base)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        self._wash = wash
        self._wash_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wash_view()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._wash_view()
        return done

    def _wash_view(self) -> None:
        """Continue the gradient behind the bar in the text view, wherever the view begins now."""
        layout, wash = self.layout(), self._wash
        assert layout is not None
        layout.activate()
        self.view.set_wash(None if wash is None else (wash[0] - self.view.y(), wash[1] - self.view.y()))

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(f"Changes. {name}")

    def tab_stops(self) -> list[QWidget]:
        return [self.view, self.base, self.data, self.previous, self.next]

    def has_selection(self) -> bool:
        return self.view.textCursor().hasSelection()

    def open_menu(self) -> QMenu | None:
        """Open the menu of bases; return None if nothing has been compared."""
        shown = self._shown
        if shown is None:
            return None
        menu = QMenu(self.base)
        menu.setAccessibleName("Base of the comparisons")
        menu.aboutToHide.connect(menu.deleteLater)
        for number, choice in enumerate(shown.choices):
            entry = menu.addAction(choice.title.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(choice.chosen)
            entry.triggered.connect(lambda _checked=False, base=choice.base: shown.choose(base))
            if number == 1 and len(shown.choices) > 2:
                menu.addSeparator()
        menu.popup(self.base.mapToGlobal(self.base.rect().bottomLeft()))
        return menu

    def _show(self) -> None:
        shown = self._shown
        if shown is None:
            return
        found = shown.compared
        if found.diff is None:
            self.view.setPlaceholderText(found.sentence)
            self.view.show_runs((DiffRun("same", self._text),) if self._text else ())
        elif (data := found.data) is not None and self.data.isChecked():
            self.view.show_made(lambda: json_runs(data), len(data))
        elif found.diff.hunks:
            self.view.show_diff(found.diff)
        else:
            self.view.show_runs((DiffRun("same", found.diff.new),))
        self._count()

    def _count(self) -> None:
        shown, count = self._shown, self.view.count
        found = shown.compared if shown is not None else None
        for button in (self.next, self.previous):
            button.setEnabled(count > 0)
        if found is None or found.diff is None:
            self.count.setText(found.sentence if found is not None and self._text else "")
            return
        by_data = found.data is not None and self.data.isChecked()
        parts = [] if by_data and found.data else [changed_words(found.diff)]
        if count:
            parts.append(f"{self.view.current + 1} of {changes(count)}" if self.view.current >= 0 else changes(count))
        self.count.setText(" · ".join(parts))

    def _name_base(self, text: str) -> None:
        # Labels have no length limit and must not widen the lane.
        room = self.fontMetrics().averageCharWidth() * 22
        self.base.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
