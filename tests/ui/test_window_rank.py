"""Rank in the real window: what it shows, its keys, and techniques."""

from __future__ import annotations

import threading
from contextlib import closing

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from tests.ui.rank_support import ALT, judging, opened, opened_over, view
from tests.usecases.judged_history import MODELS, history, preferring, runs
from workbench.app.rank.table_model import BLIND, ENTRANT, LOST, STRENGTH, WON
from workbench.core.runs import Verdict
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.runs.technique_marks import VersionMarks
from workbench.store.sqlite import sqlite3
from workbench.ui.composition import FEATURES
from workbench.ui.features.rank.techniques import VersionTechniques
from workbench.ui.widgets.chart import IntervalChart
from workbench.usecases import ranking
from workbench.usecases.ranking_result import Grouping, RankingResult

pytestmark = pytest.mark.window
Key = Qt.Key
MANY = tuple(f"m/{number}" for number in range(12))


def test_rank_view_is_not_created_at_start(desk: Desk) -> None:
    window = desk.open()
    assert window.rank_view is None
    desk.press(Key.Key_4, ALT)
    assert window.views.shown == "rank"
    desk.press(Key.Key_1, ALT)
    assert window.views.shown == "compose"


def test_every_view_has_a_tab(desk: Desk) -> None:
    tabs = desk.open().views.tabs
    assert [tabs.tab(view).text() for view in FEATURES.views()] == ["Compose", "Test", "History", "Rank", "Decide"]


def test_grouping_menu_shows_current_shortcuts_and_changes_the_grouping(desk: Desk) -> None:
    window = opened_over(desk, 60)
    rank = view(desk)
    menu = rank.group.menu()
    assert [action.text() for action in menu.actions()][2] == "Group by model"
    window.keys.rebind(window.keys.keymap.adding("group_model", "Ctrl+U"))
    assert [action.text() for action in menu.actions()][2] == "Group by model\tCtrl+U"
    menu.actions()[2].trigger()
    desk.until(lambda: rank.group.text() == "Group by model ▾")


def test_table_lists_the_entrants_and_warns_about_unconnected_groups(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=2)
    rank = view(desk)
    blind = desk.rows("SELECT total(blind) FROM verdicts")[0][0]
    assert rank.pill.text() == f"60 verdicts · {blind:.0f} blind"
    assert rank.table.isVisible()
    names = [rank.table_model.index(row, ENTRANT).data() for row in range(rank.table_model.rowCount())]
    assert sorted(names) == [f"#{v} · {m}" for v in (1, 2) for m in ("claude-haiku-4.5", "gpt-5-mini")]
    assert any("No verdict connects" in text for text in rank.remarks())
    assert window.sidebar.isVisible()


def test_each_row_counts_wins_losses_and_the_share_of_blind_verdicts(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=1)
    rank = view(desk)
    model = rank.table_model
    shown = {
        model.index(row, ENTRANT).data(): [model.index(row, column).data() for column in (WON, LOST, BLIND)]
        for row in range(model.rowCount())
    }
    counted = desk.rows(
        "SELECT asked_model, sum(kind = 'winner' AND place = 1), sum(kind = 'winner' AND place = 2), count(*),"
        " round(100.0 * sum(blind) / count(*)) FROM verdict_list WHERE counts GROUP BY 1"
    )
    assert len(counted) == 2
    for name, won, lost, pairs, blind in counted:
        assert shown[f"#1 · {name.split('/')[1]}"] == [f"{won} of {pairs}", f"{lost}", f"{blind:.0f} %"]
    assert not any(rank.table.isColumnHidden(column) for column in (LOST, BLIND))
    # Without room for the columns the tool tip has their values.
    rank.table.resize(500, rank.table.height())
    assert rank.table.isColumnHidden(BLIND)
    tip = model.index(0, WON).data(Qt.ItemDataRole.ToolTipRole)
    assert " lost, " in tip
    assert tip.endswith(" of them blind.")
    assert window.views.shown == "rank"


def test_headings_are_not_clipped_at_double_text_size_in_a_small_window(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=2)
    rank = view(desk)
    window.frame.resize(1024, 700)
    change_scale(window.theme, 2.0)
    header = rank.table.horizontalHeader()

    def is_whole() -> bool:
        columns = [column for column in range(rank.table_model.columnCount()) if not header.isSectionHidden(column)]
        return rank.heading.width() >= rank.heading.sizeHint().width() and all(
            header.fontMetrics().horizontalAdvance(rank.table_model.headerData(column, Qt.Orientation.Horizontal))
            < header.sectionSize(column)
            for column in columns
        )

    desk.until(lambda: rank.width() < 1024 and is_whole())


def _height_of(chart: IntervalChart, row: int) -> float:
    """Return the distance of a row's centre from the top of the chart, in pixels."""
    return float(chart.mapFromScene(chart._box.mapViewToScene(pg.Point(0, row + 0.5))).y())


