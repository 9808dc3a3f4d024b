"""Labelling answers: shows them one after the other, stores what the person says, and then what it means.

Invariant: one step is taken at a time, off the UI thread. The next answer is shown once the label is stored; when that
fails, the person is told and the answer stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt

from workbench.core.text import counted
from workbench.ui.features.judges.tested_run import TestedRun, TestedRuns
from workbench.ui.shell.events import Changed, DataChanged
from workbench.ui.shell.testing_events import LabellingChanged
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

    from workbench.app.judging.labelling import LabelledCheck, LabelPage, LabelStep, MeasuredJudge
    from workbench.app.judging.stored_judges import StoredJudges, StoredLabelling
    from workbench.ui.features.judges.label_dialog import LabelDialog
    from workbench.ui.shell.services import Services
    from workbench.usecases.judging.label_files import LabelImportPlan

_SHEET = "labels.csv"
_T = TypeVar("_T")


class LabellingActions:
    """`dialog` is the open one, None for none. `improve` improves the judge of a check."""

    def __init__(
        self, services: Services, source: StoredJudges, runs: TestedRuns, improve: Callable[[str], object]
    ) -> None:
        self._services, self._source, self._runs, self._improve = services, source, runs, improve
        self.dialog: LabelDialog | None = None
        self.files: QFileDialog | None = None
        """The dialog of files that is open."""
        self._tested: TestedRun | None = None
        self._checks: tuple[LabelledCheck, ...] = ()
        self._check: LabelledCheck | None = None
        self._session: StoredLabelling | None = None
        self._asked = 0
        self._has_changed = False

    # Opening.

    def open(self, then: Callable[[], object] = lambda: None) -> None:
        """Label answers of the shown test; `then` is called once the dialog is open."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            then()
            return
        source, services = self._source, self._services

        def show(tested: TestedRun) -> None:
            run = tested.run

            def found(checks: tuple[LabelledCheck, ...]) -> None:
                if tested.prompt_uid == services.session.prompt() and self.dialog is None:
                    self._show(tested, checks)
                    then()

            services.tasks.run(lambda: source.checks(run.uid, run.scoring_uid), found, self._failed)

        self._runs.find(show)

    def close(self) -> None:
        """Close the dialog; every label is stored already."""
        if self.dialog is not None:
            self.dialog.reject()

    def _show(self, tested: TestedRun, checks: tuple[LabelledCheck, ...]) -> None:
        from workbench.ui.features.judges.label_dialog import LabelDialog

        dialog = LabelDialog(self._services.theme, checks, self._services.dialogs.widget())
        dialog.step_wanted.connect(self._take)
        dialog.check_wanted.connect(self._choose_check)
        dialog.import_wanted.connect(self.choose_file)
        dialog.sheet_wanted.connect(self._choose_sheet)
        dialog.improve_wanted.connect(self._improve_this)
        dialog.result_wanted.connect(self._show_result)
        dialog.finished.connect(self._closed)
        self.dialog, self._tested, self._checks = dialog, tested, checks
        self._has_changed = False
        self._services.events.publish(LabellingChanged(is_open=True))
        self._choose_check(0)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = self._session = self._tested = self._check = None
        self._asked += 1
        self._services.events.publish(LabellingChanged(is_open=False))
        if self._has_changed:
            # Corrected rates and filters depend on labels.
            self._services.events.publish(DataChanged(Changed.RUNS))

    # Labelling.

    def _choose_check(self, place: int) -> None:
        self._check = self._checks[place]
        self._begin()

    def _begin(self) -> None:
        """Read the answers to label."""
        tested, check, source = self._tested, self._check, self._source
        if tested is None or check is None or self.dialog is None:
            return
        self.dialog.wait()
        self._session = None

        def work() -> tuple[StoredLabelling, LabelPage]:
            session = source.session(tested.run, check)
            return session, session.take("start")

        def begin(found: tuple[StoredLabelling, LabelPage]) -> None:
            self._session = found[0]
            self._show_page(found[1])

        self._ask(work, begin)

    def _take(self, step: LabelStep) -> None:
        session, dialog = self._session, self.dialog
        if session is None or dialog is None:
            return
        dialog.wait()
        self._has_changed = self._has_changed or step != "skip"
        self._ask(lambda: session.take(step), self._show_page)

    def _ask(self, work: Callable[[], _T], then: Callable[[_T], object]) -> None:
        """Do one thing after the other; what is answered after another check was chosen is dropped."""
        self._asked += 1
        asked = self._asked

        def done(found: _T) -> None:
            if asked == self._asked:
                then(found)

        def failed(error: Exception) -> None:
            if asked == self._asked and self.dialog is not None:
                self.dialog.say(problem_of(error).sentence, "error")
                self.dialog.go_on()

        self._services.tasks.run(work, done, failed)

    def _show_page(self, page: LabelPage) -> None:
        if self.dialog is not None and self._session is not None:
            self.dialog.show_page(page)

    def _show_result(self) -> None:
        session, dialog = self._session, self.dialog
        if session is None or dialog is None:
            return
        dialog.wait()

        def show(found: MeasuredJudge) -> None:
            dialog.show_result(found)
            dialog.go_on()

        self._ask(session.measured, show)

    def _improve_this(self) -> None:
        check = self._check
        self.close()
        if check is not None:
            self._improve(check.check_hash)

    # Files.

    def choose_file(self) -> None:
        """Choose a file with labels, in the dialog."""
        self.open(self._choose_file)

    def _choose_file(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        from workbench.formats.cases import file_filter

        files = QFileDialog(self.dialog, "Choose a file with labels", "", file_filter())
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open_files(files, self.read_file)

    def read_file(self, path: Path) -> None:
        """Say what a file with labels brings, and import it if the person agrees."""
        tested, source, dialog = self._tested, self._source, self.dialog
        if tested is None or dialog is None:
            return

        def ask(plan: LabelImportPlan) -> None:
            if self.dialog is not dialog:
                return
            reasons = "\n".join(plan.reasons)
            if not plan.labels and not plan.overrules:
                dialog.say(plan.summary, "error", reasons)
                return
            dialog.say("" if not reasons else "Rows are left out.", detail=reasons)
            dialog.confirm.ask(plan.summary, "Import", lambda: self._import(plan), no="Cancel")

        self._services.tasks.run_large(lambda: source.read_file(path, tested.run), ask, self._failed)

    def _import(self, plan: LabelImportPlan) -> None:
        def done(new: int) -> None:
            self._has_changed = True
            if self.dialog is not None:
                self.dialog.say(f"{counted(new, 'label')} imported.")
                self._begin()

        self._services.tasks.run(partial(self._source.add_labels, plan), done, self._failed)

    def _choose_sheet(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        files = QFileDialog(self.dialog, "Save a sheet to fill in", _SHEET, "CSV (*.csv)")
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setDefaultSuffix("csv")
        self._open_files(files, self.write_sheet)

    def write_sheet(self, path: Path) -> None:
        """Write the random answers into a file, to label them elsewhere."""
        tested, check, source = self._tested, self._check, self._source
        if tested is None or check is None:
            return

        def work() -> None:
            path.write_text(source.sheet_text(tested.run, check), encoding="utf-8-sig", newline="")

        def done(_: None) -> None:
            if self.dialog is not None:
                self.dialog.say(f"{path.name} is written. Enter pass or fail in the column “label”, then import it.")

        self._services.tasks.run_large(work, done, self._failed)

    def _open_files(self, files: QFileDialog, take: Callable[[Path], object]) -> None:
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.filesSelected.connect(lambda names: take(Path(names[0])))

        def closed() -> None:
            self.files = None

        files.finished.connect(closed)
        self.files = files
        files.open()

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        if self.dialog is not None:
            self.dialog.say(problem.sentence, "error", problem.detail)
        else:
            self._services.notices.refused(problem.sentence, problem.detail)
