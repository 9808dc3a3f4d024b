"""The list of prompts and its operations: create, rename, duplicate, archive.

Invariant: the list matches the database; a change is shown after it has been written. A read that ends late replaces
neither rows that were read later nor folders that the user closed or opened meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from workbench.app.prompts.list_model import PromptListModel
from workbench.app.tasks import BackgroundTasks
from workbench.core.runs import PromptRow
from workbench.usecases.new_prompt_lanes import NewPromptLanes
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import PromptLibrary


class PromptList(QObject):
    """Owns the list model. `open_requested(uid)` is emitted to open a prompt in the window."""

    open_requested = Signal(str)
    listed = Signal()
    lanes_left_out = Signal(str)
    """A new prompt was opened: a sentence about the lanes that it could not begin with."""

    def __init__(
        self,
        stored: PromptLibrary,
        first_lanes: Callable[[], NewPromptLanes],
        tasks: BackgroundTasks,
        parent: QObject | None = None,
    ) -> None:
        """`first_lanes` reads the lanes of a new prompt, and blocks."""
        super().__init__(parent)
        self._stored, self._first_lanes, self._tasks = stored, first_lanes, tasks
        self.model = PromptListModel(self)
        self.model.rename_requested.connect(self.rename)
        self.model.folder_rename_requested.connect(self.rename_folder)
        self.model.folded.connect(self._keep_folded)
        self._show_archived = self._has_folded = False
        self._begun = self._shown = 0
        """The numbers of the last read begun, and of that whose rows are shown."""

    @property
    def show_archived(self) -> bool:
        """Whether archived prompts are listed."""
        return self._show_archived

    def load_now(self, rows: Sequence[PromptRow]) -> None:
        """Show a list already read, at start-up."""
        self.model.set_rows(rows)
        self._tasks.run(self._stored.closed_folders, self._show_folded)

    def refresh(self, then: Callable[[], None] | None = None) -> None:
        """Read the list again, and call `then` when it is shown."""
        self._begun = number = self._begun + 1

        def show(rows: Sequence[PromptRow]) -> None:
            if number > self._shown:
                self._shown = number
                self.model.set_rows(rows)
                self.listed.emit()
            if then is not None:
                then()

        self._tasks.run(self._read, show)

    def toggle_archived(self) -> None:
        """Show or hide archived prompts."""
        self._show_archived = not self._show_archived
        self.refresh()

    def create(self, name: str = "Untitled prompt", then: Callable[[str], None] | None = None) -> None:
        """Create an empty prompt with the lanes of a new prompt and open it; `then` gets its uid once it is listed."""

        def begin(first: NewPromptLanes) -> None:
            def opened(uid: str) -> None:
                if first.sentence:
                    self.lanes_left_out.emit(first.sentence)
                if then is not None:
                    then(uid)

            self._made(lambda: self._stored.create(name, first.draft), opened)

        self._tasks.run(self._first_lanes, begin)

    def duplicate(self, uid: str, name: str) -> None:
        """Copy a prompt under a new name and open the copy."""
        self._made(lambda: self._stored.duplicate(uid, name), None)

    def rename(self, uid: str, name: str) -> None:
        """Rename a prompt."""
        self._written(lambda: self._stored.rename(uid, name), self.refresh)

    def organise(self, uid: str, folder: str | None = None, tags: Sequence[str] | None = None) -> None:
        """Move a prompt to a folder ("" for none), and replace its tags; None changes neither."""
        self._written(lambda: self._stored.organise(uid, folder, tags), self.refresh)

    def rename_folder(self, name: str, new: str) -> None:
        """Rename a folder; "" dissolves it."""
        self._written(lambda: self._stored.rename_folder(name, new), self.refresh)

    def set_archived(self, uid: str, archived: bool, then: Callable[[], None] | None = None) -> None:
        """Archive a prompt, or restore it."""
        self._written(lambda: self._stored.archive(uid, archived), lambda: self.refresh(then))

    def _read(self) -> Sequence[PromptRow]:
        return [*self._stored.all(), *(self._stored.all(archived=True) if self._show_archived else ())]

    def _show_folded(self, names: Sequence[str]) -> None:
        if not self._has_folded:
            self.model.close_folders(names)

    def _keep_folded(self) -> None:
        self._has_folded = True
        if self._stored.is_writable:
            self._tasks.watch(self._stored.close_folders(sorted(self.model.closed)))

    def _written(self, write: Callable[[], Future[None]], then: Callable[[], None]) -> None:
        try:
            future = write()
        except RefusedError as error:
            self._tasks.report(error)
            return
        self._tasks.watch(future, lambda _: then())

    def _made(self, make: Callable[[], tuple[str, Future[None]]], then: Callable[[str], None] | None) -> None:
        try:
            uid, future = make()
        except RefusedError as error:
            self._tasks.report(error)
            return

        def listed() -> None:
            self.open_requested.emit(uid)
            if then is not None:
                then(uid)

        self._tasks.watch(future, lambda _: self.refresh(listed))
