"""Dispatches undo, redo and verdict keys to the shown view.

Invariant: a view with verdicts undoes them itself; undo triggers the last offer of a notice where that is newer, and in
any other view.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.app.verdict_keys import VerdictKey
    from workbench.ui.shell.actions import CommandActions
    from workbench.ui.shell.compose_room import ComposePart
    from workbench.ui.shell.events import UndoStateChanged
    from workbench.ui.shell.feature import FeatureHost, VerdictController
    from workbench.ui.shell.notices import WindowNotices
    from workbench.ui.shell.views import Views


class UndoDispatch:
    """Undo, redo and verdict keys for the shown view."""

    def __init__(self, views: Views, features: FeatureHost, notices: WindowNotices, compose: ComposePart) -> None:
        self._views, self._features, self._notices, self._compose = views, features, notices, compose

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return self._undoes_offer or ((verdicts := self._verdicts) is not None and verdicts.can_undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to redo."""
        return (verdicts := self._verdicts) is not None and verdicts.can_redo

    @property
    def is_judging(self) -> bool:
        """Whether pairs are being judged."""
        return (verdicts := self._verdicts) is not None and verdicts.is_judging

    def show(self, actions: CommandActions, _: UndoStateChanged) -> None:
        """Enable undo and redo if they are possible now."""
        actions.update_undo(can_undo=self.can_undo, can_redo=self.can_redo)

    def undo(self) -> None:
        """Undo the last action."""
        if self._undoes_offer:
            self._notices.undo()
        elif (verdicts := self._verdicts) is not None and verdicts.can_undo:
            verdicts.undo()

    def redo(self) -> None:
        """Redo the action undone last."""
        if (verdicts := self._verdicts) is not None and verdicts.can_redo:
            verdicts.redo()

    def verdict_key(self, key: VerdictKey) -> bool:
        """Give the verdict of a key; return False if it has no meaning now."""
        return (verdicts := self._verdicts) is not None and verdicts.verdict_key(key)

    def typed(self, widget: QWidget) -> None:
        """Record that a key was pressed in a text field; only fields of Compose share undo with verdicts."""
        if self._views.shown == "compose":
            self._compose.typed(widget)

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" applies to a verdict instead of the focused text field."""
        if self._views.shown != "compose":
            return False
        return (command_id == "undo" and self._undoes_offer) or self._compose.claims(command_id)

    @property
    def _undoes_offer(self) -> bool:
        """Whether the last step is what a notice offered to undo."""
        if (verdicts := self._verdicts) is None:
            return self._notices.offers_undo
        if self._views.shown == "compose":
            return self._notices.offered_at > self._compose.last_step
        return self._notices.offered_at > 0 and not verdicts.can_undo

    @property
    def _verdicts(self) -> VerdictController | None:
        return self._features.verdicts(self._views.shown)
