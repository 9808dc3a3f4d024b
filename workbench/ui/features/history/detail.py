"""The selected run in full: its prompt compared with the parent version, its values, its answers.

Invariant: it shows the run selected last, or nothing; a blind run without a verdict shows no names. Many answers are
filled in one after the other, so that moving through the table is never blocked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.app.history.detail import AnsweredSet, RunDetailView
from workbench.app.history.run_pair import RunPairView
from workbench.app.history.suite_detail import SuiteDetailView
from workbench.core.content_diff import PartDiff
from workbench.core.dates import absolute
from workbench.core.history_columns import facts, marks_of, number_of
from workbench.core.runs import DRAFTABLE
from workbench.core.search.match_marker import MatchMarker, snippet
from workbench.core.search.results import HistoryRow
from workbench.core.text import counted
from workbench.core.version_name import text_words
from workbench.core.visible_text import visible_note
from workbench.ui.features.history.cards import AnswerCards, FittedDiff
from workbench.ui.features.history.marked_label import MarkedLabel
from workbench.ui.features.history.suite_summary import SuiteSummary
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.diff.text import DiffRun, part_runs
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.small_controls import breakable, quiet_button
from workbench.ui.widgets.theme import Theme, set_role

NOTHING_CHOSEN = "Select a run to see its prompt, its changes and its answers."
_AT_ONCE = 2
"""Answers shown together with the prompt: one row."""
_LOOKED_THROUGH = 200_000
_VALUE_LENGTH = 200
SEVERAL = "{:,} runs are selected. Select one to read it, or two to compare them."


def _worth_showing(looked: RunDetailView) -> list[PartDiff]:
    """Return the parts that changed or contain search matches."""
    marker = looked.marker
    return [
        part
        for part in looked.parts
        if part.state != "same" or (marker is not None and marker.marks(part.diff.new[:_LOOKED_THROUGH]))
    ]


def run_name(row: HistoryRow) -> str:
    """Return a name such as "Order status bot · #14"."""
    return f"{row.prompt} · {number_of(row)}"


def _uids(pair: RunPairView) -> tuple[str, str]:
    return pair.older.row.row.run_uid, pair.newer.row.row.run_uid


class _Section(QWidget):
    """A small heading with content below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = QLabel(self)
        set_role(self.heading, "section")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.column.addWidget(self.heading)


