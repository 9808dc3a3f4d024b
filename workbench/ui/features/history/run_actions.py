"""Actions on the selected runs: open, compare, restore, star, tag, note, archive, delete, copy.

Invariant: actions that hide runs have an exact undo. The table and the timeline show only what is stored, never pending
changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.history_columns import COLUMNS
from workbench.core.search.results import HistoryRow
from workbench.host.clock import utc_now
from workbench.ui.editor.exact_text import encodable
from workbench.ui.features.history.detail import run_name
from workbench.ui.features.history.view import HistoryView
from workbench.ui.shell.events import RunNoted
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import RunCasesRequested
from workbench.ui.widgets.dialog import LineDialog, NoteDialog
from workbench.usecases import run_texts
from workbench.usecases.curation import Curator, tags_in
from workbench.usecases.problems import RefusedError

if TYPE_CHECKING:
    from workbench.ui.features.history.delete_actions import DeleteActions

Form = Literal["prompt", "answers", "markdown", "json", "requests"]
_COPIED: dict[Form, str] = {
    "prompt": "Prompt",
    "answers": "Answers",
    "markdown": "Answers (Markdown)",
    "json": "JSON",
    "requests": "Exact requests",
}
_WITHOUT_ANSWERS: dict[Form, str] = {
    "answers": "A test run has many answers. Export it, or open it in Test to copy some.",
    "requests": "A test run has many requests. Open it in Test to see that of a cell.",
}
HINT = "Separate tags with spaces. A search for tag:word finds them."


class TagsDialog(LineDialog):
    """Edits tags on one line."""

    def __init__(self, parent: QWidget, what: str, tags: Sequence[str]) -> None:
        super().__init__(parent, f"Tags of {what}", "Tags", " ".join(tags), HINT)
        self.tags: tuple[str, ...] = ()

    def keep(self) -> None:
        try:
            self.tags = tags_in(self.field.text())
        except RefusedError as error:
            self.hint.setText(error.sentence)
            return
        self.accept()


class RunCuration(QObject):
    """The context menu of the table, and its actions."""

    def __init__(self, services: Services, view: HistoryView, erasing: Callable[[], DeleteActions]) -> None:
        """`erasing` returns the delete actions, which are created lazily."""
        super().__init__(view)
        self._services, self._view, self._erasing = services, view, erasing
        self._curator = Curator(services.backend.store)
        table = view.table
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        view.detail.menu.clicked.connect(
            lambda: self._pop_up(view.detail.menu.mapToGlobal(view.detail.menu.rect().bottomLeft()))
        )
        for key, act in (("Ctrl+C", self.copy), ("Del", self.delete)):
            shortcut = QShortcut(QKeySequence(key), table, act)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.setAutoRepeat(False)

    def menu(self) -> QMenu:
        """Return the menu of the selection, each entry with its shortcut."""
        rows = self._view.selected()
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(menu.deleteLater)
        starred, archived, deleted = (
            bool(rows) and all(getattr(row, mark) for row in rows) for mark in ("starred", "archived", "deleted")
        )
        entries = (
            ("open_run", "Open in Test" if len(rows) == 1 and rows[0].test is not None else "Open in Compose"),
            ("compare", "Compare the prompts" if len(rows) == 2 else "Compare with the previous version"),
            ("restore", "Restore"),
            ("branch", "Branch"),
            None,
            ("star_run", "Remove star" if starred else "Star"),
            ("tag_run", "Tags…"),
            ("note", "Note…"),
            ("archive_run", "Bring back" if archived and not deleted else "Archive"),
            ("keep_run_cases", "Make cases of this run"),
            None,
            ("copy_run_prompt", "Copy prompt"),
            ("copy_run_answers", "Copy answers"),
            ("copy_run_markdown", "Copy answers as Markdown"),
            ("copy_run_json", "Copy run as JSON"),
            ("copy_run_requests", "Copy exact requests"),
            ("copy_rows", "Copy as lines"),
            None,
            ("export_runs", "Export…"),
            ("export_pack", "Export the prompt as a pack…" if len(rows) == 1 else "Export the prompts as a pack…"),
            None,
            ("delete_run", "Bring back" if deleted else "Delete"),
            ("purge_run", "Delete for good…"),
        )
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            command, title = entry
            if command == "archive_run" and deleted:
                continue
            of_window = self._services.navigator.action(command)
            key = self._view.key_name(command)
            action = menu.addAction(f"{title}\t{key}" if key else title)
            action.setEnabled(of_window.isEnabled())
            action.triggered.connect(lambda _=False, do=of_window.trigger: do())
        return menu

    def open(self) -> None:
        """Show the selected run in Compose."""
        if (row := self._one()) is not None:
            self._view.opened.emit(row)

    def compare(self) -> None:
        """Compare the prompts of the two selected runs, or the selected one with its parent version."""
        if (wanted := self._view.comparison()) is not None:
            self._services.events.publish(wanted)

    def delete(self) -> None:
        """Delete the selected runs, with an undo offer; restore them if all are deleted."""
        rows = self._view.selected()
        if not rows or self._services.backend.store.read_only:
            return
        if all(row.deleted for row in rows):
            self._erasing().bring_back(_uids(rows))
        else:
            self._erasing().delete([row.row.run_uid for row in rows if not row.deleted], _named(rows))

    def purge(self) -> None:
        """Ask whether to delete the selected runs permanently."""
        if rows := self._view.selected():
            self._erasing().purge(_uids(rows))

    def star(self) -> None:
        """Star the selected runs, or remove the stars if all have one."""
        rows = self._view.selected()
        self._write(rows, self._curator.star(_uids(rows), not all(row.starred for row in rows)))

    def archive(self) -> None:
        """Archive the selected runs, with an undo offer; restore them if all are archived."""
        rows = self._view.selected()
        archived = not all(row.archived for row in rows)
        uids = [row.row.run_uid for row in rows if row.archived != archived]

        def undo() -> None:
            self._write(rows, self._curator.archive(uids, not archived), again=True)

        def offer() -> None:
            did = "is archived; is:archived finds it" if len(rows) == 1 else "are archived; is:archived finds them"
            self._services.notices.offer(f"{_named(rows)} {did if archived else 'back in the history'}.", "Undo", undo)

        self._write(rows, self._curator.archive(uids, archived), offer, again=True)

    def tag(self) -> None:
        """Edit the tags that all selected runs have in common."""
        rows = self._view.selected()
        common = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)]
        dialog = TagsDialog(self._services.dialogs.widget(), _named(rows), common)

        def keep() -> None:
            tags = {row.row.run_uid: (*(tag for tag in row.tags if tag not in common), *dialog.tags) for row in rows}
            self._write(rows, self._curator.tag(tags))

        dialog.accepted.connect(keep)
        dialog.open()

    def note(self) -> None:
        """Edit the note of the selected run."""
        if (row := self._one()) is None or self._services.backend.store.read_only:
            return
        dialog = NoteDialog(self._services.dialogs.widget(), run_name(row), row.row.note)
        dialog.accepted.connect(
            lambda: self._write(
                [row],
                self._curator.note(row.row.run_uid, dialog.field.text().strip()),
                # Of all these changes, only notes appear in the timeline.
                lambda: self._services.events.publish(RunNoted(row.row.run_uid)),
            )
        )
        dialog.open()

    def make_cases(self) -> None:
        """Make cases of the values of the selected run."""
        if (row := self._one()) is not None:
            self._services.events.publish(RunCasesRequested(row.prompt_uid, row.row.run_uid))

    def copy(self) -> None:
        """Copy the selected rows as tab-separated lines."""
        now = utc_now()
        lines = ["\t".join(column.text(row, now) for column in COLUMNS) for row in self._view.selected()]
        if lines:
            QGuiApplication.clipboard().setText(encodable("\n".join(lines)))

    def _one(self) -> HistoryRow | None:
        rows = self._view.selected()
        return rows[0] if len(rows) == 1 else None

    def copy_as(self, form: Form) -> None:
        """Read the selected run and copy it in the given form."""
        if (row := self._one()) is None:
            return
        name, history = run_name(row), self._services.backend.history
        if row.test is not None and form in _WITHOUT_ANSWERS:
            self._services.notices.refused(_WITHOUT_ANSWERS[form])
            return

        def put(text: str) -> None:
            QGuiApplication.clipboard().setText(encodable(text))
            self._services.notices.quiet("copied", f"{_COPIED[form]} of {name} copied.")

        if row.test is not None:
            self._services.tasks.run_large(lambda: self._suite_text(row, form), put)
            return
        make = {
            "prompt": run_texts.prompt_text,
            "answers": run_texts.answers_text,
            "markdown": lambda detail: run_texts.answers_markdown(detail, name),
            "json": run_texts.run_json,
            "requests": run_texts.requests_json,
        }[form]
        self._services.tasks.run(lambda: make(history.detail(row.row.run_uid)), put)

    def _suite_text(self, row: HistoryRow, form: Form) -> str:
        """Return the prompt of a test run, or its report without cases. Blocks."""
        backend = self._services.backend
        if form == "prompt":
            return run_texts.content_text(backend.store.version(row.prompt_uid, row.row.version).content)
        from workbench.formats.test_reports import FORMATS

        report = backend.tests.analyst.newest(row.prompt, row.prompt_uid, row.row.run_uid)
        return "".join(FORMATS[form].write(report, lambda: iter(())))

    def _write(
        self,
        rows: Sequence[HistoryRow],
        done: Future[None],
        then: Callable[[], object] = lambda: None,
        *,
        again: bool = False,
    ) -> None:
        """Refresh the rows once a change is stored; with `again` search again, because rows may appear or vanish."""

        def show(_: None) -> None:
            if again:
                self._view.model.search_again(all_rows=True)
            else:
                self._view.model.reread(_uids(rows))
            then()

        self._services.tasks.watch(done, show)

    def _open_menu(self, at: QPoint) -> None:
        if self._view.selected():
            self._pop_up(self._view.table.viewport().mapToGlobal(at))

    def _pop_up(self, at: QPoint) -> None:
        self.menu().popup(at)


def _named(rows: Sequence[HistoryRow]) -> str:
    return run_name(rows[0]) if len(rows) == 1 else f"{len(rows):,} runs"


def _uids(rows: Sequence[HistoryRow]) -> list[str]:
    return [row.row.run_uid for row in rows]
