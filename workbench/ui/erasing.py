"""Deleting runs and prompts in the window.

Invariant: what is deleted is out of sight at once and can be brought back; what goes for good is asked about before,
with what goes along, and Enter and Esc delete nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox

from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.dialog import dialog_parent
from workbench.ui.shell.events import HistoryChanged
from workbench.usecases.erasing import Doomed, Erased, Eraser, Outlook
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_KEY = "erasing"
_ROWS = 50
"""Rows of the timeline that are read one by one; the newest page comes at once."""


class Erasing(QObject):
    """Asks, deletes, and lets everything that shows runs show what is left."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.eraser = Eraser(window.workbench.store, utc_now, new_uid)
        self._left: frozenset[str] = frozenset()
        """Runs whose answers the draft's lanes showed when they were deleted."""
        self.question: QMessageBox | None = None
        """What is asked, None while nothing is."""

    def delete(self, uids: Sequence[str], what: str) -> None:
        """Hide runs, with a way back; `what` names them."""

        def undo() -> None:
            self.bring_back(uids)

        def done(_: None) -> None:
            is_one = len(uids) == 1
            self._gone(uids)
            self._window.notices.offer(
                f"{what} {'is' if is_one else 'are'} deleted; is:deleted finds {'it' if is_one else 'them'}.",
                "Undo",
                undo,
            )

        self._window.tasks.watch(self.eraser.delete(uids, True), done)

    def bring_back(self, uids: Sequence[str]) -> None:
        """Show deleted runs again where they were."""
        self._window.notices.withdraw_offer()
        self._window.tasks.watch(self.eraser.delete(uids, False), lambda _: self._back(uids))

    def delete_prompt(self, uid: str) -> None:
        """Hide a prompt with its runs, with a way back; another one opens in place of the open one."""
        window = self._window
        position = window.prompts.model.position(uid)
        if position < 0:
            return
        name = window.prompts.model.row(position).name

        def undo() -> None:
            window.tasks.watch(self.eraser.delete_prompt(uid, False), lambda _: self._back(()))

        def offer() -> None:
            window.notices.offer(f"“{name}” is deleted with its runs.", "Undo", undo)

        def listed() -> None:
            if uid != window.compose.prompt_uid:
                offer()
            else:
                # Whatever is offered goes when another prompt is opened.
                once = Qt.ConnectionType.SingleShotConnection
                window.compose.prompt_changed.connect(lambda _: offer(), once)
                if window.prompts.model.rowCount():
                    window.choose_prompt(window.prompts.model.row(0).uid)
                else:
                    window.prompts.create()

        def done(_: None) -> None:
            window.prompts.refresh(listed)
            self._look_again()

        window.compose.saver.flush()
        window.tasks.watch(self.eraser.delete_prompt(uid, True), done)

    def purge(self, uids: Sequence[str]) -> None:
        """Ask whether runs shall go for good."""
        # A draft that starts from a version keeps it, so the history has to know the draft as it is.
        self._window.compose.saver.flush()
        self._window.tasks.run(lambda: self.eraser.look(Doomed(tuple(uids))), self._ask)

    def show_deleted(self) -> None:
        """Say what is deleted, and offer to bring it back or to let it go for good."""
        self._window.compose.saver.flush()
        self._window.tasks.run(
            lambda: self.eraser.look(self.eraser.deleted()), lambda outlook: self._ask(outlook, all_of_it=True)
        )

    def _ask(self, outlook: Outlook, *, all_of_it: bool = False) -> None:
        if outlook.nothing:
            self._window.notices.quiet(_KEY, "Nothing is deleted, so there is nothing to bring back.")
            return
        heading = f"{outlook.what} {outlook.verb} deleted." if all_of_it else f"Delete {outlook.what} for good?"
        box = QMessageBox(
            QMessageBox.Icon.Warning, "Delete for good", heading, parent=dialog_parent(self._window.frame)
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
        self._window.frame.activateWindow()

    def _bring_all_back(self, doomed: Doomed) -> None:
        self._window.tasks.run(lambda: self.eraser.bring_all_back(doomed), lambda _: self._back(doomed.runs))

    def _agreed(self, outlook: Outlook, *, with_copies: bool, all_of_it: bool) -> None:
        """Delete what was asked about; ask again when there are copies by now that the person was not told of."""

        def looked(now: Outlook) -> None:
            if set(now.copies) <= set(outlook.copies):
                self._erase(now, with_copies=with_copies)
            else:
                self._ask(now, all_of_it=all_of_it)

        self._window.tasks.run(lambda: self.eraser.look(outlook.doomed), looked)

    def _erase(self, outlook: Outlook, *, with_copies: bool) -> None:
        window = self._window

        def tell(sentence: str) -> None:
            window.tasks.on_ui(lambda: window.notice.show_notice(_KEY, sentence))

        def done(erased: Erased) -> None:
            window.notice.clear(_KEY)
            self._gone(outlook.doomed.runs)
            if erased.trouble:
                window.notices.offer(erased.sentence, "Try again", self.clean)
            elif erased.copy_trouble:
                window.notices.problem(erased.sentence)
            else:
                window.notices.quiet(_KEY, erased.sentence)

        def failed(error: Exception) -> None:
            window.notice.clear(_KEY)
            window.tasks.report(error)

        window.tasks.run(lambda: self.eraser.erase(outlook, with_copies=with_copies, tell=tell), done, failed)

    def clean(self) -> None:
        """Write the file anew without what was deleted for good."""
        window = self._window

        def done(_: None) -> None:
            window.notice.clear(_KEY)
            window.notices.quiet(_KEY, "The file holds nothing of what was deleted any more.")

        def failed(error: Exception) -> None:
            window.notice.clear(_KEY)
            window.notices.offer(problem_of(error).sentence, "Try again", self.clean)

        window.notice.show_notice(_KEY, "Writing the file anew…")
        window.tasks.run(self.eraser.clean, done, failed)

    def _gone(self, uids: Collection[str]) -> None:
        gone, compose = frozenset(uids), self._window.compose
        self._window.timeline.drop(gone)
        if compose.viewing is not None and compose.viewing.row.uid in gone:
            compose.back()
        if compose.stage.shows_any_of(gone):
            self._left |= gone
            self._show_newest()
        self._look_again()

    def _back(self, uids: Collection[str]) -> None:
        compose = self._window.compose
        for uid in list(uids)[:_ROWS]:
            compose.rows.refresh(uid)
        if not self._left.isdisjoint(uids):
            self._left = frozenset()
            self._show_newest()
        self._look_again()

    def _show_newest(self) -> None:
        """Let the draft's lanes show the newest iteration that there is."""
        compose = self._window.compose
        uid = compose.prompt_uid
        compose.stage.forget()
        self._window.tasks.run(lambda: compose.rows.newest(uid), lambda newest: compose.show_newest(uid, newest))

    def _look_again(self) -> None:
        """Let lists show what there is."""
        window = self._window
        window.foreign_change()
        window.services.events.publish(HistoryChanged())
        window.history.look_again()