class _Answers(_Section):
    """A value set and its answers."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.values = MarkedLabel(theme, self)
        set_role(self.values, "small")
        self.cards = AnswerCards(theme, self)
        self.column.addWidget(self.values)
        self.column.addWidget(self.cards)

    def show_set(self, answered: AnsweredSet, marker: MatchMarker | None, *, keep: bool) -> Iterator[None]:
        """Show the values, each as a snippet around its first match of `marker`, then one answer per step.

        With `keep` old answers stay until they are replaced.
        """
        self.heading.setText(" · ".join(filter(None, ("OUTPUTS", answered.name))))
        text, marks = "", []
        for name, value in answered.values:
            text += f"{chr(10) if text else ''}{name}: "
            piece = snippet(value, () if marker is None else marker.marks(value[:_LOOKED_THROUGH]), _VALUE_LENGTH)
            text += "…" if piece.cut_start else ""
            marks += [(start + len(text), end + len(text)) for start, end in piece.marks]
            text += piece.text + ("…" if piece.cut_end else "")
        self.values.show_marked(text, marks)
        self.values.setVisible(bool(text))
        yield from self.cards.show_cards(answered.cards, keep=keep)


class DetailPane(QWidget):
    """Shows one run or two. The signals of its buttons carry the row shown."""

    restore_wanted = Signal(object)
    branch_wanted = Signal(object)
    open_wanted = Signal(object)
    compare_wanted = Signal(object)
    """HistoryRow: compare its version with its parent."""
    beside_wanted = Signal(object)
    """Pair: compare the prompts of two runs."""
    request_wanted = Signal(object)
    """OutputRecord: show its request and response."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.looked: RunDetailView | None = None
        self.suite: SuiteDetailView | None = None
        """The test run that is shown, or None."""
        self.pair: RunPairView | None = None
        """The two runs that are compared, or None."""
        self.nothing = QLabel(NOTHING_CHOSEN, self)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.nothing, "muted")
        self.title, self.about = QLabel(self), MarkedLabel(theme, self)
        self.restore, self.branch = QPushButton("Restore", self), QPushButton("Branch", self)
        self.open, self.compare = QPushButton("Open in Compose", self), QPushButton(self)
        self.beside = QPushButton("Compare prompts side by side…", self)
        self.menu = quiet_button("⋯", "More actions for the selected runs", self)
        opens_menu(self.menu)
        set_role(self.restore, "primary")
        self.restore.setToolTip("Copy this run's text, values and lanes into the draft")
        self.branch.setToolTip("Start the draft from this run's version")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        set_role(self.title, "title")
        set_role(self.about, "muted")
        self.prompt = _Section(self)
        self.diff = FittedDiff(theme, self)
        frame = QFrame(self)
        set_role(frame, "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(2, 2, 2, 2)
        inside.addWidget(self.diff)
        self.prompt.column.addWidget(frame)
        self.report = SuiteSummary(self)
        self.answers: list[_Answers] = []
        self._turns = IdleQueue.of_application()
        self._filling: Iterator[None] = iter(())
        self._left_out = 0
        self.more = QLabel(self)
        self.more.setWordWrap(True)
        set_role(self.more, "small")
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._lay_out()
        self.restore.clicked.connect(lambda: self._tell(self.restore_wanted.emit))
        self.branch.clicked.connect(lambda: self._tell(self.branch_wanted.emit))
        self.open.clicked.connect(lambda: self._tell(self.open_wanted.emit))
        self.compare.clicked.connect(lambda: self._tell(self.compare_wanted.emit))
        self.beside.clicked.connect(lambda: self.beside_wanted.emit(self.pair))
        self.say(NOTHING_CHOSEN)

    def say(self, sentence: str) -> None:
        """Show a message instead of a run."""
        self.looked = self.pair = self.suite = None
        self._turns.drop(self)
        self.nothing.setText(sentence)
        self.nothing.show()
        self.area.hide()

    def show_run(self, looked: RunDetailView) -> None:
        """Show a run."""
        is_same = self.looked is not None and self.looked.row.row.run_uid == looked.row.row.run_uid
        self.looked, self.pair, self.suite = looked, None, None
        row = looked.row
        self.title.setText(breakable(run_name(row)))
        told = (
            absolute(row.row.started_at),
            text_words(number_of(row), looked.detail.row.version_name),
            *facts(row),
            *marks_of(row),
        )
        note = visible_note(row.row.note)
        lines = (note or row.row.summary, " · ".join(filter(None, told)), looked.detail.newer)
        marks = looked.marker.marks(note) if looked.marker is not None and note else ()
        self.about.show_marked("\n".join(filter(None, lines)), marks)
        self._offer(pair=False)
        self.compare.setVisible(looked.parent is not None)
        self.compare.setText(f"Compare with {looked.parent_name}")
        self._show_prompt(looked, keep=is_same)
        self._show_sets(looked.sets, looked.left_out, looked.marker, keep=is_same)
        if not is_same:
            self.area.verticalScrollBar().setValue(0)

    def show_pair(self, pair: RunPairView) -> None:
        """Show two runs compared with each other."""
        is_same = self.pair is not None and _uids(self.pair) == _uids(pair)
        self.pair, self.looked, self.suite = pair, None, None
        older, newer = pair.older.row, pair.newer.row
        same_prompt = older.prompt_uid == newer.prompt_uid
        against = f"{number_of(older)} against {number_of(newer)}"
        self.title.setText(
            breakable(f"{newer.prompt} · {against}" if same_prompt else f"{run_name(older)} against {run_name(newer)}")
        )
        lines = [
            " · ".join(filter(None, (run_name(row), absolute(row.row.started_at), *facts(row))))
            for row in (older, newer)
        ]
        self.about.show_marked("\n".join(lines))
        self._offer(pair=True)
        runs = list(part_runs(pair.parts, unchanged=False))
        self.prompt.heading.setText(f"DIFFERENCES, {against.upper()}")
        marker = pair.newer.marker
        said = runs[:-1] if runs else [DiffRun("heading", "Prompt, values and lanes are the same.")]
        self.diff.show_marked(said, marker, keep=is_same)
        self._show_sets(pair.sets, pair.older.left_out + pair.newer.left_out, marker, keep=is_same)
        if not is_same:
            self.area.verticalScrollBar().setValue(0)

    def show_suite(self, suite: SuiteDetailView) -> None:
        """Show a test run: its report in short, without cases and answers."""
        is_same = self.suite is not None and self.suite.row.row.run_uid == suite.row.row.run_uid
        self.suite, self.looked, self.pair = suite, None, None
        row = suite.row
        self.title.setText(breakable(run_name(row)))
        note = visible_note(row.row.note)
        told = " · ".join(filter(None, (absolute(row.row.started_at), *facts(row), *marks_of(row))))
        marks = suite.marker.marks(note) if suite.marker is not None and note else ()
        self.about.show_marked("\n".join(filter(None, (note, told))), marks)
        self._offer(pair=False)
        self.compare.hide()
        self.report.show_suite(suite)
        self._show_sets((), 0, None)
        if not is_same:
            self.area.verticalScrollBar().setValue(0)

    def _shown_row(self) -> HistoryRow | None:
        if self.suite is not None:
            return self.suite.row
        return None if self.looked is None else self.looked.row

    def _offer(self, *, pair: bool) -> None:
        row = self._shown_row()
        self.report.setVisible(self.suite is not None)
        self.prompt.setVisible(self.suite is None)
        for button in (self.restore, self.branch):
            button.setVisible(row is not None and row.kind in DRAFTABLE)
        for button in (self.open, self.compare):
            button.setVisible(not pair)
        titles = dict.fromkeys(("improve", "propose"), "Open the proposal")
        titles |= {"test": "Open in Test"} if self.suite is not None else {}
        self.open.setText(titles.get(row.kind if row is not None else "", "Open in Compose"))
        self.beside.setVisible(pair)

    def _show_sets(
        self, sets: tuple[AnsweredSet, ...], left_out: int, marker: MatchMarker | None, *, keep: bool = False
    ) -> None:
        """Show the first answers now and the others lazily; with `keep` old answers stay until they are replaced."""
        for section in self.answers[len(sets) if keep else 0 :]:
            section.hide()
        answers = counted(left_out, "more answer is", "more answers are")
        self.more.setText(f"{answers} shown in Compose.")
        self._left_out = left_out
        self.more.setVisible(keep and left_out > 0)
        self.nothing.hide()
        self.area.show()
        self._filling = self._fill(sets, marker, keep=keep)
        self._turns.drop(self)
        if all(self._fill_more() for _ in range(_AT_ONCE)):
            self._turns.ask(self, self._fill_more)

    def _fill(self, sets: tuple[AnsweredSet, ...], marker: MatchMarker | None, *, keep: bool) -> Iterator[None]:
        for number, answered in enumerate(sets):
            if number == len(self.answers):
                made = _Answers(self._theme, self._body)
                made.cards.request_wanted.connect(self.request_wanted)
                self._column.insertWidget(self._column.indexOf(self.more), made)
                self.answers.append(made)
            section = self.answers[number]
            # A hidden section still has the answers of an earlier run.
            filling = section.show_set(answered, marker, keep=keep and not section.isHidden())
            section.show()
            yield from filling

    def _fill_more(self) -> bool:
        """Show the next answer; return False when all are shown."""
        for _ in self._filling:
            return True
        self.more.setVisible(self._left_out > 0)
        return False

    def _show_prompt(self, looked: RunDetailView, *, keep: bool) -> None:
        if looked.parent is None:
            self.prompt.heading.setText("PROMPT")
            runs = [
                run
                for part in looked.whole
                for run in (DiffRun("heading", f"{part.title}\n"), DiffRun("same", part.text), DiffRun("same", "\n\n"))
            ]
        else:
            self.prompt.heading.setText(f"PROMPT, AGAINST {looked.parent_name.upper()}")
            runs = list(part_runs(_worth_showing(looked), unchanged=True))
        # Parts are separated by blank lines; drop the one after the last part.
        self.diff.show_marked(runs[:-1], looked.marker, keep=keep)

    def _lay_out(self) -> None:
        buttons, flow = QWidget(self._body), FlowLayout()
        buttons.setLayout(flow)
        for button in (self.restore, self.branch, self.open, self.compare, self.beside, self.menu):
            flow.addWidget(button)
        self._column.setContentsMargins(18, 14, 18, 18)
        self._column.setSpacing(10)
        self._column.addWidget(self.title)
        self._column.addWidget(self.about)
        self._column.addWidget(buttons)
        self._column.addSpacing(6)
        self._column.addWidget(self.report)
        self._column.addWidget(self.prompt)
        self._column.addSpacing(4)
        self._column.addWidget(self.more)
        self._column.addStretch(1)
        set_role(self._body, "surface")
        self.area = QScrollArea(self)
        self.area.setAccessibleName("The selected run")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.nothing, 1)

    def _tell(self, emit: Callable[[HistoryRow], object]) -> None:
        if (row := self._shown_row()) is not None:
            emit(row)
