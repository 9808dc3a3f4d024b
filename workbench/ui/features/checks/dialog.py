"""The checks of a prompt or of a case: the list, the form of the selected check, and what the shown answers say to it.

Invariant: edits are saved automatically, at the latest when the dialog closes; removing and pasting can be undone here.
Checks are tried off the UI thread, and results of older edits are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from workbench.app.checks import check_tree
from workbench.app.checks.check_attempts import CheckAttempts
from workbench.app.checks.check_tree import Checks, Path
from workbench.app.lanes.shown_answers import ShownAnswers
from workbench.app.tasks import BackgroundTasks
from workbench.core.cases import Check
from workbench.core.checks.check_forms import new_check, typed_value
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.suggestions import CheckSuggestion
from workbench.core.text import counted
from workbench.ui.features.checks.form import CheckForm
from workbench.ui.features.checks.judge_panel import JudgePanel
from workbench.ui.features.checks.suggestions import SuggestionList
from workbench.ui.features.checks.tree import CheckTree
from workbench.ui.features.checks.trial import TrialPanel, short_results
from workbench.ui.features.checks.type_dialog import CheckTypeDialog
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label, line, scrolled
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import ToldLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.check_text import checks_as_text, checks_from_text
from workbench.usecases.check_trial import CheckTrial
from workbench.usecases.problems import problem_of

_SAVE_MS = 500
_TRY_MS = 250
"""Delays in milliseconds after the last edit, before checks are saved and tried."""
_LIST_SHARE = 0.38
"""The part of the width that the list takes."""
_NOTHING = (
    "A check is a rule for answers: it passes, fails or gives a score. Add one, take a suggestion, or paste a list of "
    "promptfoo assertions with Ctrl+V."
)


class ChecksDialog(Dialog):
    """Emits `changed` with all checks; the owner stores them."""

    changed = Signal(object)
    """tuple[Check, ...]"""
    judged_shown = Signal(object, object)
    """A judged check is shown (Check), with the answers to try it on (ShownAnswers)."""

    def __init__(
        self,
        theme: Theme,
        tasks: BackgroundTasks,
        trial: CheckTrial,
        title: str,
        *,
        variables: Sequence[str] = (),
        schema: str = "",
        is_for_case: bool = False,
        read_only: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`schema` is the JSON Schema of the prompt's output format as typed, "" for none."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._theme, self._tasks, self._read_only = theme, tasks, read_only
        self._schema, self._is_for_case = typed_value("schema", schema), is_for_case
        self._checks: Checks = ()
        self._saved: Checks = ()
        self._before: tuple[Checks, Path | None] | None = None
        self._attempts = CheckAttempts(tasks, trial, self._show_tried)
        self._save = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._save.timeout.connect(self.save)
        self._pause = QTimer(self, singleShot=True, interval=_TRY_MS)
        self._pause.timeout.connect(self._try)
        self.tree = CheckTree()
        self.suggested = SuggestionList()
        self.form = CheckForm(theme, variables)
        self.nothing = label(_NOTHING, "muted")
        self.trial, self.judge = TrialPanel(theme), JudgePanel(theme)
        self.told = ToldLabel(theme)
        self.add = button("Add a check…", self.choose_type)
        self.remove = button("Remove", self._remove)
        self.paste = button("Paste", self._paste, name="Paste checks from the clipboard, in YAML or JSON")
        self.undo = button("Undo", self._undo)
        self.close_ = button("Close", self.reject)
        self._lay_out()
        self._connect()

    def show_checks(self, checks: Checks, select: Path | None = None) -> None:
        """Show stored checks."""
        self._checks = self._saved = checks
        self._show(select)

    def show_answers(self, shown: ShownAnswers) -> None:
        """Try the checks on these answers from now on."""
        if self._attempts.show_answers(shown):
            self._try()
            self._ask_suggestions()

    @property
    def checks(self) -> Checks:
        """The checks including edits."""
        return self._checks

    def say(self, sentence: str, tone: str = "muted", *, undo: bool = False) -> None:
        """Show a message, optionally with the Undo button."""
        self.told.say(sentence, tone)
        self.undo.setVisible(undo)

    def save(self) -> None:
        """Save pending edits, if any."""
        self._save.stop()
        if self._checks != self._saved:
            self._saved = self._checks
            self.changed.emit(self._checks)

    def choose_type(self) -> None:
        """Choose the type of a new check, and add it."""
        dialog = CheckTypeDialog(self._theme, parent=self)
        dialog.accepted.connect(lambda: self.add_check(new_check(dialog.name)))
        dialog.open()

    def add_check(self, check: Check) -> None:
        """Add a check behind the selected one, or into the selected set, and edit it."""
        path = check_tree.place_for_new(self._checks, self.tree.path())
        self._change(check_tree.inserted(self._checks, path, check), path)
        self.say("")
        self.form.focus_value()

    def done(self, result: int) -> None:
        self.save()
        self._attempts.stop()
        super().done(result)

    def _connect(self) -> None:
        tree = self.tree
        tree.selected.connect(self._show_selected)
        tree.remove_wanted.connect(self._remove)
        tree.move_wanted.connect(self._move)
        tree.drop_wanted.connect(lambda source, target: self._moved(check_tree.moved_to(self._checks, source, target)))
        tree.copy_wanted.connect(self._copy)
        tree.paste_wanted.connect(self._paste)
        self.form.edited.connect(self._edited)
        self.form.type_wanted.connect(self._change_type)
        self.suggested.add_wanted.connect(self.add_check)

    def _lay_out(self) -> None:
        scale = min(self._theme.scale, 1.5)
        acts = FlowLayout()
        for one in (self.add, self.remove, self.paste):
            acts.addWidget(one)
            one.setEnabled(not self._read_only)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 12, 0)
        column.addWidget(self.tree, 1)
        column.addLayout(acts)
        column.addWidget(self.suggested)
        page = QWidget()
        set_role(page, "surface")
        right = QVBoxLayout(page)
        right.setContentsMargins(12, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(self.form)
        right.addWidget(line())
        right.addWidget(self.trial)
        right.addWidget(self.judge)
        right.addStretch(1)
        empty = QWidget()
        beside = QVBoxLayout(empty)
        beside.setContentsMargins(12, 0, 0, 0)
        beside.addWidget(self.nothing)
        beside.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(scrolled(page))
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(left)
        halves.addWidget(self._pages)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.setStretchFactor(1, 1)
        said = QHBoxLayout()
        said.addWidget(self.told, 1)
        said.addWidget(self.undo)
        said.addStretch(0)
        said.addWidget(self.close_)
        self.undo.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(halves, 1)
        layout.addLayout(said)
        self.resize(QSize(int(880 * scale), int(640 * scale)).boundedTo(geometry.room(self)))
        left_width = round(self.width() * _LIST_SHARE)
        halves.setSizes([left_width, self.width() - left_width])

    def _show(self, select: Path | None) -> None:
        """Show all checks anew and select one."""
        self.tree.show_checks(self._checks, select)
        self.remove.setEnabled(bool(self._checks) and not self._read_only)
        self._pause.stop()
        self._attempts.attempt(self._checks, is_reordered=True)
        self._ask_suggestions()

    def _show_selected(self) -> None:
        path = self.tree.path()
        self._pages.setCurrentIndex(0 if path is None else 1)
        if path is not None:
            self.form.show_check(check_tree.check_at(self._checks, path), read_only=self._read_only)
            self._show_trial()

    def _edited(self) -> None:
        path, check = self.tree.path(), self.form.check()
        if path is None or check is None:
            return
        # The members of a set are edited by themselves.
        self._checks = check_tree.with_check(self._checks, path, check)
        self.tree.show_check(path, check)
        self._save.start()
        self._pause.start()

    def _change(self, checks: Checks, select: Path | None) -> None:
        self._checks = checks
        self._show(select)
        self._save.start()

    def _change_type(self) -> None:
        path = self.tree.path()
        if path is None:
            return
        check = check_tree.check_at(self._checks, path)
        dialog = CheckTypeDialog(self._theme, check.type, parent=self)
        dialog.accepted.connect(lambda: self._set_type(path, dialog.name))
        dialog.open()

    def _set_type(self, path: Path, name: str) -> None:
        check = check_tree.check_at(self._checks, path)
        if name != check.type:
            self._offer_undo(f"The check is now of the type {name}.")
            self._change(check_tree.with_check(self._checks, path, _of_type(check, name)), path)
        self.form.focus_value()

    def _remove(self) -> None:
        path = self.tree.path()
        if path is None or self._read_only:
            return
        self._offer_undo("The check is removed.")
        checks = check_tree.removed(self._checks, path)
        before = (*path[:-1], max(0, path[-1] - 1))
        there = {path for path, _ in check_tree.walked(checks)}
        self._change(checks, path if path in there else before if before in there else path[:-1] or None)
        self.tree.setFocus()

    def _move(self, where: str) -> None:
        path = self.tree.path()
        if path is None or self._read_only:
            return
        if where in ("up", "down"):
            self._moved(check_tree.moved(self._checks, path, -1 if where == "up" else 1))
        else:
            self._moved((check_tree.moved_in if where == "in" else check_tree.moved_out)(self._checks, path))

    def _moved(self, made: tuple[Checks, Path]) -> None:
        checks, path = made
        if checks != self._checks and not self._read_only:
            self._change(checks, path)

    def _copy(self) -> None:
        if (path := self.tree.path()) is not None:
            QApplication.clipboard().setText(checks_as_text([check_tree.check_at(self._checks, path)]))

    def _paste(self) -> None:
        if self._read_only:
            return
        text = QApplication.clipboard().text()
        self._tasks.run(lambda: checks_from_text(text), self._pasted, self._refused)

    def _pasted(self, new: Checks) -> None:
        if isValid(self):
            self._offer_undo(f"Pasted {counted(len(new), 'check')}.")
            path = check_tree.place_for_new(self._checks, self.tree.path())
            self._change(check_tree.inserted(self._checks, path, *new), path)

    def _refused(self, error: Exception) -> None:
        if isValid(self):
            self.say(problem_of(error).sentence, "error")

    def _offer_undo(self, sentence: str) -> None:
        self._before = self._checks, self.tree.path()
        self.say(sentence, undo=True)

    def _undo(self) -> None:
        before, self._before = self._before, None
        self.say("")
        if before is not None:
            self._change(*before)
            self.tree.setFocus()

    # Trying checks.

    def _try(self) -> None:
        self._pause.stop()
        self._attempts.attempt(self._checks)

    def _ask_suggestions(self) -> None:
        self._attempts.suggest(self._suggest, schema=self._schema, is_for_case=self._is_for_case)

    def _show_tried(self) -> None:
        self.tree.show_results(short_results(self._checks, self._attempts.tried))
        self._show_trial()

    def _suggest(self, found: Sequence[CheckSuggestion]) -> None:
        self.suggested.show_suggestions(found, can_add=not self._read_only)

    def _show_trial(self) -> None:
        path = self.tree.path()
        check = None if path is None else check_tree.check_at(self._checks, path)
        row = None if check is None else CHECK_TYPES.get(check.type)
        is_judged = row is not None and row.judged
        self.judge.setVisible(is_judged)
        self.trial.setVisible(not is_judged)
        if is_judged:
            self.judged_shown.emit(check, self._attempts.shown)
        problem, results = self._attempts.tried.get(path or (), ("", ()))
        self.form.show_problem(problem)
        self.trial.show_results(self._attempts.shown.answers, results)


def _of_type(check: Check, name: str) -> Check:
    """Return a check with another type; the value stays if both types take the same kind of value."""
    before, now = CHECK_TYPES.get(check.type), CHECK_TYPES[name]
    made = new_check(name, negated=check.negated)
    kinds = {before.value, now.value} if before is not None else set()
    is_same = len(kinds) == 1 or kinds <= {"text", "json", "pattern"}
    value = check.value if is_same and check.value else made.value
    return Check(name, check.negated, value, weight=check.weight, metric=check.metric)