def test_every_interval_is_described_in_words_and_drawn_at_its_row(desk: Desk) -> None:
    opened_over(desk, 60, versions=2)
    rank = view(desk)
    model, table = rank.table_model, rank.table
    chart = table.chart
    assert chart is not None
    for number, row in enumerate(model.rows):
        index = model.index(number, STRENGTH)
        words = index.data(Qt.ItemDataRole.AccessibleTextRole)
        assert f"{row.strength.estimate:+.2f}".replace("-", "−") in words
        assert "95 % interval" in words
        cell = table.visualRect(index)
        assert abs(chart.mapToParent(QPoint(0, round(_height_of(chart, number)))).y() - cell.center().y()) <= 1
    told = QAccessible.queryAccessibleInterface(table)
    assert told is not None
    assert told.text(QAccessible.Text.Name) == "Ranking, strongest first"


def test_read_only_history_is_ranked_but_cannot_be_judged(desk: Desk) -> None:
    store, prompt = history(desk.db)
    runs(store, prompt, 12, versions=2)
    store.set_meta("last_prompt", prompt).result(60)
    store.close()
    with closing(sqlite3.connect(desk.db)) as connection:
        connection.execute("PRAGMA user_version = 99000")
    window = desk.open()
    assert window.store.read_only
    rank = view(desk)
    assert rank.table.isVisible()
    assert not rank.judge.isEnabled()
    assert "read-only" in rank.judge.toolTip()
    rank.judge_clicked.emit()
    assert not window.is_judging
    desk.press(Key.Key_J)
    assert not window.is_judging


def test_changing_the_grouping_changes_the_ranked_entrants(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=2)
    rank = view(desk)
    window.actions["group_model"].trigger()
    desk.until(lambda: [row.name for row in rank.table_model.rows] == ["gpt-5-mini", "claude-haiku-4.5"])
    assert rank.group.text() == "Group by model ▾"
    window.actions["group_version"].trigger()
    desk.until(lambda: not rank.table.isVisible())
    assert "single entrant" in rank.instead.text()


def test_no_stale_ranking_is_shown_while_another_is_computed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opened_over(desk, 60, versions=2)
    rank = view(desk)
    go_on = threading.Event()

    quick = ranking.rank

    def slow(store: Store, prompt: str, grouping: Grouping) -> RankingResult:
        assert go_on.wait(20)
        return quick(store, prompt, grouping)

    monkeypatch.setattr(ranking, "rank", slow)
    window.actions["group_model"].trigger()
    desk.until(lambda: not rank.table.isVisible())
    assert rank.instead.text() == "Counting the verdicts…"
    assert rank.remarks() == []
    go_on.set()
    desk.until(rank.table.isVisible)
    assert [row.name for row in rank.table_model.rows] == ["gpt-5-mini", "claude-haiku-4.5"]


def test_too_few_verdicts_show_a_message(desk: Desk) -> None:
    desk.open()
    rank = view(desk)
    assert not rank.table.isVisible()
    assert rank.instead.text() == "No verdict yet. The ranking appears after 6."
    assert rank.ways.isVisible()


def test_unjudged_blind_run_is_not_in_the_ranking(desk: Desk) -> None:
    def make(store: Store, prompt: str) -> None:
        runs(store, prompt, 8, versions=1, models=MODELS, seed=2)
        runs(store, prompt, 1, versions=1, models=("secret/one", "secret/two"), blind=100)

    window = opened(desk, make)
    # The blind run's verdict is withdrawn, which counts as never given.
    (run,) = desk.rows("SELECT uid FROM runs ORDER BY id DESC LIMIT 1")[0]
    outputs = desk.rows("SELECT outputs.uid FROM outputs JOIN runs ON runs.id = run_id WHERE runs.uid = ?", run)
    window.store.mark(run, new_uid(), Verdict("none"), tuple(uid for (uid,) in outputs), utc_now()).result(60)
    rank = view(desk)
    assert not any("one" in row.name or "two" in row.name for row in rank.table_model.rows)


def test_chart_scrolls_with_a_long_table(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=3, models=MANY)
    rank = view(desk)
    table, chart = rank.table, rank.table.chart
    assert chart is not None
    assert rank.table_model.rowCount() == 36
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
    last = table.visualRect(rank.table_model.index(35, STRENGTH))
    assert abs(chart.mapToParent(QPoint(0, round(_height_of(chart, 35)))).y() - last.center().y()) <= 1
    # The list scrolls, not the page.
    window.frame.resize(1024, 700)
    desk.until(lambda: rank.ranking.verticalScrollBar().maximum() == 0)
    assert rank.table.verticalScrollBar().maximum() > 0
    small = rank.table.height()
    window.frame.resize(1440, 1000)
    desk.until(lambda: rank.table.height() > small)
    assert rank.ranking.verticalScrollBar().maximum() == 0


