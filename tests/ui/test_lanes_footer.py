"""A lane's foot at any width: nothing is clipped, and the base of a diff is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import heads, settle, theme
from tests.ui.looks import change_scale
from workbench.app.lanes.lane_state import LaneStatus
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.ui.features.lanes.column import minimum_width
from workbench.ui.features.lanes.footer import LaneFooter
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STATUSES = (
    LaneStatus("streaming", attempt=1, attempts=1),
    LaneStatus("finished", attempt=1, attempts=1),
    LaneStatus("finished", standing="winner", attempt=1, attempts=1),
    LaneStatus("failed", attempt=1, attempts=1),
)


@pytest.fixture
def foot(theme: Theme, qtbot: QtBot) -> Iterator[LaneFooter]:
    lane = QWidget()
    lane.resize(1400, 100)
    made = LaneFooter(theme, lambda command: {"stop_lane": "Ctrl+.", "diff": "Ctrl+D"}.get(command, ""), lane)
    made.resize(600, made.sizeHint().height())
    qtbot.addWidget(lane)
    lane.show()
    yield made
    change_scale(theme, 1.0)


def visible(foot: LaneFooter) -> list[QPushButton]:
    return [button for button in (foot.winner, foot.stop, foot.diff, foot.copy, foot.retry) if button.isVisible()]


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
@pytest.mark.parametrize("against", ["13", "winner", "A prompt whose name goes on and on", ""])
def test_footer_buttons_are_never_clipped_or_overlapped(
    theme: Theme, foot: LaneFooter, against: str, scale: float
) -> None:
    change_scale(theme, scale)
    (head,) = heads("m")
    least = minimum_width(foot, theme)
    for width in (least, least + 40, least + 80, least * 2, least * 3):
        foot.resize(width, foot.sizeHint().height())
        for status in STATUSES:
            for shown in (False, True):
                foot.show_status(head, status, has_text=True, focused=True)
                foot.show_diff(shown and status.state != "streaming", against, against)
                settle()
                buttons = visible(foot)
                assert all(button.width() >= button.sizeHint().width() for button in buttons)
                edges = [edge for b in buttons for edge in (b.geometry().left(), b.geometry().right())]
                assert edges == sorted(edges)
                assert edges[0] >= 0
                assert edges[-1] < width
                # Margins do not shrink with the text; without room for the button, only the menu has the command.
                assert foot.copy.isVisible() or scale < 1.0


def test_diff_button_names_the_base_of_the_diff(theme: Theme, foot: LaneFooter) -> None:
    (head,) = heads("m")
    foot.show_status(head, STATUSES[1], has_text=True, focused=False)
    assert (foot.diff.text(), foot.diff.isChecked()) == ("Diff", False)
    assert "Show what differs from another answer (Ctrl+D: in every lane)" in foot.diff.toolTip()
    foot.name_base("#13")
    assert foot.diff.accessibleName() == "Show what differs from #13"
    foot.show_diff(True, "#13", "#13")
    assert (foot.diff.text(), foot.diff.isChecked()) == ("Diff vs #13", True)
    assert "Differences from #13 are shown" in foot.diff.accessibleName()
    foot.show_diff(True, "", "winner")
    assert foot.diff.text() == "Diff"
    assert "The other answers are compared with this one" in foot.diff.toolTip()
    foot.show_diff(False)
    assert (foot.diff.text(), foot.diff.isChecked()) == ("Diff", False)


def test_narrow_footer_drops_words_before_keys(theme: Theme, foot: LaneFooter) -> None:
    (head,) = heads("m")
    foot.show_status(head, STATUSES[1], has_text=True, focused=False)
    foot.resize(minimum_width(foot, theme), foot.height())
    settle()
    assert [button.text() for button in visible(foot)] == ["☆ Winner", "Diff", "Copy"]
    assert (foot.winner.shown(), foot.winner.keycap()) == ("☆ Winner", "1")
    foot.show_diff(True, "#13", "#13")
    settle()
    assert [button.text() for button in visible(foot)] == ["☆ Winner", "Diff vs #13", "Copy"]
    assert (foot.winner.shown(), foot.winner.keycap()) == ("☆", "1")
    foot.show_diff(True, "A prompt whose name goes on and on", "A prompt whose name goes on and on")
    assert foot.diff.text().startswith("Diff vs A ")
    assert foot.diff.text().endswith("…")
    foot.resize(600, foot.height())
    settle()
    assert [button.text() for button in visible(foot)][1:] == [
        "Diff vs A prompt whose name goes on and on",
        "Copy",
        "Retry",
    ]


PASSES = CheckResult("pass", 1.0, "The answer is JSON.")
FAILS = CheckResult("fail", 0.0, "The answer does not contain “123ABCDEFG”, which is the number of the order.")
OPEN = CheckResult("unscored", None, "A model has to grade the answer.")


def checks(*results: CheckResult) -> OutputChecks:
    return OutputChecks((Check("is-json"),) * len(results), results)


@pytest.mark.parametrize(
    ("results", "text", "role", "reason"),
    [
        ((PASSES, PASSES), "✓ 2/2 checks", "pill-green", ""),
        ((PASSES,), "✓ 1/1 check", "pill-green", ""),
        ((PASSES, OPEN, FAILS), "✗ 1/3 checks", "pill-red", FAILS.reason),
        ((PASSES, OPEN), "? 1/2 checks", "pill-dashed", OPEN.reason),
    ],
)
def test_checks_are_told_by_sign_and_first_reason(
    foot: LaneFooter, results: tuple[CheckResult, ...], text: str, role: str, reason: str
) -> None:
    (head,) = heads("m")
    foot.show_status(head, STATUSES[1], has_text=True, focused=False)
    foot.show_checks(checks(*results))
    settle()
    assert (foot.checks.text(), foot.checks.property("role")) == (text, role)
    assert foot.checks.isVisible()
    assert foot.reason.isVisible() == bool(reason)
    assert foot.reason.candidates() == (reason,)
    foot.show_checks(None)
    assert not foot.checks.isVisible()
    assert not foot.reason.isVisible()


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_checks_never_clip_or_overlap_the_buttons(theme: Theme, foot: LaneFooter, scale: float) -> None:
    change_scale(theme, scale)
    settle()
    (head,) = heads("m")
    foot.show_status(head, STATUSES[1], has_text=True, focused=True)
    foot.show_checks(checks(*[FAILS] * 20))
    least = minimum_width(foot, theme)
    for width in (least, least + 40, least + 80, least * 2, least * 3):
        foot.resize(width, foot.sizeHint().height())
        settle()
        buttons = [one for one in (foot.winner, foot.checks, foot.diff, foot.copy, foot.retry) if one.isVisible()]
        assert foot.checks in buttons
        assert [one.text() for one in buttons if one is not foot.diff and one.width() < one.sizeHint().width()] == []
        edges = [edge for b in buttons for edge in (b.geometry().left(), b.geometry().right())]
        assert edges == sorted(edges)
        assert edges[-1] < width
    assert foot.checks.text() == "✗ 0/20 checks"
    foot.resize(least, foot.sizeHint().height())
    settle()
    assert foot.checks.text() == "✗ 0/20"
