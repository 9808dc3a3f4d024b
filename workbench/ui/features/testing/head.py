"""The head of the Test view: what is tested, what starts it, how far it is, and what came of it.

Invariant: nothing here moves while a run goes on, except the bar and the numbers in place.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.words import RunAction, RunFace
from workbench.core.text import counted
from workbench.ui.features.testing.chips import chip
from workbench.ui.features.testing.set_chips import SetChip
from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, KeyNameButton
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_MOST_OTHERS = 2
_STEPS = 1_000
_RUN_TIP = "Ask every open cell; answers that are already there are used again"
_FRESH_TIP = "Ask every cell again, in a new round, and pay for it again; the answers so far stay in the history"


class SuiteHead(QWidget):
    """`action_clicked` carries a RunAction, `set_chosen` the key of a chip, `wanted` the name of a step."""

    action_clicked = Signal(str)
    set_chosen = Signal(str)
    wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._action: RunAction = "start"
        self.heading = QLabel("Test", self)
        self.heading.setMinimumWidth(1)
        self.cases = QPushButton("Add cases", self)
        self.cases.setToolTip("Show, enter or import the cases of this prompt")
        self.checks = QPushButton("Checks", self)
        self.checks.setToolTip("What every answer is checked for, in addition to the checks of its case")
        self.column = QPushButton("+ Column ▾", self)
        self.column.setAccessibleName("Add or remove columns")
        self.column.setToolTip("A column is a version with a model")
        set_role(self.column, "choice")
        opens_menu(self.column)
        self.settings = chip("Settings…", self)
        self.settings.setCheckable(False)
        self._settings_words = ""
        self.others = [KeyNameButton("", "", parent=self) for _ in range(_MOST_OTHERS)]
        self.run = KeyNameButton("Run", "", "primary", self)
        self._other_actions: list[RunAction] = []
        self._sets: dict[str, QPushButton] = {}
        self._is_live = self._is_low = False
        self._line_width = -1
        self._chips: list[QPushButton] = []
        self._has_sets = self._has_chips = False
        self._set_row = QWidget(self)
        self._set_flow = FlowLayout(6)
        self._set_row.setLayout(self._set_flow)
        self.progress = ElidedText(role="small", parent=self)
        self.round = QLabel(self)
        set_role(self.round, "small")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("Answered cells")
        self._lay_out()
        self._connect()
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self) -> None:
        self._buttons = QWidget(self)
        buttons = self._row = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self.cases, self.checks, self.column, *self.others, self.run):
            buttons.addWidget(button)
        for button in self.others:
            button.hide()
        self._top = QHBoxLayout()
        self._top.setSpacing(10)
        self._top.addWidget(self.heading, 1)
        self._top.addWidget(self._buttons)
        self._line, self._told = QHBoxLayout(), QHBoxLayout()
        self._told.setSpacing(14)
        self._told.addWidget(self.progress, 1)
        self._told.addWidget(self.round)
        self._told.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignRight)
        self._line.setSpacing(14)
        self._line.addWidget(self._set_row)
        self._line.addLayout(self._told, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(self._top)
        layout.addLayout(self._line)
        layout.addWidget(self.bar)
        self._column = layout

    def _connect(self) -> None:
        steps = {self.cases: "cases", self.checks: "checks", self.settings: "settings", self.column: "column"}
        for button, step in steps.items():
            button.clicked.connect(lambda _=False, step=step: self.wanted.emit(step))
        self.run.clicked.connect(lambda: self.action_clicked.emit(self._action))
        for place, other in enumerate(self.others):
            other.clicked.connect(lambda _=False, place=place: self.action_clicked.emit(self._other_actions[place]))

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self._key = name("run_cases")
        self._name_key()
        self._fit()

    _key = ""

    def _name_key(self) -> None:
        # The key starts, and does nothing else.
        self.run.set_key(self._key if self._action == "start" else "")

    def show_size(self, cases: int, columns: int, checks: int) -> None:
        """Show how much is tested."""
        self.heading.setText(
            f"{counted(cases, 'case')} × {counted(columns, 'column')}" if cases and columns else "Test"
        )
        self.cases.setText("Add cases" if not cases else "Cases")
        self.checks.setText(f"Checks {checks:,}" if checks else "Checks")
        self._fit()

    def show_sets(self, chips: Sequence[SetChip], chosen: str) -> None:
        """Show the sets of cases and the probes, if there are several; `chosen` is the key of the shown one."""
        for one in chips:
            if one.key not in self._sets:
                made = chip("", self._set_row)
                made.setAutoExclusive(True)
                made.clicked.connect(lambda _=False, key=one.key: self.set_chosen.emit(key))
                self._set_flow.addWidget(made)
                self._sets[one.key] = made
                self._put_chips_last()
            made = self._sets[one.key]
            if made.text() != one.text:
                made.setText(one.text)
                made.setAccessibleName(one.text)
            made.setToolTip(one.tip)
            made.setChecked(one.key == chosen)
            made.show()
        there = {one.key for one in chips}
        for key in [key for key in self._sets if key not in there]:
            gone = self._sets.pop(key)
            self._set_flow.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self._has_sets = len(chips) > 1
        self._set_row.setVisible(self._has_sets or self._has_chips)

    @property
    def set_row(self) -> QWidget:
        """The parent of chips that are placed behind those of the sets."""
        return self._set_row

    def place_chips(self, chips: Sequence[QPushButton], *, shown: bool) -> None:
        """Place chips behind those of the sets, and show their row if `shown`, or if there are several sets."""
        if list(chips) != self._chips:
            self._chips = list(chips)
            self._put_chips_last()
        self._has_chips = shown
        self._set_row.setVisible(self._has_sets or shown)
        self._fit()

    def _put_chips_last(self) -> None:
        for one in self._chips:
            self._set_flow.removeWidget(one)
            self._set_flow.addWidget(one)

    def show_progress(self, words: str, answered: int, cells: int, round_: int, *, live: bool = False) -> None:
        """Show how far the shown run is; `round_` 0 for no run. While it is `live`, nothing changes its place."""
        self._is_live = live
        self.progress.set_full(words)
        self.round.setText(f"round {round_}" if round_ > 1 else "")
        self.round.setToolTip("“Run all afresh” begins a new round, in which no earlier answer is used")
        self.bar.setValue(_STEPS * answered // cells if cells else 0)
        self.bar.setAccessibleDescription(words)

    def show_settings(self, words: str, tip: str = "") -> None:
        """Show the settings in one line, "" if they are not read yet; `tip` explains them."""
        self._settings_words = words
        self.settings.setVisible(bool(words))
        self.settings.setToolTip(tip)
        self.settings.setAccessibleName(f"Settings of the tests: {words}")
        self._fit()

    def show_face(self, face: RunFace) -> None:
        """Show what the main button and those beside it do."""
        self._action = face.action
        self.run.set_label(face.label, face.brief)
        self._name_key()
        self.run.setEnabled(not face.why_not)
        tips = {"start": "\n".join(filter(None, (face.takes, _RUN_TIP))), "fresh": _FRESH_TIP}
        self.run.setToolTip(safe_tip(face.why_not or tips.get(face.action, "")))
        # A test that is complete has no next step, least of all one that costs as much again.
        set_role(self.run, "" if face.action == "fresh" else "primary")
        self._other_actions = [action for _, action in face.others[:_MOST_OTHERS]]
        for place, button in enumerate(self.others):
            button.setVisible(place < len(face.others))
            if place < len(face.others):
                label = face.others[place][0]
                button.set_label(label, label if label.count(" ") < 2 else label.partition(" ")[0])
        self._fit()
        # Laid out later, a longer label would be clipped for a frame.
        self._row.activate()
        self._column.activate()

    def set_low(self, low: bool) -> None:
        """Leave the heading out if the buttons do not fit beside it, because the grid below needs the height."""
        if low != self._is_low:
            self._is_low = low
            self._column.setSpacing(4 if low else 10)
            self._fit()

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        return [
            self.cases,
            self.checks,
            self.column,
            *self.others,
            self.run,
            *self._sets.values(),
            *self._chips,
            self.settings,
        ]

    # Overrides of Qt methods.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _restyle(self) -> None:
        self.heading.setFont(self._theme.font(1.5, bold=True))
        self._fit()

    def _fit(self) -> None:
        """Shorten the buttons if they and the heading do not fit, and place them below it if that is not enough."""
        shown = [button for button in (*self.others, self.run) if not button.isHidden()]
        plain = (self.cases, self.checks, self.column)
        fixed = sum(button.sizeHint().width() + 8 for button in plain) + 10

        def taken(level: int) -> int:
            return fixed + sum(button.width_at(level) + 8 for button in shown)

        heading = self.heading.sizeHint().width() + 10
        room = self.width()
        beside = next((level for level in (0, 1, 2) if heading + taken(level) <= room), None)
        level = beside if beside is not None else next((level for level in (0, 1) if taken(level) <= room), 2)
        for button in (*self.others, self.run):
            button.say(level)
        told = sum(one.sizeHint().width() + 14 for one in (self.progress, self.round) if not one.isHidden())
        sets = self._set_row.sizeHint().width() + 14 if not self._set_row.isHidden() else 0
        told += self._fit_settings(room - sets - told)
        way = QBoxLayout.Direction.LeftToRight if sets + told <= room else QBoxLayout.Direction.TopToBottom
        is_kept, self._line_width = self._is_live and room == self._line_width, room
        if self._line.direction() != way and not is_kept:
            self._line.setDirection(way)
            self._line.setSpacing(14 if sets + told <= room else 6)
        is_below = beside is None
        self.heading.setHidden(is_below and self._is_low)
        if is_below != (self._column.indexOf(self._buttons) == 1):
            if is_below:
                self._top.removeWidget(self._buttons)
                self._column.insertWidget(1, self._buttons, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                self._column.removeWidget(self._buttons)
                self._top.addWidget(self._buttons)

    def _fit_settings(self, room: int) -> int:
        """Show as much of the settings as fits into `room` pixels, and return their width."""
        if self.settings.isHidden():
            return 0
        extra = self.settings.sizeHint().width() - self.settings.fontMetrics().horizontalAdvance(self.settings.text())
        words = self._settings_words
        if self.settings.fontMetrics().horizontalAdvance(words) + extra > room:
            words = "Settings…"
        if words != self.settings.text():
            self.settings.setText(words)
        return self.settings.fontMetrics().horizontalAdvance(words) + extra
