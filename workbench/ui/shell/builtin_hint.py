"""The hint about the built-in model: what it is, and how to use a real one.

Invariant: it is shown while a lane uses the built-in model, never again after it was dismissed or after a real model
answered, and never while the names of the lanes are hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.reused_lanes import STAND_INS
from workbench.ui.shell.events import RunEnded

if TYPE_CHECKING:
    from workbench.app.tasks import BackgroundTasks
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.services import Events
    from workbench.usecases.workbench import Workbench

BUILTIN_HINT = "hint_builtin"
"""The key of the notice, and the meta key that says that it is over."""
_OVER = "dismissed"


class BuiltinHint(QObject):
    """Shows the hint in the notice bar; it replaces no other notice."""

    def __init__(
        self, workbench: Workbench, tasks: BackgroundTasks, events: Events, bar: NoticeBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workbench, self._tasks, self._bar = workbench, tasks, bar
        self._is_wanted = self._is_blind = self._uses_builtin = False
        events.subscribe(RunEnded, lambda _: self._run_ended())

    def begin(self) -> None:
        """Show the hint unless it is over, which is looked up."""
        store = self._workbench.store

        def known(fact: str | None) -> None:
            self._is_wanted = fact != _OVER
            if self._is_wanted:
                self._look(self._show)

        self._tasks.run(lambda: store.get_meta(BUILTIN_HINT), known)

    def follow(self, *, uses_builtin: bool) -> None:
        """Show or remove the hint as the lanes of the draft change."""
        self._uses_builtin = uses_builtin
        self._show()

    def hide(self, *, is_blind: bool) -> None:
        """Hide the hint in a blind run: it would reveal whose answer is missing if the model is not installed."""
        if is_blind != self._is_blind:
            self._is_blind = is_blind
            self._show()

    def end(self) -> None:
        """Never show the hint again."""
        self._is_wanted = False
        self._bar.clear(BUILTIN_HINT)
        if not self._workbench.store.read_only:
            self._tasks.watch(self._workbench.store.set_meta(BUILTIN_HINT, _OVER))

    def install(self) -> None:
        """Install the built-in model in the background, with progress in the notice bar."""
        bar, tasks = self._bar, self._tasks

        def progress(text: str) -> None:
            tasks.on_ui(lambda: bar.show_notice("install", text))

        def done(_: object) -> None:
            bar.show_notice("install", "The built-in model is installed. Run again to use it.")

        bar.show_notice("install", "Installing the built-in model (98 MB)…")
        tasks.run(lambda: self._workbench.install_model(progress), done)

    def _look(self, otherwise: Callable[[], None]) -> None:
        """End the hint if a real model has answered."""
        uses = self._workbench.store.model_uses

        def told(is_real: bool) -> None:
            if is_real:
                self.end()
            else:
                otherwise()

        self._tasks.run(lambda: uses.any_beyond(STAND_INS), told)

    def _run_ended(self) -> None:
        if self._is_wanted:
            # A notice that replaced the hint since stays the last one.
            self._look(lambda: None)

    def _show(self) -> None:
        bar = self._bar
        if not self._uses_builtin or not self._is_wanted or self._is_blind:
            bar.clear(BUILTIN_HINT)
            return
        if bar.key:
            return
        if self._workbench.weights is None:
            bar.show_notice(
                BUILTIN_HINT,
                "The built-in model is not installed. It is tiny (98 MB), for trying things out offline.",
                action="install",
                label="Install it",
            )
        else:
            bar.show_notice(
                BUILTIN_HINT,
                "The built-in model is tiny. Add an API key to use a real model.",
                action="keys",
                label="Add a key…",
            )
