"""Copies and saves the answers of one run.

Invariant: what is shared is read from the history, so that names of a blind run stay hidden and held-out answers are
left out. Reading and painting happen off the UI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from workbench.core.runs import IterationRow
from workbench.core.text import counted
from workbench.formats.exports.answer_table import AnswerTable
from workbench.ui.editor.exact_text import encodable
from workbench.ui.features.sharing.picture import MOST_ANSWERS, paint_answers
from workbench.ui.shell.services import Services
from workbench.ui.widgets.paths import free_download, show_folder
from workbench.usecases.exchange.exporter import Exporter, ExportSelection

T = TypeVar("T")

_NOTICE = "shared"
_MOST_ROWS = 500
"""Answers in a copied table; more belong into an exported file."""


class SharingController:
    """Shares the selected run of the History, elsewhere the iteration whose answers Compose shows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def stop(self) -> None:
        """Nothing runs on; a file is complete or does not exist."""

    def copy_table(self) -> None:
        """Copy a table: HTML for documents, Markdown for text fields."""

        def put(table: AnswerTable) -> None:
            data = QMimeData()
            data.setText(encodable(table.markdown()))
            data.setHtml(encodable(table.html()))
            QGuiApplication.clipboard().setMimeData(data)
            left = f" Left out: {table.left_out:,}. Export the run to get all." if table.left_out else ""
            self._say(f"{counted(len(table.rows), 'answer')} copied as a table.{left}")

        self._read(_MOST_ROWS, lambda table: table, put)

    def copy_picture(self) -> None:
        """Copy a picture with the prompt, the answers and their figures."""
        colors, font = self._services.theme.tokens, self._services.theme.font()

        def put(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._services.notices.brief(
                _NOTICE, "Picture of the answers copied.", "Save as PNG", lambda: self._save_picture(image)
            )

        self._read(MOST_ANSWERS, lambda table: paint_answers(table, colors, font), put)

    def save_page(self) -> None:
        """Save the run as an HTML page in the folder of downloads."""
        uid = self._run()
        if not uid:
            return
        backend = self._services.backend

        def write() -> Path:
            exporter = Exporter(backend.store, backend.searcher)
            target = free_download(exporter.table(uid, 0).title, ".html")
            exporter.to_file(ExportSelection((uid,)), "html", target)
            return target

        self._services.tasks.run(write, self._saved, self._failed)

    def _save_picture(self, image: QImage) -> None:
        def write() -> Path:
            target = free_download("Answers", ".png")
            if not image.save(str(target)):
                raise OSError(f"{target} could not be written")
            return target

        self._services.tasks.run(write, self._saved, self._failed)

    def _saved(self, target: Path) -> None:
        url = QUrl.fromLocalFile(str(target))

        def open_() -> None:
            if not QDesktopServices.openUrl(url) and (sentence := show_folder(target.parent)):
                self._services.notices.problem(f"No program opened {target.name}. {sentence}")

        self._services.notices.offer(f"Saved as {target}", "Open", open_)

    def _failed(self, error: Exception) -> None:
        self._services.notices.problem("The answers could not be shared. Try again.", str(error))

    def _say(self, sentence: str) -> None:
        self._services.notices.brief(_NOTICE, sentence)

    def _read(self, most: int, make: Callable[[AnswerTable], T], put: Callable[[T], None]) -> None:
        if not (uid := self._run()):
            return
        backend = self._services.backend
        self._services.tasks.run(
            lambda: make(Exporter(backend.store, backend.searcher).table(uid, most)), put, self._failed
        )

    def _run(self) -> str:
        """Return the uid of the run to share; report why there is none."""
        if self._services.navigator.shown() == "history":
            uids = self._services.selection.runs()
            if len(uids) == 1:
                return uids[0]
            self._services.notices.refused("Select one run, then share it. To share several, export them.")
            return ""
        timeline = self._services.selection.timeline()
        shown = timeline.shown if timeline.is_past else next(_iterations(timeline.rows), "")
        if not shown:
            self._services.notices.refused("There are no answers yet. Run the prompt, then share them.")
        return shown


def _iterations(rows: Iterable[object]) -> Iterator[str]:
    return (row.run_uid for row in rows if isinstance(row, IterationRow))
