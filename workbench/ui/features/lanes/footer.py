"""The footer of a column: mark, stop, checks, diff, copy, retry, and what a judge said.

Invariant: a streaming answer can be stopped but not marked, an ended one marked but not stopped. Buttons are never
clipped: in a narrow column their labels get shorter, and those that the lane's menu offers too are hidden. Failed
checks are told by a sign and the first reason, never by colour alone.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.judge_mark import JudgeMark
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.widgets.check_results import BADGES, checks_summary
from workbench.ui.widgets.small_controls import KeyButton, SmallLine, quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role
from workbench.ui.widgets.wording import has_ended, is_running

_LEAST_BASE = "Diff vs 0000"


class LaneFooter(QWidget):
    """The buttons under an answer."""

    diff_pointed = Signal()
    """The Diff button is hovered or focused and its tooltip needs the base; answered with `name_base`."""

    def __init__(self, theme: Theme, key_name: KeyName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_name = key_name
        self._against = ""
        self._said: tuple[object, ...] = ()
        self._has_copy = self._has_retry = False
        self._checks: OutputChecks | None = None
        self._summary = ""
        self.winner = KeyButton(theme, self)
        self.stop = KeyButton(theme, self)
        self.checks = QPushButton(self)
        self.checks.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.checks.hide()
        self.reason = SmallLine(theme, delta=-1, color="red", parent=self)
        self.reason.hide()
        self.judged = SmallLine(theme, delta=-1, parent=self)
        self.judged.hide()
        self.diff = quiet_button("Diff", "", self)
        self.diff.setCheckable(True)
        self.diff.installEventFilter(self)
        self.copy = quiet_button("Copy", "Copy the answer", self)
        self.retry = quiet_button(
            "Retry", "Repeat this lane's call; the current answer is kept as an earlier attempt", self
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 9, 10, 9)
        whole.setSpacing(4)
        self._row = layout = QHBoxLayout()
        layout.setSpacing(2)
        whole.addLayout(layout)
        whole.addWidget(self.reason)
        whole.addWidget(self.judged)
        layout.addWidget(self.winner)
        layout.addWidget(self.stop)
        layout.addWidget(self.checks)
        layout.addStretch(1)
        layout.addWidget(self.diff)
        layout.addWidget(self.copy)
        layout.addWidget(self.retry)
        theme.changed.connect(self._fit)
        self.show_diff(False)

    def show_status(self, head: LaneHead, status: LaneStatus, *, has_text: bool, focused: bool) -> None:
        """Show and enable the actions that apply to the output shown."""
        running, ended = is_running(status), has_ended(status)
        can_win = ended and not (status.other_values or status.tested) and (has_text or status.state == "finished")
        self._show_winner(head, status, enabled=can_win)
        self._show_stop(head, focused=focused)
        self.stop.setVisible(running)
        self.winner.setVisible(not running)
        self._has_copy = has_text
        self.diff.setVisible(has_text and ended and not status.blind)
        # A lane that changed since it ran must be run again; a retry would repeat the old call.
        self._has_retry = ended and not (head.read_only or head.answered_by or status.tested)
        self._fit()

    def show_standing(self, head: LaneHead, status: LaneStatus) -> None:
        """Show whether the answer is the winner."""
        self._show_winner(head, status, enabled=self.winner.isEnabled())
        self._fit()

    def show_checks(self, checks: OutputChecks | None) -> None:
        """Show the results of the answer's checks, None for none."""
        if checks is self._checks:
            return
        self._checks = checks
        if checks is None or not checks.results:
            self._summary = ""
            if self.checks.hasFocus():
                self.winner.setFocus()
            self.checks.hide()
            self.reason.hide()
        else:
            state, summary, reason = checks_summary(checks.results)
            badge, role = BADGES[state]
            self._summary = f"{badge[0]} {summary}"
            set_role(self.checks, role)
            # Qt measures a button without text as if it had four letters.
            self.checks.setText(self._summary)
            self.checks.setAccessibleName(f"{summary} pass. {reason}".strip())
            self.checks.setToolTip(safe_tip(f"{reason}\nShows all checks" if reason else "Shows all checks"))
            self.reason.set_candidates((reason,))
            self.reason.set_color("red" if state == "fail" else "muted")
            self.reason.setToolTip(safe_tip(reason))
            self.checks.show()
            self.reason.setVisible(bool(reason))
        self._fit()

    def show_judged(self, judged: JudgeMark | None) -> None:
        """Show what a judge said of the answer, None for nothing."""
        self.judged.setVisible(judged is not None)
        if judged is not None:
            self.judged.set_candidates(judged.texts)
            self.judged.setToolTip(safe_tip(judged.tip))

    def show_diff(self, shown: bool, against: str = "", base: str = "") -> None:
        """Set whether differences are shown; `against` is the short name of the base, `base` its full name."""
        self._against = against
        self.diff.setChecked(shown)
        self.name_base(base if shown else "")

    def name_base(self, base: str) -> None:
        """Set the name of the actual or potential base; "" if unknown."""
        shown, against, key = self.diff.isChecked(), base or "another answer", self._key_name("diff")
        said = (shown, base, self._against, key)
        if said == self._said:
            return
        self._said = said
        what = f"Differences from {against} are shown" if shown else f"Show what differs from {against}"
        if shown and base and not self._against:
            what = "The other answers are compared with this one"
        if shown:
            what += ". Press to show the answer itself"
        self.diff.setAccessibleName(what)
        self.diff.setToolTip(safe_tip(with_key(what, f"{key}: in every lane" if key else "")))
        self._fit()

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        return [self.winner, self.stop, self.checks, self.diff, self.copy, self.retry]

    # Qt event handlers.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn) and not self.diff.isChecked():
            self.diff_pointed.emit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Adapt to the width: first hide buttons that the menu offers too, then shorten the winner's label."""
        says = f"Diff vs {self._against}" if self.diff.isChecked() and self._against else "Diff"
        whole, layout = self.layout(), self._row
        assert whole is not None
        margins = whole.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        least = min(_width(self.diff, _LEAST_BASE), _width(self.diff, says))
        for brief, retry, copy, diff in (
            (False, True, True, _width(self.diff, says)),
            (False, False, True, _width(self.diff, says)),
            (True, False, True, least),
            (True, False, False, 0),
        ):
            shown = [self.winner.width_at(brief=brief)] if self.stop.isHidden() else [self.stop.width_at(brief=brief)]
            shown += [_width(self.checks, self._checks_words(brief=brief))] if self._summary else []
            shown += [diff] if not self.diff.isHidden() else []
            shown += [_width(self.copy, "Copy")] if copy and self._has_copy else []
            shown += [_width(self.retry, "Retry")] if retry and self._has_retry else []
            if sum(shown) + layout.spacing() * len(shown) <= room:
                break
        for button in (self.winner, self.stop):
            button.set_brief(brief)
        self.checks.setText(self._checks_words(brief=brief))
        self._show(self.copy, copy and self._has_copy)
        self._show(self.retry, retry and self._has_retry)
        left = room - sum(shown) - layout.spacing() * len(shown) + diff - _width(self.diff, "")
        self.diff.setText(self.diff.fontMetrics().elidedText(says, Qt.TextElideMode.ElideRight, max(left, 0)))

    def _checks_words(self, *, brief: bool) -> str:
        """Return the words of the checks: "✓ 4/4 checks", or "✓ 4/4" in brief."""
        return self._summary.rpartition(" ")[0] if brief else self._summary

    def _show(self, button: QPushButton, wanted: bool) -> None:
        if button.hasFocus() and not wanted:
            # Hiding the focused button would move the focus to the next lane.
            (self.winner if self.stop.isHidden() else self.stop).setFocus()
        button.setVisible(wanted)

    def _show_winner(self, head: LaneHead, status: LaneStatus, *, enabled: bool) -> None:
        won = status.standing == "winner"
        key = str(head.number) if head.number <= 9 else ""
        self.winner.setEnabled(enabled)
        self.winner.set_face("★ Winner" if won else "☆ Winner", key, gold=won)
        name = wording.title(head, status.blind)
        self.winner.setAccessibleName(f"{name} is the winner; remove the mark" if won else f"Mark {name} the winner")
        keys = f" (Ctrl+{key}, or {key} after you focus a lane)" if key else ""
        tip = ("Removes the winner mark" if won else "Marks this answer the winner") + keys
        self.winner.setToolTip(safe_tip(tip if enabled else _why_not(status)))

    def _show_stop(self, head: LaneHead, *, focused: bool) -> None:
        key, all_key = self._key_name("stop_lane"), self._key_name("escape")
        self.stop.set_face("■ Stop", key if focused else "")
        self.stop.setAccessibleName(f"Stop lane {head.number}")
        keys = f"{key} in the focused lane, {all_key} for all" if key else f"{all_key} stops all"
        self.stop.setToolTip(safe_tip(f"Stops this lane and keeps its text ({keys})"))


def _width(button: QPushButton, text: str) -> int:
    """Return the width in pixels that a button would have with this text."""
    metrics = button.fontMetrics()
    return button.sizeHint().width() - metrics.horizontalAdvance(button.text()) + metrics.horizontalAdvance(text)


def _why_not(status: LaneStatus) -> str:
    if status.tested:
        return f"This answer is from {status.kept}. Run the lane, then judge its new answer."
    if status.other_values:
        return f"This answer is from {status.kept}, to other values. Run the lane again to judge it with the others."
    return "Wait for the answer to finish, then mark it."
