"""The dialog over a closed history: reports its state, performs the chosen action, and reports the result.

Invariant: nothing is overwritten, and work can be stopped. When the dialog closes, none of its work continues;
`outcome` is the history to open, None for the previous one, unchanged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.app.future_results import FutureResults, start
from workbench.core.byte_sizes import show_bytes
from workbench.core.dates import absolute
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.progress import Watch
from workbench.store.salvage.rebuild import SalvageResult
from workbench.ui.recovery.wording import damage, not_used, repaired
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.layout_widgets import delete_widgets, widgets_in
from workbench.ui.widgets.paths import PathLabel
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases import history_replacement
from workbench.usecases.history_replacement import (
    Change,
    HistoryReplaced,
    MoveHistory,
    OpenHistory,
    RepairHistory,
    RestoreHistory,
)
from workbench.usecases.problems import Problem, problem_of

T = TypeVar("T")
_FILE = int(Qt.ItemDataRole.UserRole) + 1
_TICK_MS = 100
_MOST_ROWS = 5
_WIDTH, _LOWEST = 640, 170
Choice = tuple[str, Callable[[], object]]


class RecoveryDialog(Dialog):
    """Call `offer` for a history that cannot be opened, or `carry_out` for a requested change."""

    def __init__(self, theme: Theme, database: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome: HistoryReplaced | OpenHistory | None = None
        self.remark = ""
        """Why the history is unchanged, as a sentence, "" for none."""
        self._theme, self._database = theme, database
        self._later = FutureResults(self)
        self._stop = threading.Event()
        self._share: float | None = None
        self._is_working = False
        self._offered: tuple[BaseException, str] | None = None
        self.setWindowTitle("Prompt Workbench")
        self.sentence = label()
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._where = PathLabel()
        set_role(self._where, "muted")
        self._above = label("Backups", "heading")
        self.backups = QListWidget()
        self.backups.setAccessibleName("Backups")
        self.backups.itemActivated.connect(lambda _: self._restore_selected())
        self._bar = DialogProgress()
        self._more = button("Details", self._unfold, "quiet")
        self._more.setCheckable(True)
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setAccessibleName("Details")
        set_role(self.detail, "field")
        self._buttons = FlowLayout()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show_share)
        self._lay_out()

    def offer(self, error: BaseException, code: str) -> None:
        """Report that the history cannot be opened, and offer actions; `code` is that of the StoreError."""
        self._offered = (error, code)
        told = damage(problem_of(error), code)
        self._list_backups()
        choices: list[Choice] = [("Repair", lambda: self.carry_out(RepairHistory()))]
        if code == "log":
            choices.append(("Open without the damaged part", self._open_without))
        if self.backups.count():
            choices.append(("Restore the selected backup", self._restore_selected))
        choices += [
            ("Restore another file…", self._restore_other),
            ("Open another history…", self._open_other),
            ("Start a new history", self._start_anew),
            ("Close", self.reject),
        ]
        self._say(told, choices, lists=self.backups.count() > 0)

    def carry_out(self, change: Change) -> None:
        """Perform a change, and close; an obstacle is reported first."""
        now, database = utc_now(), self._database
        match change:
            case RestoreHistory(backup):
                self._work(
                    "Restoring the backup…",
                    lambda watch: history_replacement.restore(database, backup, now, watch),
                    self._changed,
                )
            case MoveHistory(folder, keep):
                self._work(
                    f"Moving the history to {folder}…",
                    lambda watch: history_replacement.move_to(database, folder, now, new_uid, keep=keep, watch=watch),
                    self._changed,
                )
            case RepairHistory():
                self._work(
                    "Copying everything readable of the history…",
                    lambda watch: history_replacement.repair(database, now, new_uid, watch),
                    self._ask_to_use,
                )
            case OpenHistory():
                self._end(change)

    def reject(self) -> None:
        if self._is_working:
            self._stop.set()
        else:
            super().reject()

    def abandon(self) -> None:
        """Stop the work and close, because the window behind is closing."""
        self._stop.set()
        self._is_working = False
        super().reject()

    def done(self, result: int) -> None:
        self._later.close()
        self._tick.stop()
        super().done(result)

    def buttons(self) -> list[QPushButton]:
        """Return the available buttons."""
        return [widget for widget in widgets_in(self._buttons) if isinstance(widget, QPushButton)]

    def _lay_out(self) -> None:
        self._where.set_path(str(self._database))
        inner = QWidget()
        self._content = content = QVBoxLayout(inner)
        content.setContentsMargins(20, 18, 20, 4)
        content.setSpacing(12)
        content.addWidget(self.sentence)
        content.addWidget(self._where)
        content.addWidget(self._bar)
        content.addWidget(self._above)
        content.addWidget(self.backups)
        content.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        content.addWidget(self.detail)
        content.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 0, 20, 0)
        foot.addLayout(self._buttons)
        self._area = area
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 16)
        layout.setSpacing(12)
        layout.addWidget(area, 1)
        layout.addLayout(foot)
        room = geometry.room(self)
        self.setMinimumSize(QSize(_WIDTH // 2, _LOWEST).boundedTo(room))
        self.resize(min(round(_WIDTH * self._theme.scale), room.width()), _LOWEST)
        self._theme.changed.connect(self._fit)

    def _fit(self) -> None:
        """Fit the height to the contents, limited to the screen."""
        self._list_rows()
        width = self.width()
        wanted = self._content.totalHeightForWidth(width) + self._buttons.heightForWidth(width - 40) + 40
        self.resize(width, min(max(_LOWEST, wanted), geometry.room(self).height()))

    def _say(self, problem: Problem, choices: Sequence[Choice], *, lists: bool = False, works: bool = False) -> None:
        self.sentence.setText(problem.sentence)
        self.setAccessibleDescription(problem.sentence)
        self.detail.setPlainText(problem.detail)
        self._more.setChecked(False)
        self._more.setVisible(bool(problem.detail))
        self._unfold()
        for part in (self._above, self.backups):
            part.setVisible(lists)
        self._bar.show_share(self._share if works else None)
        delete_widgets(self._buttons)
        for number, (text, act) in enumerate(choices):
            made = button(text, act, "" if number or works else "primary")
            self._buttons.addWidget(made)
            made.show()
            if not number:
                made.setFocus()
        self._buttons.invalidate()
        self._fit()

    def _unfold(self) -> None:
        self.detail.setFixedHeight(QFontMetrics(self.detail.font()).lineSpacing() * 4 + 12)
        self.detail.setVisible(self._more.isChecked())
        self._fit()
        if self._more.isChecked():
            # After it has been laid out.
            QTimer.singleShot(0, self.detail, lambda: self._area.ensureWidgetVisible(self.detail))

    def _list_backups(self) -> None:
        self.backups.clear()
        for backup in history_replacement.backups_of(self._database):
            item = QListWidgetItem(f"{absolute(backup.made_at)} · {show_bytes(backup.size)}")
            item.setData(_FILE, backup.path)
            self.backups.addItem(item)
        self.backups.setCurrentRow(0)

    def _list_rows(self) -> None:
        rows = min(_MOST_ROWS, self.backups.count())
        self.backups.setFixedHeight(rows * max(1, self.backups.sizeHintForRow(0)) + 4)

    def _restore_selected(self) -> None:
        item = self.backups.currentItem()
        if item is not None:
            self.carry_out(RestoreHistory(item.data(_FILE)))

    def _restore_other(self) -> None:
        if (chosen := self._choose("A backup to restore")) is not None:
            self.carry_out(RestoreHistory(chosen))

    def _open_other(self) -> None:
        if (chosen := self._choose("Another history")) is not None:
            self.carry_out(OpenHistory(chosen))

    def _choose(self, title: str) -> Path | None:
        chosen, _ = QFileDialog.getOpenFileName(self, title, str(self._database.parent), "Histories (*.db *)")
        return Path(chosen) if chosen else None

    def _start_anew(self) -> None:
        now = utc_now()
        self._work(
            "Setting the damaged file aside…",
            lambda _: history_replacement.start_anew(self._database, now),
            self._changed,
        )

    def _open_without(self) -> None:
        now = utc_now()
        self._work(
            "Keeping a copy of the log…",
            lambda _: history_replacement.open_without_log(self._database, now),
            self._changed,
        )

    def _ask_to_use(self, found: SalvageResult) -> None:
        def use() -> None:
            self._work(
                "Switching to the repaired history…",
                lambda watch: history_replacement.use_repaired(self._database, found, utc_now(), watch),
                self._changed,
            )

        def leave() -> None:
            self.remark = not_used(found)
            self._back_or_end()

        self._say(Problem(repaired(found)), [("Use the repaired history", use), ("Not now", leave)])

    def _work(self, words: str, work: Callable[[Watch], T], then: Callable[[T], object]) -> None:
        self._stop.clear()
        self._share, self._is_working = None, True
        self._say(Problem(words), [("Stop", self._stop.set)], works=True)

        def watch(share: float | None) -> bool:
            self._share = share
            return not self._stop.is_set()

        def over(result: T) -> None:
            self._ended()
            then(result)

        self._tick.start()
        self._later.watch(start(lambda: work(watch)), over, self._failed)

    def _ended(self) -> None:
        self._is_working = False
        self._tick.stop()
        self._bar.hide()

    def _show_share(self) -> None:
        self._bar.show_share(self._share)

    def _failed(self, error: BaseException) -> None:
        self._ended()
        problem = problem_of(error)
        self.remark = problem.sentence
        if getattr(error, "code", "") == "interrupted":
            self._back_or_end()
        else:
            self._say(problem, [("Back" if self._offered else "Open the history as it was", self._back_or_end)])

    def _back_or_end(self) -> None:
        """Return to the offer; without one, close."""
        if self._offered is not None:
            self.offer(*self._offered)
        else:
            super().reject()

    def _changed(self, changed: HistoryReplaced) -> None:
        self._end(changed)

    def _end(self, outcome: HistoryReplaced | OpenHistory) -> None:
        self.outcome = outcome
        self.accept()
