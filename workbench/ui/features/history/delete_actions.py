"""Deleting runs and prompts in the window.

Invariant: deleted items disappear at once and can be restored. Permanent deletion asks first and lists everything
affected; Enter and Esc delete nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox

from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.shell.events import Changed, DataChanged, PromptOpened, RunsBroughtBack, RunsDeleted
from workbench.ui.shell.services import Services
from workbench.ui.shell.stored_draft import when_stored
from workbench.ui.widgets.dialog import dialog_parent
from workbench.usecases.deletion import DeletionOutlook, DeletionReport, Eraser, PurgeTargets
from workbench.usecases.problems import problem_of

_KEY = "erasing"


class DeleteActions(QObject):
    """Asks for confirmation, deletes, and refreshes everything that shows runs."""

    def __init__(self, services: Services, search_again: Callable[[], object]) -> None:
        """`search_again` refreshes the History view."""
        super().__init__(services.dialogs.widget())
        self._services, self._search_again = services, search_again
        self.eraser = Eraser(services.backend.store, utc_now, new_uid)
        self._offer_once_opened: Callable[[], object] | None = None
        services.events.subscribe(PromptOpened, lambda _: self._prompt_opened())
        self.question: QMessageBox | None = None
        """The open confirmation dialog, or None."""

    def delete(self, uids: Sequence[str], what: str) -> None:
        """Mark runs as deleted, with an undo offer; `what` names them."""

        def undo() -> None:
            self.bring_back(uids)

        def done(_: None) -> None:
            is_one = len(uids) == 1
            self._gone(uids)
            self._services.notices.offer(
                f"{what} {'is' if is_one else 'are'} deleted; is:deleted finds {'it' if is_one else 'them'}.",
                "Undo",
                undo,
            )

        self._services.tasks.watch(self.eraser.delete(uids, True), done)

    def bring_back(self, uids: Sequence[str]) -> None:
        """Restore deleted runs."""
        self._services.notices.withdraw_offer()
        self._services.tasks.watch(self.eraser.delete(uids, False), lambda _: self._back(uids))

    def delete_prompt(self, uid: str) -> None:
        """Mark a prompt and its runs as deleted, with an undo offer; if it is open, the first other prompt opens."""
        services = self._services
        name = services.navigator.prompt_name(uid)
        if not name:
            return

        def undo() -> None:
            services.tasks.watch(self.eraser.delete_prompt(uid, False), lambda _: self._back(()))

        def offer() -> None:
            services.notices.offer(f"“{name}” and its runs are deleted.", "Undo", undo)

        def listed() -> None:
            if uid != services.session.prompt():
                offer()
            else:
                # Opening another prompt withdraws the current offer, so offer the undo afterwards.
                self._offer_once_opened = offer
                services.navigator.open_first_prompt()

        def done(_: None) -> None:
            services.navigator.refresh_prompts(listed)
            self._look_again()

        services.session.save()
        services.tasks.watch(self.eraser.delete_prompt(uid, True), done)

    def purge(self, uids: Sequence[str]) -> None:
        """Ask whether to delete runs permanently."""
        self._look(lambda: self.eraser.look(PurgeTargets(tuple(uids))), self._ask)

    def show_deleted(self) -> None:
        """Show what is deleted, and offer to restore it or to delete it permanently."""
        self._look(lambda: self.eraser.look(self.eraser.deleted()), lambda outlook: self._ask(outlook, all_of_it=True))

    def _look(self, look: Callable[[], DeletionOutlook], ask: Callable[[DeletionOutlook], None]) -> None:
        """Ask about what `look` returns, once the draft is stored: a version that it starts from is kept.

        If it cannot be stored, which the window says, the history does not know that version, and nothing is asked.
        """
        when_stored(self._services, lambda: self._services.tasks.run(look, ask))

    def _ask(self, outlook: DeletionOutlook, *, all_of_it: bool = False) -> None:
        if outlook.nothing:
            self._services.notices.quiet(_KEY, "Nothing is deleted.")
            return
        heading = f"{outlook.what} {outlook.verb} deleted." if all_of_it else f"Delete {outlook.what} for good?"
        box = QMessageBox(
            QMessageBox.Icon.Warning, "Delete for good", heading, parent=dialog_parent(self._services.dialogs.widget())
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setInformativeText("\n\n".join(outlook.sentences(are_deleted=all_of_it)))
        copies = QCheckBox("Delete that backup too" if len(outlook.copies) == 1 else "Delete those backups too")
        if outlook.copies:
            paths = [str(path) for path in outlook.copies]
            copies.setToolTip("\n".join(["A new backup is made first.", *paths]))
            box.setCheckBox(copies)
        go = box.addButton("Delete for good", QMessageBox.ButtonRole.DestructiveRole)
        go.clicked.connect(lambda: self._agreed(outlook, with_copies=copies.isChecked(), all_of_it=all_of_it))
        if all_of_it:
            back = box.addButton("Bring all back", QMessageBox.ButtonRole.ActionRole)
            back.clicked.connect(lambda: self._bring_all_back(outlook.doomed))
        stay = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(stay)
        box.setDefaultButton(stay)
        box.finished.connect(self._asked)
        self.question = box
        box.open()
        stay.setFocus()

    def _asked(self) -> None:
        self.question = None
        self._services.dialogs.widget().activateWindow()

    def _bring_all_back(self, doomed: PurgeTargets) -> None:
        self._services.tasks.run(lambda: self.eraser.bring_all_back(doomed), lambda _: self._back(doomed.runs))

    def _agreed(self, outlook: DeletionOutlook, *, with_copies: bool, all_of_it: bool) -> None:
        """Delete what was confirmed; ask again if there are backups that the dialog did not list."""

        def looked(now: DeletionOutlook) -> None:
            if set(now.copies) <= set(outlook.copies):
                self._erase(now, with_copies=with_copies)
            else:
                self._ask(now, all_of_it=all_of_it)

        self._services.tasks.run(lambda: self.eraser.look(outlook.doomed), looked)

    def _erase(self, outlook: DeletionOutlook, *, with_copies: bool) -> None:
        services = self._services

        def tell(sentence: str) -> None:
            services.tasks.on_ui(lambda: services.notices.quiet(_KEY, sentence))

        def done(erased: DeletionReport) -> None:
            services.notices.withdraw(_KEY)
            self._gone(outlook.doomed.runs)
            if erased.trouble:
                services.notices.offer(erased.sentence, "Try again", self.clean)
            elif erased.copy_trouble:
                services.notices.problem(erased.sentence)
            else:
                services.notices.quiet(_KEY, erased.sentence)

        def failed(error: Exception) -> None:
            services.notices.withdraw(_KEY)
            services.tasks.report(error)

        services.tasks.run(lambda: self.eraser.erase(outlook, with_copies=with_copies, tell=tell), done, failed)

    def clean(self) -> None:
        """Rewrite the database file without the permanently deleted data."""
        services = self._services

        def done(_: None) -> None:
            services.notices.withdraw(_KEY)
            services.notices.quiet(_KEY, "The deleted data is removed from the file.")

        def failed(error: Exception) -> None:
            services.notices.withdraw(_KEY)
            services.notices.offer(problem_of(error).sentence, "Try again", self.clean)

        services.notices.quiet(_KEY, "Rewriting the file…", lasting=True)
        services.tasks.run(self.eraser.clean, done, failed)

    def _gone(self, uids: Collection[str]) -> None:
        self._services.events.publish(RunsDeleted(frozenset(uids)))
        self._look_again()

    def _back(self, uids: Collection[str]) -> None:
        self._services.events.publish(RunsBroughtBack(tuple(uids)))
        self._look_again()

    def _look_again(self) -> None:
        """Refresh all lists of runs and prompts."""
        self._services.events.publish(DataChanged(Changed.RUNS | Changed.PROMPTS))
        self._search_again()

    def _prompt_opened(self) -> None:
        offer, self._offer_once_opened = self._offer_once_opened, None
        if offer is not None:
            offer()
