"""What the commands about cases do.

Invariant: cases are read and written off the UI thread; the list belongs to the open prompt, and closes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workbench.core.cases import Case
from workbench.core.drafts import ValueSet
from workbench.host.ids import new_uid
from workbench.store.runs.cases import Taken
from workbench.ui.cases.dialog import CasesDialog
from workbench.usecases.cases import CaseBook, free_name
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

RETRY_MS = 2000


class CaseActions(QObject):
    """Opens the list of cases and changes them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._book = CaseBook(window.workbench.store, new_uid)
        self._prompt = ""
        self._undo: Callable[[], None] | None = None
        self._unsaved: dict[str, tuple[str, Case]] = {}
        self.dialog: CasesDialog | None = None
        window.compose.prompt_changed.connect(self._prompt_changed)

    def open(self, select: str = "") -> None:
        """Show the cases of the open prompt."""
        window = self._window
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        self._prompt = window.compose.prompt_uid
        at = window.prompts.model.position(self._prompt)
        name = window.prompts.model.row(at).name if at >= 0 else ""
        dialog = CasesDialog(window.theme, name, read_only=window.workbench.store.read_only, parent=window.frame)
        dialog.use_wanted.connect(self.use)
        dialog.keep_wanted.connect(self.keep)
        dialog.changed.connect(self._change)
        dialog.delete_wanted.connect(self._delete)
        dialog.undo_wanted.connect(self._take_back)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show()
        self._read(select)

    def use(self, case: Case) -> None:
        """Put the values of a case into Compose, as a value set."""
        window = self._window
        window.compose.back()
        names = [one.name for one in window.compose.sets.sets]
        name = case.name or free_name(names)
        undo = window.compose.sets.use(ValueSet(case.uid, name, case.values, ticked=True))
        sentence = f"The values of the case “{name}” are in Compose now, as a value set."
        self._offer(sentence, undo)

    def keep(self) -> None:
        """Make a case of the value set that is shown in Compose, or of the values there."""
        window, prompt = self._window, self._window.compose.prompt_uid
        sets = window.compose.sets
        shown = sets.get(sets.active)
        if shown is None:
            values = tuple(window.view.values.all_values().items())
            if not values:
                window.notices.refused("There are no values to make a case of. Give a variable a value first.")
                if self.dialog is not None:
                    self.dialog.say("There are no values in Compose to make a case of.", "error")
                return
            shown = ValueSet("", "", values)

        def name_it(cases: tuple[Case, ...]) -> None:
            one = shown if shown.name else ValueSet(shown.uid, free_name(c.name for c in cases), shown.values)
            case, future = self._book.keep(prompt, one)
            window.tasks.watch(future, lambda before: self._kept(prompt, case, before), self._failed)

        window.tasks.run(lambda: self._book.all(prompt), name_it, self._failed)

    def _kept(self, prompt: str, case: Case, before: Case | None) -> None:
        def undo() -> None:
            if before is None:
                self._window.tasks.watch(self._book.delete(prompt, case.uid), lambda _: self._read(), self._failed)
            else:
                self._window.tasks.watch(self._book.change(prompt, before), lambda _: self._read(), self._failed)

        did = "is a case of this prompt now" if before is None else "was a case already, and has these values now"
        self._offer(f"“{case.name}” {did}.", undo)
        self._read(case.uid)

    def stop(self) -> None:
        """Save what was typed last, because the window closes."""
        if self.dialog is not None:
            self.dialog.save()

    def _change(self, case: Case) -> None:
        self._unsaved[case.uid] = self._prompt, case
        self._save(case.uid)

    def _save(self, uid: str) -> None:
        """Save a case as it was typed last; when that fails it stays in memory and is tried again."""
        if uid not in self._unsaved:
            return
        prompt, case = self._unsaved[uid]

        def saved(_: None) -> None:
            if self._unsaved.get(uid) == (prompt, case):
                self._unsaved.pop(uid, None)

        def failed(error: Exception) -> None:
            if getattr(error, "code", "") == "missing":
                self._unsaved.pop(uid, None)
            else:
                QTimer.singleShot(RETRY_MS, self, lambda: self._save(uid))
            self._failed(error)

        self._window.tasks.watch(self._book.change(prompt, case), saved, failed)

    def _delete(self, case: Case) -> None:
        prompt, window = self._prompt, self._window

        def gone(taken: Taken) -> None:
            def undo() -> None:
                future = self._book.bring_back(prompt, taken)
                window.tasks.watch(future, lambda _: self._read(taken.case.uid), self._failed)

            self._offer(f"The case “{taken.case.name or 'without a name'}” is deleted.", undo)
            self._read()

        window.tasks.watch(self._book.delete(prompt, case.uid), gone, self._failed)

    def _offer(self, sentence: str, undo: Callable[[], None]) -> None:
        """Say what was done, in the list where that is open, and in the window."""
        self._undo = undo
        self._window.notices.offer(sentence, "Undo", self._take_back)
        if self.dialog is not None:
            self.dialog.say(sentence, undo=True)

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        self._window.notices.withdraw_offer()
        if self.dialog is not None:
            self.dialog.say("")
        if undo is not None:
            undo()

    def _read(self, select: str = "") -> None:
        prompt = self._prompt

        def show(cases: tuple[Case, ...]) -> None:
            if self.dialog is not None and prompt == self._prompt:
                self.dialog.show_cases(cases, self._window.view.values.variables(), select)

        if self.dialog is not None:
            self._window.tasks.run(lambda: self._book.all(prompt), show, self._failed)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        if self.dialog is not None:
            self.dialog.say(problem.sentence, "error")
        else:
            self._window.notices.problem(problem.sentence, problem.detail)

    def _prompt_changed(self, uid: str) -> None:
        self._undo = None
        if self.dialog is not None and uid != self._prompt:
            self.dialog.close()

    def _closed(self) -> None:
        self.dialog = None
