"""The dialogs about lanes. Each is imported when first opened, to keep startup fast.

Invariant: every dialog is window-modal (its lane cannot be edited behind it), and closes with Esc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from workbench.ui.features.lanes.view import LanesView
from workbench.ui.features.lanes.wording import shown_title
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.ui.features.lanes.code import CodeDialog


class LaneDialogs:
    """Opens dialogs about the content of the lanes of one view."""

    def __init__(self, services: Services, view: LanesView, owner: LanesOwner) -> None:
        self._services, self._view = services, view
        self._lanes, self._board, self._models = owner.lanes, owner.board, owner.models
        self._code: CodeDialog | None = None

    def wire(self, slot: str, page: str = "") -> None:
        """Show the requests and responses of a lane, with `page` of `WireDialog` in front."""
        from workbench.ui.widgets.wire_dialog import WireDialog

        shown = self._board.shown(slot)
        if shown is None:
            return
        dialog = WireDialog(
            self._services.theme,
            shown.wire,
            marks=shown.marks,
            response=shown.result.response if shown.result else None,
            title=shown_title(self._view.heads(), slot),
            page=page,
            parent=self._services.dialogs.widget(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def choices(self, slot: str) -> None:
        """Show the further choices of a lane's answer."""
        from workbench.ui.widgets.wire_dialog import CHOICES

        self.wire(slot, CHOICES)

    def code(self, slot: str) -> None:
        """Show code that reproduces the call of a lane of the draft."""
        from workbench.ui.features.lanes.code import CodeDialog

        services, models, lane = self._services, self._models, self._lanes.get(slot)
        if lane is None:
            return
        prompt, draft = services.session.prompt(), services.session.draft()
        dialog = CodeDialog(
            services.theme, title=shown_title(self._view.heads(), slot), parent=services.dialogs.widget()
        )

        def if_open(show: Callable[[Any], None]) -> Callable[[Any], None]:
            # The dialog may be closed and deleted before the code arrives.
            return lambda found: show(found) if self._code is dialog else None

        def read() -> None:
            filled = dialog.is_filled()
            services.tasks.run(
                lambda: models.snippets(prompt, draft, lane, filled=filled),
                if_open(dialog.show_code),
                if_open(dialog.show_error),
            )

        dialog.wanted.connect(read)
        dialog.finished.connect(self._code_closed)
        self._code = dialog
        dialog.open()
        read()

    def _code_closed(self) -> None:
        self._code = None
