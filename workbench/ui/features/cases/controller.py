"""Executes the commands of cases.

Invariant: cases are read and written off the UI thread; the dialog belongs to the open prompt, and closes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from shiboken6 import isValid

from workbench.app.cases.case_follower import CaseFollower
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.drafts import ValueSet
from workbench.core.templates import content_variables
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.store.runs.cases import RemovedCase
from workbench.ui.features.cases.dialog import CasesDialog
from workbench.ui.features.cases.import_controller import CaseImportController
from workbench.ui.features.cases.kept_answers import KeptAnswers
from workbench.ui.shell.check_events import CaseChecksRequested
from workbench.ui.shell.events import Changed, DataChanged, HistoryChanged, PromptOpened
from workbench.ui.shell.services import Services
from workbench.usecases.attachments import Attachments
from workbench.usecases.case_import import AddedCases, CaseImporter, CaseOfAnswer, free_gradually
from workbench.usecases.cases import CaseBook, free_name
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

    from workbench.ui.features.cases.proposal_controller import CaseProposalController

RETRY_MS = 2000
"""Delay in milliseconds before a failed write is retried."""


class CasesController:
    """Opens the cases dialog and stores changes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._book = CaseBook(services.backend.store, new_uid)
        self._importer = CaseImporter(services.backend.store, new_uid)
        self.imports = CaseImportController(services, self._importer, self._imported, self._come_back)
        self.kept = KeptAnswers(services, self._offer, self._changed, self.open)
        self._proposals: CaseProposalController | None = None
        self._prompt = ""
        self._undo: Callable[[], None] | None = None
        self._unsaved: dict[str, tuple[str, Case]] = {}
        self.dialog: CasesDialog | None = None
        self.files: QFileDialog | None = None
        """The dialog of files that was opened last."""
        self._is_announcing = False
        self._others = CaseFollower(
            services.tasks,
            lambda: partial(self._book.all, self._prompt),
            lambda: None if self.dialog is None else self.dialog.cases.cases,
            lambda: not self._unsaved,
            self._show,
            self._failed,
        )
        services.events.subscribe(HistoryChanged, lambda _: self._others.follow())
        services.events.subscribe(PromptOpened, self._prompt_opened)
        services.events.subscribe(DataChanged, self._data_changed)

    def open(self, select: str = "") -> None:
        """Show the cases of the open prompt."""
        services = self._services
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        self._prompt = services.session.prompt()
        dialog = CasesDialog(
            services.theme,
            services.navigator.prompt_name(self._prompt),
            read_only=services.backend.store.read_only,
            parent=services.dialogs.widget(),
        )
        dialog.use_wanted.connect(self.use)
        dialog.keep_wanted.connect(self.keep)
        dialog.add_wanted.connect(self.imports.open)
        propose = services.navigator.action("propose_cases")
        dialog.propose.setEnabled(propose.isEnabled())
        dialog.propose_wanted.connect(propose.trigger)
        dialog.path_dropped.connect(self.imports.open)
        dialog.changed.connect(self._edit)
        dialog.delete_wanted.connect(self._delete)
        dialog.checks_wanted.connect(self._edit_checks)
        dialog.undo_wanted.connect(self._take_back)
        dialog.lost.connect(self._restore)
        dialog.file_wanted.connect(self._choose_file)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show()
        self._read(select)

    def _come_back(self) -> None:
        # Not all window managers do by themselves.
        if self.dialog is not None:
            self.dialog.activateWindow()

    @property
    def proposals(self) -> CaseProposalController:
        """Asks a model for cases; made when first needed."""
        if self._proposals is None:
            from workbench.ui.features.cases.proposal_controller import CaseProposalController

            self._proposals = CaseProposalController(self._services, self._importer, self._changed)
        return self._proposals

    def use(self, case: Case) -> None:
        """Choose a case for Compose, and show it there."""
        undo = self._services.session.use_values(
            ValueSet(case.uid, case.name, case.values, ticked=True, kinds=case.kinds)
        )
        self._offer(f"“{_title(case)}” is in Compose now.", undo)

    def keep(self) -> None:
        """Create a case from the values in Compose, unless they are those of a case."""
        services, prompt, draft = self._services, self._services.session.prompt(), self._services.session.draft()
        shown = next((one for one in draft.sets if one.uid == draft.active), None)
        if shown is not None or not draft.values:
            self._refuse(
                f"“{shown.title}” is a case of this prompt already."
                if shown is not None
                else "There are no values to keep. Enter a value for a variable first."
            )
            return

        def store(cases: tuple[Case, ...]) -> None:
            case, future = self._book.add(prompt, free_name(c.name for c in cases), draft.values)
            services.tasks.watch(future, lambda _: self._kept(prompt, case), self._failed)

        services.tasks.run(lambda: self._book.all(prompt), store, self._failed)

    def _refuse(self, sentence: str) -> None:
        self._services.notices.refused(sentence)
        if self.dialog is not None:
            self.dialog.say(sentence, "error")

    def keep_answer(self, slot: str = "") -> None:
        """Make a case of a lane's answer and the values it was asked with; "" is the focused lane."""
        services, prompt = self._services, self._services.session.prompt()
        answer = services.session.answer(slot)
        if answer is None:
            services.notices.refused(
                "This lane has no finished answer to make a case of. Run it, or wait for it to end."
            )
            return

        def store(made: CaseOfAnswer) -> None:
            future = self._importer.keep_answer(made)
            services.tasks.watch(future, lambda _: self._answer_kept(made), self._failed)

        work = partial(self._importer.case_of_answer, prompt, answer.run_uid, answer.output_uid)
        services.tasks.run(work, store, self._failed)

    def _answer_kept(self, made: CaseOfAnswer) -> None:
        def undo() -> None:
            self._services.tasks.watch(self._importer.take_answer_back(made), lambda _: self._changed(), self._failed)

        if made.before is None:
            sentence = "The answer and its values are now a case of this prompt."
        else:
            sentence = f"The answer is now the expectation of the case “{made.case.name or 'without a name'}”."
        self._offer(sentence, undo)
        self._changed(made.case.uid)

    def _imported(self, added: AddedCases) -> None:
        def undo() -> None:
            self._services.tasks.watch(self._importer.take_back(added), lambda _: self._changed(), self._failed)

        count = len(added.uids)
        self._offer(f"{counted(count, 'case')} {'was' if count == 1 else 'were'} added.", undo)
        self._changed(added.uids[0] if added.uids else "")

    def _changed(self, select: str = "") -> None:
        """Show the cases as stored, and let the other views read them again."""
        self._announce()
        self._read(select)

    def _announce(self) -> None:
        self._is_announcing = True
        self._services.events.publish(DataChanged(Changed.CASES))
        self._is_announcing = False

    def _data_changed(self, event: DataChanged) -> None:
        if event.what & Changed.CASES and not self._is_announcing:
            self._read()

    def _kept(self, prompt: str, case: Case) -> None:
        def undo() -> None:
            self._services.tasks.watch(self._book.delete(prompt, case.uid), lambda _: self._changed(), self._failed)

        self._offer(f"“{case.name}” is now a case of this prompt.", undo)
        self._changed(case.uid)

    def stop(self) -> None:
        """Save pending edits and stop reading before the window closes."""
        self.imports.stop()
        if self.dialog is not None:
            self.dialog.save()

    def _edit(self, case: Case) -> None:
        self._others.edited()
        self._unsaved[case.uid] = self._prompt, case
        self._save(case.uid)

    def _save(self, uid: str) -> None:
        """Save the latest state of a case; on failure keep it in memory and retry."""
        if uid not in self._unsaved:
            return
        prompt, case = self._unsaved[uid]

        def saved(_: None) -> None:
            if self._unsaved.get(uid) == (prompt, case):
                self._unsaved.pop(uid, None)
                self._announce()
                self._others.saved()

        def failed(error: Exception) -> None:
            if getattr(error, "code", "") == "missing":
                self._unsaved.pop(uid, None)
            else:
                QTimer.singleShot(RETRY_MS, self._services.dialogs.widget(), lambda: self._save(uid))
            self._failed(error)

        self._services.tasks.watch(self._book.change(prompt, case), saved, failed)

    def _restore(self, case: Case) -> None:
        """Make a case again that another process deleted while it was edited."""
        self._others.edited()
        self._say(f"“{_title(case)}” was deleted elsewhere while you edited it. It is a case again.")
        self._services.tasks.watch(self._book.restore(self._prompt, case), lambda _: self._announce(), self._failed)

    def _choose_file(self, uid: str, name: str) -> None:
        """Let the user choose a file for a value of a case."""
        from workbench.ui.features.cases.file_choice import choose_file

        dialog, services = self.dialog, self._services
        if dialog is None:
            return

        def take(path: Path) -> None:
            files = Attachments(services.backend.store)
            services.tasks.run(lambda: files.take_file(path), use, self._failed)

        def use(file: Attachment) -> None:
            if self.dialog is dialog:
                dialog.set_file(uid, name, file)

        self.files = choose_file(dialog, take)
        self.files.finished.connect(self._file_chosen)

    def _file_chosen(self) -> None:
        self.files = None

    def _edit_checks(self, case: Case) -> None:
        dialog = self.dialog

        def save(changed: Case) -> None:
            # Only the checks: name and values may have been edited here since. A closing dialog still saves.
            if dialog is not None and isValid(dialog):
                dialog.set_checks(changed.uid, changed.checks)

        self._services.events.publish(CaseChecksRequested(case, save, dialog))

    def _delete(self, case: Case) -> None:
        prompt, tasks = self._prompt, self._services.tasks

        def gone(taken: RemovedCase) -> None:
            def undo() -> None:
                future = self._book.bring_back(prompt, taken)
                tasks.watch(future, lambda _: self._changed(taken.case.uid), self._failed)

            self._offer(f"The case “{taken.case.name or 'without a name'}” is deleted.", undo)
            self._changed()

        tasks.watch(self._book.delete(prompt, case.uid), gone, self._failed)

    def _offer(self, sentence: str, undo: Callable[[], None]) -> None:
        """Report an action with an undo offer, in the window and in the dialog if it is open."""
        self._undo = undo
        self._services.notices.offer(sentence, "Undo", self._take_back)
        if self.dialog is not None:
            self.dialog.say(sentence, undo=True)

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        self._services.notices.withdraw_offer()
        if self.dialog is not None:
            self.dialog.say("")
        if undo is not None:
            undo()

    def _read(self, select: str = "") -> None:
        prompt = self._prompt

        def show(cases: tuple[Case, ...]) -> None:
            if prompt == self._prompt:
                self._show(cases, select)

        if self.dialog is not None:
            self._services.tasks.run_large(lambda: self._book.all(prompt), show, self._failed)

    def _free(self, cases: list[Case]) -> None:
        self._services.tasks.run(partial(free_gradually, cases))

    def _show(self, cases: tuple[Case, ...], select: str = "") -> None:
        if self.dialog is not None:
            variables = content_variables(self._services.session.draft().content)
            self._free(self.dialog.show_cases(cases, variables, select))

    def _say(self, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.say(sentence)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        if self.dialog is not None:
            self.dialog.say(problem.sentence, "error")
        else:
            self._services.notices.problem(problem.sentence, problem.detail)

    def _prompt_opened(self, event: PromptOpened) -> None:
        self._undo = None
        if self.dialog is not None and event.prompt_uid != self._prompt:
            self.dialog.close()

    def _closed(self) -> None:
        if self.dialog is not None:
            # The dialog of checks closes with it, and may still save the last edit of a listed case.
            held = self.dialog.cases.held
            QTimer.singleShot(0, self._services.dialogs.widget(), lambda: self._free(held))
            self.dialog = None


def _title(case: Case) -> str:
    return ValueSet(case.uid, case.name, case.values).title
