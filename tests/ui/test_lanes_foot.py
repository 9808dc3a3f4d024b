"""A lane's foot shortens its texts when it is narrow, and never elides them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from tests.ui.looks import change_scale
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme", "view"]


@pytest.mark.parametrize("width", [236, 250, 280, 360])
@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_footer_buttons_are_never_clipped(view: LanesView, theme: Theme, width: int, scale: float) -> None:
    change_scale(theme, scale)
    view.set_heads(heads("m"))
    view.set_text("m", "An answer")
    view.set_status("m", LaneStatus("finished", attempt=1, attempts=1, standing="winner"))
    settle()
    lane = column(view, "m")
    lane.setFixedWidth(max(round(width * scale), lane.minimumWidth()))
    settle()
    foot = lane.footer
    shown = [button for button in foot.findChildren(QPushButton) if button.isVisible()]
    assert foot.winner in shown
    assert foot.diff in shown
    for button in shown:
        assert button.width() >= button.minimumSizeHint().width()
    assert max(button.geometry().right() for button in shown) < foot.width()
    lane.setFixedWidth(round(700 * scale))
    settle()
    assert foot.copy.isVisible()
    assert foot.retry.isVisible()
