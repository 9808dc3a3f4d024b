"""The frame over a history that cannot be opened now.

Invariant: text typed before that was known stays in the editor, where it can be copied, and is kept for the next try.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from workbench.host.terminal import tell
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.notice_bar import NoticeBar
from workbench.ui.shell.questions import answer_of, draft_question
from workbench.usecases.problems import Problem


class OpenRefusal(QObject):
    """Shows in the frame why it cannot be completed, until `over` is called; `again` requests another try."""

    again = Signal()

    def __init__(self, frame: WindowFrame, problem: Problem, db: Path, is_safe: Callable[[], bool]) -> None:
        """`is_safe` returns whether all typed text is safe if the window closes."""
        super().__init__(frame)
        self._frame, self._is_safe = frame, is_safe
        self.notice = NoticeBar()
        frame.add_notice(self.notice)
        frame.may_close = self._may_close
        self.notice.action_clicked.connect(self.again)
        # The table of commands is loaded with the rest of the window.
        self._quit = QShortcut(QKeySequence("Ctrl+Q"), frame, frame.close)
        detail = f"{problem.detail}\n\nDatabase: {db}\nYou can open another one with --db PATH or WORKBENCH_DB.".strip()
        self.notice.show_notice(
            "refused", problem.sentence, action="again", label="Try again", error=True, detail=detail
        )
        tell(problem.sentence)

    def over(self) -> None:
        """Remove the notice, because another try begins."""
        self._frame.may_close = lambda: True
        self._quit.deleteLater()
        self.notice.hide()
        self.notice.deleteLater()
        self.deleteLater()

    def _may_close(self) -> bool:
        return self._is_safe() or answer_of(draft_question(self._frame)) == "close"
