"""The Rank view: the heading, the table with its chart, and remarks about them.

Invariant: the view shows either a table with all warnings below it, or a sentence instead of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.app.rank.check_ranking import headline as checks_headline
from workbench.app.rank.table_model import RankTable, headline, judge_headline
from workbench.ui.features.rank import checks, judge_part, method_text
from workbench.ui.features.rank.checks import CheckRankPart
from workbench.ui.features.rank.commands import RankingWay
from workbench.ui.features.rank.head import RankHead
from workbench.ui.features.rank.judge import JudgePage
from workbench.ui.features.rank.judge_part import JudgePart
from workbench.ui.features.rank.remarks import RemarkList, WaySwitch, sentence_label
from workbench.ui.features.rank.table import RankingTable
from workbench.ui.features.rank.techniques import VersionTechniques
from workbench.ui.shell.key_names import KeyName
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.ranking_result import Grouping, JudgeRanking, RankingRemark, RankingResult
from workbench.usecases.testing.check_rows import CheckRanking

_MARGIN = 22
_WAYS = (
    "There are two ways to give verdicts. In Compose, run two or more lanes and mark the better answer with Winner, or "
    "mark a tie or all bad. Here, “Judge next pair blind” shows two earlier answers to the same question side by "
    "side without naming who wrote them; each verdict takes one key."
)
_COUNTING = "Counting the verdicts…"
_LATE_MS = 300
"""How long an outdated ranking stays visible while a new one is computed."""


class RankView(QStackedWidget):
    """Two pages: the ranking, and the judging page, which is created lazily."""

    judge_clicked = Signal()
    grouping_chosen = Signal(str)
    way_chosen = Signal(str)
    """RankingWay"""
    verdict_wanted = Signal(str, int)
    """Kind of verdict, and 1 or 2 for the winner."""
    undo_wanted = Signal()
    skip_wanted = Signal()
    prompt_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, theme: Theme, groupings: Mapping[Grouping, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = HiddenPageTheme(theme, self)
        self._way: RankingWay = "verdicts"
        self.ranking = QScrollArea(self)
        self.ranking.setWidgetResizable(True)
        self.ranking.setFrameShape(QFrame.Shape.NoFrame)
        self.ranking.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.ranking.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ranking.viewport().installEventFilter(self)
        self.addWidget(self.ranking)
        self._page = QWidget()
        set_role(self._page, "surface")
        self.ranking.setWidget(self._page)
        self._judging: JudgePage | None = None
        self._key_name: KeyName | None = None
        self._late = QTimer(self, interval=_LATE_MS, singleShot=True)
        self._late.timeout.connect(self._show_waiting)
        self._build(groupings)
        self._theme.changed.connect(self._restyle)
        self._restyle()

    def _build(self, groupings: Mapping[Grouping, str]) -> None:
        page = self._page
        layout = QVBoxLayout(page)
        layout.setContentsMargins(_MARGIN, 14, _MARGIN, 16)
        layout.setSpacing(10)
        self.head = RankHead(page, groupings)
        self.heading, self.pill = self.head.heading, self.head.pill
        self.group, self.judge = self.head.group, self.head.judge
        self.head.grouping_chosen.connect(self.grouping_chosen)
        self.judge.clicked.connect(self.judge_clicked)
        layout.addLayout(self.head)
        self.switch = WaySwitch(page)
        self.switch.chosen.connect(self.way_chosen)
        layout.addWidget(self.switch)
        self.by_checks = CheckRankPart(self._theme, page)
        self.by_checks.hide()
        layout.addWidget(self.by_checks)
        self.by_judge = JudgePart(page)
        self.by_judge.hide()
        layout.addWidget(self.by_judge)
        self.table_model = RankTable(self)
        self.table = RankingTable(self._theme, self.table_model, page)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.table.hide()
        layout.addWidget(self.table)
        self.instead = sentence_label(page)
        self.instead.setText(_COUNTING)
        layout.addWidget(self.instead)
        self.ways = sentence_label(page)
        self.ways.setText(_WAYS)
        self.ways.hide()
        layout.addWidget(self.ways)
        self._remarks = RemarkList(page)
        layout.addLayout(self._remarks)
        self.versions = VersionTechniques(page)
        layout.addWidget(self.versions)
        self.fold = QPushButton("▸ How this is computed", page)
        self.fold.setCheckable(True)
        self.fold.setToolTip("The model, the prior, and what the interval means")
        set_role(self.fold, "quiet")
        self.fold.toggled.connect(self._unfold)
        layout.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.how = sentence_label(page)
        self.how.setText(method_text.text())
        self.how.hide()
        layout.addWidget(self.how)
        layout.addStretch(1)

    @property
    def judging(self) -> JudgePage:
        """The judging page."""
        if self._judging is None:
            page = self._judging = JudgePage(self._theme, self)
            page.verdict_wanted.connect(self.verdict_wanted)
            page.undo_wanted.connect(self.undo_wanted)
            page.skip_wanted.connect(self.skip_wanted)
            page.prompt_wanted.connect(self.prompt_wanted)
            page.end_wanted.connect(self.end_wanted)
            if self._key_name is not None:
                page.name_keys(self._key_name)
            self.addWidget(page)
        return self._judging

    def escape(self) -> bool:
        """End the judging session; return False if there is none."""
        if self.currentWidget() is self.ranking:
            return False
        self.end_wanted.emit()
        return True

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes that F6 cycles through, each with the function that focuses it."""
        return [(self, self.enter if self.currentWidget() is self.ranking else self.judging.enter)]

    def name_keys(self, name: KeyName) -> None:
        """Set the function that names shortcuts."""
        self.head.name_keys(name)
        self._key_name = name
        if self._judging is not None:
            self._judging.name_keys(name)

    def set_grouping(self, grouping: Grouping) -> None:
        """Show the current grouping."""
        self.head.set_grouping(grouping)
        self._lay_head()

    def set_way(self, way: RankingWay) -> None:
        """Show the ranking by verdicts, by a judge or by checks; none has anything of another one."""
        self._way = way
        is_checks = way == "checks"
        self.switch.set_way(way)
        self._late.stop()
        self.pill.setText("")
        self.pill.hide()
        for widget in (self.table, self.ways, self.versions):
            widget.hide()
        self._remarks.say(())
        self.group.setHidden(is_checks)
        self.instead.setHidden(is_checks)
        self.instead.setText(judge_part.READING if way == "judge" else _COUNTING)
        self.by_checks.setVisible(is_checks)
        self.by_checks.say(checks.READING)
        self.by_judge.setVisible(way == "judge")
        self.how.setText({"checks": checks.HOW, "judge": judge_part.HOW}.get(way, method_text.text()))
        self._lay_head()

    def show_checks(self, found: CheckRanking) -> None:
        """Show a ranking by checks."""
        if self._way == "checks":
            self.pill.setText(checks_headline(found))
            self.pill.setVisible(bool(found.rows))
            self.by_checks.show_ranked(found)
            self._lay_head()

    def show_checks_failed(self) -> None:
        """Show that the ranking by checks failed; the error is reported elsewhere."""
        self.by_checks.say(checks.FAILED)

    def show_judge(self, found: JudgeRanking) -> None:
        """Show the ranking by a judge."""
        if self._way == "judge":
            self.pill.setText(judge_headline(found))
            self.pill.setVisible(bool(found.judge))
            self._show_result(found.result, found.remarks)

    def show_judge_failed(self) -> None:
        """Show that the ranking by a judge failed; the error is reported elsewhere."""
        if self._way == "judge":
            self._show_none(judge_part.FAILED)

    def wait(self) -> None:
        """Replace the current ranking, which is outdated, by a waiting message after `_LATE_MS`."""
        if self._way == "verdicts":
            self._late.start()

    def _show_waiting(self) -> None:
        self._show_none(_COUNTING)
        self.pill.hide()
        self.versions.hide()

    def _show_none(self, sentence: str) -> None:
        self.table.hide()
        self.instead.setText(sentence)
        self.instead.show()
        self.ways.hide()
        self._remarks.say(())

    def show_ranked(self, found: RankingResult) -> None:
        """Show a ranking."""
        self._late.stop()
        if self._way != "verdicts":
            return
        self.pill.setText(headline(found))
        self.pill.show()
        self._show_result(found, found.remarks)
        self.ways.setVisible(not found.rows and found.enough.missing > 0)
        self.versions.show_versions(found.versions, found.choices)
        self._give_room()

    def _show_result(self, found: RankingResult, remarks: Sequence[RankingRemark]) -> None:
        self._lay_head()
        if found.rows:
            self.table.show_rows(found.rows, of_techniques=found.grouping == "technique")
        self.table.setVisible(bool(found.rows))
        self.instead.setText(found.enough.sentence)
        self.instead.setVisible(not found.rows)
        self._remarks.say(remarks)
        self._give_room()

    def show_failed(self) -> None:
        """Show that the ranking failed; the error is reported elsewhere."""
        self._late.stop()
        if self._way != "verdicts":
            return
        self._show_none("The verdicts could not be read.")

    def remarks(self) -> list[str]:
        """Return the sentences below the table."""
        return self._remarks.texts()

    def enter(self) -> None:
        """Focus the table, or the first button."""
        if self._way == "checks":
            table = self.by_checks.table
            (table if table.isVisible() else self.switch.buttons["checks"]).setFocus()
            return
        if self._way == "judge":
            part = self.by_judge
            (self.table if self.table.isVisible() else part.stop if part.stop.isVisible() else part.offer).setFocus()
            return
        (self.table if self.table.isVisible() else self.judge if self.judge.isEnabled() else self.group).setFocus()

    def set_writable(self, writable: bool) -> None:
        """Enable judging only if verdicts can be stored."""
        self.judge.setEnabled(writable)
        self.judge.setToolTip("" if writable else "The history is read-only, so verdicts cannot be saved")
        self.by_judge.set_writable(writable)

    def stops(self) -> list[QWidget]:
        """Return the parts in tab order."""
        there = self._judging.stops() if self._judging is not None else []
        ways = [*self.switch.buttons.values(), self.by_checks.table, self.by_judge.offer, self.by_judge.stop]
        return [self.group, self.judge, *ways, self.table, *self.versions.stops(), self.fold, *there]

    def _unfold(self, unfolded: bool) -> None:
        self.how.setVisible(unfolded)
        self.fold.setText(f"{'▾' if unfolded else '▸'} How this is computed")
        self._give_room()

    def _give_room(self) -> None:
        """Give a long table all free space, so that the table scrolls instead of the page."""
        layout, area = self._page.layout(), self.ranking.viewport()
        if layout is not None and not self.table.isHidden():
            layout.invalidate()
            self.table.set_room(area.height() - (layout.heightForWidth(area.width()) - self.table.sizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.ranking.viewport():
            self._give_room()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_head()

    def _restyle(self) -> None:
        self.heading.setFont(self._theme.font(1.5, bold=True))
        self._lay_head()
        self._give_room()

    def _lay_head(self) -> None:
        self.head.lay(self.width() - 2 * _MARGIN - 24)