def test_newer_ranking_request_replaces_older_ones(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=2)
    view(desk)
    rank = window.rank.rank
    told: list[str] = []
    rank.ranked.connect(lambda found: told.append(found.grouping))
    for grouping in ("model", "version", "everywhere"):
        window.actions[f"group_{grouping}"].trigger()
    desk.until(lambda: told)
    assert told == ["everywhere"]


def test_ranking_and_judging_are_reached_with_f6_and_tab(desk: Desk) -> None:
    window = opened_over(desk, 60, versions=2)
    rank = view(desk)
    rank.table.setFocus()
    seen = []
    for _ in range(3):
        desk.press(Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused)
    assert seen[0] is rank.fold
    window.sidebar.iteration_list.setFocus()
    desk.press(Key.Key_F6)
    assert rank.table.hasFocus()
    judging(desk)
    desk.until(lambda: rank.judging.left.isAncestorOf(QApplication.focusWidget() or rank))
    window.header.setFocus()
    desk.press(Key.Key_F6)
    desk.until(lambda: rank.judging.left.isAncestorOf(QApplication.focusWidget() or rank))


def techniques(store: Store, prompt: str) -> None:
    """Four versions that differ in two techniques, and verdicts that prefer one of them."""
    runs(store, prompt, 24, versions=4, judged=False)
    for version, key, name in ((2, "role", "Role"), (3, "tone", "Tone"), (4, "role", "Role"), (4, "tone", "Tone")):
        store.techniques.say(prompt, version, key, name, used=True).result(60)
    preferring(store, prompt, 120, {2: 2.0, 4: 2.0})


def test_techniques_are_ranked_and_can_be_corrected_in_rank(desk: Desk) -> None:
    window = opened(desk, techniques)
    rank = view(desk)
    assert not rank.versions.isVisible()
    window.actions["group_technique"].trigger()
    desk.until(lambda: [row.name for row in rank.table_model.rows] == ["Role", "Tone"])
    words = rank.table_model.index(0, STRENGTH).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "it beats the same version without it in" in words
    header = rank.table_model.headerData(ENTRANT, Qt.Orientation.Horizontal)
    assert header == "Technique"
    bar = rank.table.horizontalHeader()
    assert bar.sectionSize(ENTRANT) >= bar.sectionSizeHint(ENTRANT), "short names leave room for the heading"
    versions = rank.versions
    assert versions.isVisible()
    assert [versions.choice.itemText(n) for n in range(4)] == [
        "#4 · Role, Tone",
        "#3 · Tone",
        "#2 · Role",
        "#1 · no technique",
    ]
    versions.choice.setCurrentIndex(2)
    (chip,) = versions.chips
    chip.setFocus()
    desk.press(Key.Key_Space)
    desk.until(lambda: versions.choice.itemText(2) == "#2 · no technique")
    assert versions.shown is not None
    assert versions.shown.number == 2
    assert versions.add.hasFocus()
    said = "SELECT number, technique, used FROM version_techniques JOIN versions ON versions.id = version_id"
    desk.until(lambda: (2, "role", 0) in desk.rows(said))
    next(a for a in versions.add.menu().actions() if a.text() == "Self-check").trigger()
    desk.until(lambda: versions.choice.itemText(2) == "#2 · Self-check")
    desk.until(lambda: (2, "self-check", 1) in desk.rows(said))


def test_technique_grouping_without_marks_shows_a_message(desk: Desk) -> None:
    window = opened_over(desk, 20, versions=2)
    rank = view(desk)
    window.actions["group_technique"].trigger()
    desk.until(lambda: "No judged version is marked" in rank.instead.text())
    assert not rank.table.isVisible()
    assert rank.versions.isVisible()
    window.actions["group_both"].trigger()
    desk.until(rank.table.isVisible)
    assert not rank.versions.isVisible()
    assert rank.table_model.headerData(ENTRANT, Qt.Orientation.Horizontal) == "Entrant"


def test_technique_detected_from_the_content_cannot_be_removed(desk: Desk) -> None:
    versions = VersionTechniques()
    desk.qtbot.addWidget(versions)
    versions.show_versions([VersionMarks(1, (), ("examples",), "#1"), VersionMarks(2, name="#2")], [("role", "R & D")])
    assert versions.chips == []
    assert [action.text() for action in versions.add.menu().actions()] == ["R && D"]
    versions.choice.setCurrentIndex(1)
    (chip,) = versions.chips
    assert chip.text() == "Few-shot examples"
    with desk.qtbot.assertNotEmitted(versions.said):
        chip.click()
    versions.show_versions([], [])
    assert versions.isHidden()
