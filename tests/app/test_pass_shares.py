"""Pass shares of the timeline: one read for a page, read again when tests may have changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.app.test_timeline_model import History, _bare, _row
from workbench.app.compose.pass_shares import PassShares
from workbench.app.compose.timeline_model import PAGE, SHARE, TimelineModel
from workbench.core.testing.pass_share import PassShare


class HeldTasks:
    """Runs work at once, except that of `PassShares`, which waits for `deliver`."""

    def __init__(self) -> None:
        self.held: list[Callable[[], None]] = []
        self.holds = False

    def run(self, work: Callable[[], Any], then: Any = None, on_error: Any = None) -> None:
        try:
            result = work()
        except ValueError as error:
            on_error(error)
            return
        if self.holds:
            self.held.append(lambda: then(result))
        else:
            then(result)

    def deliver(self) -> None:
        held, self.held = self.held, []
        for one in held:
            one()


class Tests:
    """Returns given shares by version, and records the requests."""

    __test__ = False

    def __init__(self) -> None:
        self.passed: dict[int, int] = {}
        self.asked: list[tuple[str, tuple[int, ...]]] = []
        self.fails = False

    def __call__(self, prompt: str, versions: Collection[int]) -> dict[int, PassShare]:
        if self.fails:
            raise ValueError("gone")
        self.asked.append((prompt, tuple(sorted(versions))))
        return {at: PassShare(self.passed[at], 4, 4, "m", 1, "") for at in versions if at in self.passed}


@pytest.fixture
def tasks() -> HeldTasks:
    return HeldTasks()


def shown(model: TimelineModel) -> list[str]:
    found = [model.index(row).data(SHARE) for row in range(model.rowCount())]
    return ["" if share is None else share.text for share in found]


def test_one_read_for_the_versions_of_a_page(qtbot: QtBot, tasks: HeldTasks) -> None:
    rows = [_row(number, version=1 + number // 2) for number in range(3 * PAGE // 2, 0, -1)]
    model = TimelineModel(tasks, History([*rows, _bare(200, 0)]))  # type: ignore[arg-type] # a stand-in
    tests = Tests()
    tests.passed = {1: 3, 76: 2}
    shares = PassShares(model, tasks, tests)  # type: ignore[arg-type] # a stand-in
    model.set_prompt("p")
    assert [len(versions) for _, versions in tests.asked] == [51]
    assert shown(model)[:2] == ["2/4", ""]
    model.fetchMore(model.index(-1))
    assert len(tests.asked) == 2
    assert 200 in tests.asked[1][1]
    assert shown(model)[149] == "3/4"
    shares.refresh()
    assert len(tests.asked) == 3
    tests.passed = {76: 4}
    shares.refresh()
    assert shown(model)[:1] == ["4/4"]
    assert "3/4" not in shown(model)
    model.put(_row(151, version=76))
    assert len(tests.asked) == 4, "its version is known"
    assert shown(model)[0] == "4/4"


def test_share_is_in_the_tooltip_and_for_screen_readers(qtbot: QtBot, tasks: HeldTasks) -> None:
    model = TimelineModel(tasks, History([_row(2, version=2), _row(1, version=1)]))  # type: ignore[arg-type]
    tests = Tests()
    tests.passed = {2: 3}
    PassShares(model, tasks, tests, model)  # type: ignore[arg-type] # a stand-in
    model.set_prompt("p")
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        assert "3 of 4 tuning cases pass on m (test 1" in model.index(0).data(role)
        assert "tuning" not in model.index(1).data(role)


def test_late_answer_for_another_prompt_is_dropped(qtbot: QtBot, tasks: HeldTasks) -> None:
    model = TimelineModel(tasks, History([_row(1, version=1)]))  # type: ignore[arg-type] # a stand-in
    tests = Tests()
    tests.passed = {1: 3}
    shares = PassShares(model, tasks, tests)  # type: ignore[arg-type] # a stand-in
    model.set_prompt("p")
    tasks.holds = True
    shares.refresh()
    shares.refresh()
    assert len(tests.asked) == 2, "a refresh during a read waits for it"
    held, tasks.held = tasks.held, []
    tasks.holds = False
    tests.passed = {}
    model.set_prompt("q")
    for one in held:
        one()
    assert shown(model) == [""]


def test_error_is_left_to_the_timeline(qtbot: QtBot, tasks: HeldTasks) -> None:
    model = TimelineModel(tasks, History([_row(1, version=1)]))  # type: ignore[arg-type] # a stand-in
    tests = Tests()
    shares = PassShares(model, tasks, tests)  # type: ignore[arg-type] # a stand-in
    tests.fails = True
    model.set_prompt("p")
    shares.refresh()
    tests.fails = False
    tests.passed = {1: 1}
    shares.refresh()
    assert shown(model) == ["1/4"]


def test_share_of_a_version_that_appears_during_a_refresh_stays(qtbot: QtBot, tasks: HeldTasks) -> None:
    model = TimelineModel(tasks, History([_row(1, version=1)]))  # type: ignore[arg-type] # a stand-in
    tests = Tests()
    tests.passed = {1: 3, 2: 4}
    shares = PassShares(model, tasks, tests)  # type: ignore[arg-type] # a stand-in
    model.set_prompt("p")
    tasks.holds = True
    shares.refresh()
    model.put(_row(2, version=2))
    assert [versions for _, versions in tests.asked] == [(1,), (1,), (2,)]
    # Two threads read; the later request may be answered first.
    tasks.held.reverse()
    tasks.deliver()
    assert shown(model) == ["4/4", "3/4"]
