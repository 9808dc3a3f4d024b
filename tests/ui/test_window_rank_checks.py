"""The ranking by checks in the real window, apart from that by verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from tests.store.making import LATER, lane
from tests.store.testing.suites import answered, begun, case, key, scored
from tests.ui.desk import Desk
from tests.ui.rank_support import opened
from tests.usecases.judged_history import runs
from workbench.app.rank.check_ranking import PLOT, RATE, TITLES
from workbench.host.clock import utc_now
from workbench.store import Store
from workbench.ui.features.rank.checks import READING
from workbench.ui.features.rank.view import RankView
from workbench.usecases.testing.check_ranking import NOTHING

pytestmark = pytest.mark.window
ALT = Qt.KeyboardModifier.AltModifier


def judged(store: Store, prompt: str) -> None:
    runs(store, prompt, 40)


def a_test(store: Store, prompt: str) -> None:
    cases = tuple(case(number) for number in range(40))
    columns = (lane("A", "m/one"), lane("B", "m/two"))
    begun(store, "t1", prompt_uid=prompt, cases=cases, columns=columns, started_at=utc_now())
    cells = [key(number, column) for column in (0, 1) for number in range(40)]
    outputs = answered(store, "t1", cells)
    store.tests.begin_scoring("t1", "s", (), LATER).result(60)
    scores = [
        scored(cell, output, "pass" if cell.case >= (20 if cell.column else 2) else "fail")
        for cell, output in zip(cells, outputs, strict=True)
    ]
    store.tests.save_scores("s", scores).result(60)


def entered(desk: Desk) -> RankView:
    desk.press(Qt.Key.Key_4, ALT)
    view = desk.window.views.page("rank")
    assert isinstance(view, RankView)
    return view


def test_rank_switches_between_verdicts_and_checks_and_mixes_nothing(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: (judged(store, prompt), a_test(store, prompt)))
    view = entered(desk)
    desk.until(view.table.isVisible)
    desk.rest()
    assert view.switch.buttons["verdicts"].isChecked()
    assert "verdicts" in view.pill.text()
    assert not view.by_checks.isVisible()
    view.switch.buttons["checks"].click()
    table = view.by_checks.table
    desk.until(table.isVisible)
    desk.rest()
    assert [table.item(row, 3).text() for row in range(table.rowCount())] == ["38 of 40", "20 of 40"]
    assert table.item(0, 0).text().endswith("· one")
    assert view.pill.text() == "40 cases · 2 columns"
    assert "is better than" in view.by_checks.remarks.text()
    assert view.table.isHidden()
    assert view.group.isHidden()
    assert view.remarks() == []
    spoken = QAccessible.queryAccessibleInterface(table)
    assert spoken.text(QAccessible.Text.Name) == "Ranking by checks, best first"
    window.actions["rank_by_verdicts"].trigger()
    desk.until(view.table.isVisible)
    assert not view.by_checks.isVisible()
    assert "verdicts" in view.pill.text()


def test_names_keep_their_room_beside_the_words_about_a_judge(desk: Desk) -> None:
    window = opened(desk, a_test)
    view = entered(desk)
    window.actions["rank_by_checks"].trigger()
    table = view.by_checks.table
    desk.until(lambda: table.isVisible() and table.rowCount() == 2)
    desk.rest()
    assert not table.isColumnHidden(PLOT)
    said = "judged 93 %, corrected 80 % (63 to 90), judged 70 %, corrected 60 % (43 to 72)"
    table.show_rows(tuple(replace(row, judged=said) for row in table.ranked))
    window.frame.resize(1024, 700)
    desk.until(lambda: table.isColumnHidden(PLOT))
    spared = [TITLES.index(title) for title in ("Cases that pass", "Cost per 1,000", "Median latency")]
    assert all(map(table.isColumnHidden, spared))
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert all(words in table.item(0, 0).toolTip() for words in ("cases pass", "per 1,000", "median", said))
    window.frame.resize(2400, 900)
    desk.until(lambda: not table.isColumnHidden(PLOT))
    assert not any(map(table.isColumnHidden, spared))
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    assert table.columnWidth(RATE) >= table.sizeHintForColumn(RATE)


def test_ranking_by_checks_says_what_is_missing_and_follows_a_test(desk: Desk) -> None:
    window = opened(desk, lambda store, prompt: judged(store, prompt))
    view = entered(desk)
    window.actions["rank_by_checks"].trigger()
    desk.until(lambda: view.by_checks.instead.text() == NOTHING)
    assert view.by_checks.instead.text() != READING
    store = window.store
    a_test(store, store.prompts()[0].uid)
    window.testing.suites.ended.emit("t1")
    desk.until(view.by_checks.table.isVisible)
