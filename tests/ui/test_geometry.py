"""How the window divides its width by default."""

from __future__ import annotations

import itertools

from workbench.ui.widgets.geometry import LANES_WIDTH, editor_width, side_width


def parts(window: int) -> tuple[int, int, int]:
    """Return the widths of side bar, editor and lanes."""
    side = side_width(window)
    editor = editor_width(window - side)
    return side, editor, window - side - editor


def test_two_lanes_have_room_at_every_width() -> None:
    for window in range(1024, 4000, 8):
        assert parts(window)[2] >= LANES_WIDTH


def test_extra_window_width_is_shared_by_all_parts() -> None:
    usual, wide = parts(1440), parts(3840)
    assert usual[:2] == (226, 470)
    assert wide[0] > usual[0]
    assert wide[1] > 1.5 * usual[1]
    assert wide[2] > 2 * usual[2]
    widths = [parts(window) for window in range(1440, 4000, 8)]
    for before, after in itertools.pairwise(widths):
        assert after[0] >= before[0]
        assert after[1] >= before[1]
