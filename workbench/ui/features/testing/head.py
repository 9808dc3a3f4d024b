"""The head of the Test view: what is tested, what starts it, how far it is, and what came of it.

Invariant: nothing here moves while a run goes on, except the bar and the numbers in place.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.source import TestedSet
from workbench.app.testing.words import SET_TITLES, RunAction, RunFace, split_sentence
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.ui.features.testing.chips import chip
from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, KeyNameButton
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_MOST_OTHERS = 2
_STEPS = 1_000
_HOLDOUT_TIP = "Cases that you do not see while you change the prompt, so that their totals stay honest"
_RUN_TIP = "Ask every open cell; answers that are already there are used again"


class SuiteHead(QWidget):
    """`action_clicked` carries a RunAction, `set_chosen` the name of a set."""

    action_clicked = Signal(str)
    set_chosen = Signal(str)
    cases_clicked = Signal()
    checks_clicked = Signal()
    settings_clicked = Signal()
    column_clicked = Signal()
    """The menu of columns is wanted."""

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
        self.others = [KeyNameButton("", "", parent=self) for _ in range(_MOST_OTHERS)]
        self.run = KeyNameButton("Run", "", "primary", self)
        self._other_actions: list[RunAction] = []
        self._sets: dict[str, QPushButton] = {}
        self._set_row = QWidget(self)
        self._set_flow = FlowLayout(6)
        self._set_row.setLayout(self._set_flow)
        self.progress = ElidedText(role="small", parent=self)
        self.settings = QPushButton("Settings…", self)
        self.settings.setAutoDefault(False)
        set_role(self.settings, "chip")
        self._settings_words = ""
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
        buttons = QHBoxLayout(self._buttons)
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
        self._told.addWidget(self.settings)
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
        self.cases.clicked.connect(self.cases_clicked)
        self.checks.clicked.connect(self.checks_clicked)
        self.column.clicked.connect(self.column_clicked)
        self.settings.clicked.connect(self.settings_clicked)
        self.run.clicked.connect(lambda: self.action_clicked.emit(self._action))
        for place, button in enumerate(self.others):
            button.clicked.connect(lambda _=False, place=place: self.action_clicked.emit(self._other_actions[place]))

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

    def show_sets(self, sets: Sequence[TestedSet], chosen: str) -> None:
        """Show the sets of cases, if there are several."""
        for one in sets:
            if one.name not in self._sets:
                made = chip("", self._set_row)
                made.setAutoExclusive(True)
                made.clicked.connect(lambda _=False, name=one.name: self.set_chosen.emit(name))
                self._set_flow.addWidget(made)
                self._sets[one.name] = made
            made = self._sets[one.name]
            only = " (totals only)" if one.name == "holdout" else ""
            made.setText(f"{SET_TITLES[one.name]} {one.cases:,}{only}")
            made.setAccessibleName(made.text())
            if one.name == "holdout":
                made.setToolTip(
                    "Cases that you never see while you change the prompt, so that their totals stay honest"
                )
            made.setChecked(one.name == chosen)
            made.show()
        there = {one.name for one in sets}
        for name, made in self._sets.items():
            if name not in there:
                made.hide()
        self._set_row.setVisible(len(sets) > 1)

    def show_progress(self, words: str, answered: int, cells: int, round_: int) -> None:
        """Show how far the shown run is; `round_` 0 for no run."""
        self.progress.set_full(words)
        self.round.setText(f"round {round_}" if round_ > 1 else "")
        self.round.setToolTip("“Run all afresh” begins a new round, in which no earlier answer is used")
        self.bar.setValue(_STEPS * answered // cells if cells else 0)
        self.bar.setAccessibleDescription(words)

    def show_settings(self, words: str) -> None:
        """Show the settings in one line, "" if they are not read yet."""
        self._settings_words = words
        self.settings.setVisible(bool(words))
        self.settings.setToolTip(words.replace(" · ", "\n"))
        self.settings.setAccessibleName(f"Settings of the tests: {words}")
        self._fit()

    def show_face(self, face: RunFace) -> None:
        """Show what the main button and those beside it do."""
        self._action = face.action
        self.run.set_label(face.label, face.brief)
        self._name_key()
        self.run.setEnabled(not face.why_not)
        self.run.setToolTip(safe_tip(face.why_not or (_RUN_TIP if face.action == "start" else "")))
        self._other_actions = [action for _, action in face.others[:_MOST_OTHERS]]
        for place, button in enumerate(self.others):
            button.setVisible(place < len(face.others))
            if place < len(face.others):
                button.set_label(face.others[place][0], face.others[place][0].partition(" ")[0])
        self._fit()

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        return [self.cases, self.checks, self.column, *self.others, self.run, *self._sets.values(), self.settings]

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
        told = self.progress.sizeHint().width() + 14 + self.round.sizeHint().width() + 14
        sets = self._set_row.sizeHint().width() + 14 if not self._set_row.isHidden() else 0
        told += self._fit_settings(room - sets - told)
        way = QBoxLayout.Direction.LeftToRight if sets + told <= room else QBoxLayout.Direction.TopToBottom
        if self._line.direction() != way:
            self._line.setDirection(way)
            self._line.setSpacing(14 if sets + told <= room else 6)
        is_below = beside is None
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


class SentenceCard(QFrame):
    """The conclusions of a run: the first one with its beginning in bold, the others on request."""

    link_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "chip")
        self._is_unfolded = self._is_brief = False
        self._sentences: tuple[str, ...] = ()
        self._about = self._link = ""
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.setOpenExternalLinks(False)
        self.text.linkActivated.connect(self._follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.addWidget(self.text)

    def say(self, sentences: Sequence[str], about: str = "", link: str = "") -> None:
        """Show sentences, what they stand on, and what can be done next; without sentences the card is hidden."""
        if (tuple(sentences), about, link) != (self._sentences, self._about, self._link):
            self._sentences, self._about, self._link = tuple(sentences), about, link
            self._show()
        self.setVisible(bool(sentences))

    def set_brief(self, brief: bool) -> None:
        """Show only the conclusion until more is asked for, because there is little room."""
        if brief != self._is_brief:
            self._is_brief = brief
            self._show()

    def words(self) -> str:
        """Return what it says, as plain text."""
        return " ".join(filter(None, (*self._shown(), self._about, self._link)))

    def _shown(self) -> tuple[str, ...]:
        return self._sentences if self._is_unfolded else self._sentences[:1]

    def _follow(self, link: str) -> None:
        if link == "next":
            self.link_clicked.emit()
        else:
            self._is_unfolded = not self._is_unfolded
            self._show()

    def _show(self) -> None:
        is_brief = self._is_brief and not self._is_unfolded
        parts = []
        for sentence in self._shown():
            bold, rest = map(html.escape, split_sentence(visible_name(sentence)))
            parts.append(f"<b>{bold}</b>{'' if is_brief else rest}")
        text = "<br>".join(parts)
        if self._about and not is_brief:
            text += f" {html.escape(self._about)}"
        others = len(self._sentences) - 1
        fold = "Less ▴" if self._is_unfolded else "More ▾" if is_brief else f"{counted(others, 'more column')} ▾"
        can_fold = others > 0 or self._is_brief
        links = (("next", "" if is_brief else self._link), ("more", fold if can_fold else ""))
        named = [
            f'<a href="{name}" style="text-decoration:none">{html.escape(words)}</a>' for name, words in links if words
        ]
        self.text.setText(f"{text} {' · '.join(named)}")
        self.text.setAccessibleName(self.words())
