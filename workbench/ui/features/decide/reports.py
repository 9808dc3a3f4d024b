"""Copies and saves reports of the shown decision.

Invariant: a report says what the page shows, with the same figures. It is written off the UI thread, and its file gets
its name once it is complete.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from workbench.app.decide.source import PromptDecision
from workbench.ui.features.decide.step_actions import KEY
from workbench.ui.shell.services import Services
from workbench.ui.widgets.paths import free_download, show_folder
from workbench.usecases.problems import problem_of

COPY = "copy"
_NOTHING = "No decision is shown yet. Open a prompt, then Decide."


class DecisionReports:
    """`shown` returns the shown decision, None for none."""

    def __init__(self, services: Services, shown: Callable[[], PromptDecision | None]) -> None:
        self._services, self._shown = services, shown

    def take(self, kind: str) -> None:
        """Copy the report as text (`COPY`), or save it in a format of `decision_reports`."""
        found = self._shown()
        if found is None:
            self._services.notices.refused(_NOTHING)
        elif kind == COPY:
            self._copy(found)
        else:
            self._save(found, kind)

    def _copy(self, found: PromptDecision) -> None:
        def text() -> str:
            from workbench.formats.decision_reports import FORMATS

            return "".join(FORMATS["markdown"].write(found.report))

        def put(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self._services.notices.brief(KEY, "Report copied as Markdown.")

        self._services.tasks.run(text, put, self._failed)

    def _save(self, found: PromptDecision, kind: str) -> None:
        def write() -> Path:
            from workbench.formats.decision_reports import FORMATS
            from workbench.usecases.decide.report_files import write_decision

            target = free_download(f"{found.report.prompt} decision", FORMATS[kind].extension)
            write_decision(found.report, kind, target)
            return target

        self._services.tasks.run(write, self._saved, self._failed)

    def _saved(self, target: Path) -> None:
        def open_() -> None:
            opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
            if not opened and (sentence := show_folder(target.parent)):
                self._services.notices.problem(f"No program opened {target.name}. {sentence}")

        self._services.notices.offer(f"Saved as {target}", "Open", open_)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)
