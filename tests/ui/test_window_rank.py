"""Rank and its judging queue in the real window: display, keys, and the stored rows."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QTextDocument
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from tests import depth
from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.ui.test_window_blind import _texts
from tests.usecases.judged_history import MODELS, history, kept_texts, preferring, runs
from workbench.app.rank.table_model import BLIND, ENTRANT, LOST, STRENGTH, WON
from workbench.core.runs import Verdict
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.runs.technique_marks import VersionMarks
from workbench.store.sqlite import sqlite3
from workbench.ui.composition import FEATURES
from workbench.ui.features.rank.techniques import VersionTechniques
from workbench.ui.features.rank.view import RankView
from workbench.ui.widgets.chart import IntervalChart
from workbench.usecases import ranking
from workbench.usecases.ranking_result import Grouping, RankingResult

pytestmark = pytest.mark.window
Key = Qt.Key
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
MANY = tuple(f"m/{number}" for number in range(12))
PAIRS = "SELECT kind FROM verdicts WHERE run_id IS NULL ORDER BY id"


def opened(desk: Desk, make: Callable[[Store, str], object]) -> WindowDriver:
    """Open a window over a history filled by `make`."""
    fill(desk.db, make)
    return desk.open()


def fill(db: Path, make: Callable[[Store, str], object]) -> None:
    store, prompt = history(db)
    make(store, prompt)
    store.set_meta("last_prompt", prompt).result(10)
    store.close()


def opened_over(desk: Desk, count: int, **how: Any) -> WindowDriver:
    """Open a window over a history of `count` runs; each variant is made once and copied."""
    desk.db.touch(mode=0o600)
    desk.db.write_bytes(_made(count, tuple(how.items())))
    return desk.open()


@cache
def _made(count: int, how: tuple[tuple[str, Any], ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "judged.db")
        fill(db, lambda store, prompt: runs(store, prompt, count, **dict(how)))
        return db.read_bytes()


def view(desk: Desk) -> RankView:
    """Show Rank by its shortcut and wait for its text."""
    desk.press(Key.Key_4, ALT)
    found = desk.window.rank_view
    assert found is not None
    desk.until(lambda: found.pill.text())
    return found


def judging(desk: Desk) -> None:
    """Start a judging session by its shortcut and wait for the first pair."""
    desk.press(Key.Key_J)
    ready(desk)


def ready(desk: Desk) -> None:
    sittings = desk.window.judging_session
    desk.until(lambda: sittings.state == "showing")


def test_rank_view_is_not_created_at_start(desk: Desk) -> None:
    window = desk.open()
    assert window.rank_view is None
    desk.press(Key.Key_4, ALT)
    assert window.views.shown == "rank"
    desk.press(Key.Key_1, ALT)
    assert window.views.shown == "compose"


def test_every_view_has_a_tab(desk: Desk) -> None:
    tabs = desk.open().views.tabs
    assert [tabs.tab(view).text() for view in FEATURES.views()] == ["Compose", "Test", "History", "Rank"]


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
    window.theme.set_scale(2.0)
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
    store.set_meta("last_prompt", prompt).result(10)
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


def test_verdicts_given_by_keys_in_a_judging_session_are_stored(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    assert not window.sidebar.isVisible()
    shown = []
    for key in (Key.Key_1, Key.Key_2, Key.Key_0, Key.Key_Minus):
        ready(desk)
        assert sittings.shown is not None
        shown.append((sittings.shown.pair.left, sittings.shown.pair.right))
        desk.press(key)
    desk.until(lambda: len(desk.rows(PAIRS)) == 4)
    stored = desk.rows(
        "SELECT kind, blind, (SELECT group_concat(uid || ' ' || coalesce(place, '-'), ' ') FROM (SELECT uid, place FROM"
        " verdict_outputs JOIN outputs ON outputs.id = output_id WHERE verdict_id = verdicts.id ORDER BY shown))"
        " FROM verdicts ORDER BY verdicts.id"
    )
    expected = [("winner", 1, 2), ("winner", 2, 1), ("tie", 1, 1), ("all_bad", "-", "-")]
    assert stored == [
        (kind, 1, f"{left} {one} {right} {other}")
        for (kind, one, other), (left, right) in zip(expected, shown, strict=True)
    ]
    assert window.rank_view is not None
    assert window.rank_view.judging.progress.full() == "4 judged in this session"
    desk.press(Key.Key_Escape)
    assert not window.is_judging
    assert window.sidebar.isVisible()
    desk.until(lambda: window.rank_view is not None and window.rank_view.pill.text() == "4 verdicts · 4 blind")


@pytest.mark.parametrize("key", [(Key.Key_Z,), (Key.Key_Z, CTRL)], ids=["z", "ctrl-z"])
def test_undo_withdraws_the_verdict_and_shows_the_pair_again(desk: Desk, key: tuple[Qt.Key, ...]) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    desk.press(Key.Key_1)
    ready(desk)
    second = sittings.shown
    desk.press(*key)
    assert sittings.shown is first
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == ["winner", "none"])
    desk.press(Key.Key_2)
    assert sittings.shown is second
    desk.until(lambda: [kind for (kind,) in desk.rows(PAIRS)] == ["winner", "none", "winner"])
    assert window.store.judgements.verdicts(window.prompt_uid)[0].outputs[1].place == 1


def test_judging_restarts_by_key_after_esc(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    desk.press(Key.Key_1)
    ready(desk)
    desk.press(Key.Key_Escape)
    assert not window.is_judging
    desk.press(Key.Key_J)
    assert window.is_judging
    ready(desk)
    page.skip.setFocus(Qt.FocusReason.TabFocusReason)
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)
    # The focus only returns, as when a menu closes: keys that record nothing work, verdict keys do not.
    for event in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(page.skip, QFocusEvent(event, Qt.FocusReason.PopupFocusReason))
    desk.press(Key.Key_P)
    assert page.prompt_toggle.text().startswith("▾ Prompt")
    desk.press(Key.Key_2)
    desk.window.store.set_meta("written", "").result(10)
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)


def test_judging_page_shows_no_model_or_version(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False, answer="An answer. {number}")
    view(desk)
    judging(desk)
    secrets = [name.split("/")[1] for name in MODELS] + ["#1", "#2", "#3", "$0."]
    texts = [text for widget, text in _texts(window.frame) if isinstance(widget, QWidget) and widget.isVisible()]
    assert [text for text in texts if any(secret in text for secret in secrets)] == []


def test_pair_is_skipped_by_key_and_restored_by_undo(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    rank = view(desk)
    judging(desk)
    sittings = window.judging_session
    first = sittings.shown
    assert not rank.judging.undo.isEnabled()
    desk.press(Key.Key_S)
    ready(desk)
    assert sittings.shown is not first
    assert rank.judging.progress.full() == "0 judged in this session"
    desk.press(Key.Key_Z)
    assert sittings.shown is first
    desk.press(Key.Key_1)
    ready(desk)
    second = sittings.shown
    rank.judging.skip.click()
    ready(desk)
    assert sittings.shown is not second
    desk.until(lambda: desk.rows(PAIRS) == [("winner",)])


def test_prompt_stays_unfolded_from_pair_to_pair(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    assert not page.prompt.isVisible()
    desk.press(Key.Key_P)
    desk.until(lambda: page.prompt.toPlainText())
    assert page.prompt.isVisible()
    assert page.prompt_toggle.text().startswith("▾ Prompt")
    told = page.prompt.toPlainText()
    for _ in range(3):
        desk.press(Key.Key_1)
        ready(desk)
        assert page.prompt.toPlainText() == told
    desk.press(Key.Key_P)
    assert not page.prompt.isVisible()
    assert window.is_judging


def test_prompt_and_values_of_a_pair_cannot_be_edited(desk: Desk) -> None:
    opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    desk.press(Key.Key_P)
    desk.until(lambda: page.prompt.toPlainText())
    for field in (page.prompt, page.values):
        field.setFocus()
        assert QApplication.focusWidget() is field
        told = field.toPlainText()
        desk.type("x")
        desk.press(Key.Key_Backspace)
        desk.press(Key.Key_Return)
        desk.ctrl(Key.Key_A)
        desk.press(Key.Key_Delete)
        assert field.toPlainText() == told


def test_names_of_the_last_pair_are_revealed_on_demand_after_the_verdict(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    page = view(desk).judging
    judging(desk)
    sittings = window.judging_session
    assert sittings.shown is not None
    assert sittings._sitting is not None
    left, right = sittings._sitting.who(sittings.shown.pair)
    desk.press(Key.Key_2)
    ready(desk)
    assert not page.last.isVisible()
    desk.press(Key.Key_R)
    assert page.last.isVisible()
    assert page.last.full() == f"Last pair: left {left}, right {right}; you chose {right}."
    desk.press(Key.Key_0)
    ready(desk)
    assert "you marked a tie" in page.last.full()
    desk.press(Key.Key_Z)
    assert page.last.full() == "Nothing judged yet.", "a pair to be judged again is blind"


def test_judging_session_connects_the_entrants_of_the_current_grouping(desk: Desk) -> None:
    window = opened_over(desk, 20, versions=5, judged=False)
    rank = view(desk)
    window.actions["group_version"].trigger()
    desk.until(lambda: rank.group.text().startswith("Group by version"))
    judging(desk)
    for _ in range(8):
        ready(desk)
        desk.press(Key.Key_1)
    desk.until(lambda: len(desk.rows(PAIRS)) == 8)
    desk.press(Key.Key_Escape)
    desk.until(lambda: len(rank.table_model.rows) == 5)
    assert not any("No verdict connects" in text for text in rank.remarks())


def test_every_pair_is_shown_from_the_start(desk: Desk) -> None:
    long = "# Order {order}, {number}\n\n" + "It is **on its way**, as version {version} says.\n\n" * 60
    window = opened_over(desk, 12, judged=False, answer=long)
    view(desk)
    judging(desk)
    page = window.rank_view
    assert page is not None
    for side in (page.judging.left, page.judging.right):
        assert side.reading.mode == "markdown"
    (shown,) = page.judging.left.reading.tab_stops()
    assert isinstance(shown, QAbstractScrollArea)
    bar = shown.verticalScrollBar()
    desk.until(lambda: bar.maximum() > 0)
    assert bar.value() == 0
    desk.press(Key.Key_PageDown)
    assert bar.value() > 0
    desk.press(Key.Key_1)
    ready(desk)
    assert bar.value() == 0


def test_unjudged_blind_run_is_not_in_the_ranking(desk: Desk) -> None:
    def make(store: Store, prompt: str) -> None:
        runs(store, prompt, 8, versions=1, models=MODELS, seed=2)
        runs(store, prompt, 1, versions=1, models=("secret/one", "secret/two"), blind=100)

    window = opened(desk, make)
    # The blind run's verdict is withdrawn, which counts as never given.
    (run,) = desk.rows("SELECT uid FROM runs ORDER BY id DESC LIMIT 1")[0]
    outputs = desk.rows("SELECT outputs.uid FROM outputs JOIN runs ON runs.id = run_id WHERE runs.uid = ?", run)
    window.store.mark(run, new_uid(), Verdict("none"), tuple(uid for (uid,) in outputs), utc_now()).result(10)
    rank = view(desk)
    assert not any("one" in row.name or "two" in row.name for row in rank.table_model.rows)


def test_leaving_the_view_ends_the_judging_session_and_keeps_verdicts(desk: Desk) -> None:
    window = opened_over(desk, 12, judged=False)
    view(desk)
    judging(desk)
    desk.press(Key.Key_1)
    desk.press(Key.Key_1, ALT)
    assert window.views.shown == "compose"
    assert not window.is_judging
    assert window.sidebar.isVisible()
    desk.until(lambda: len(desk.rows(PAIRS)) == 1)


def test_judging_without_pairs_shows_a_message(desk: Desk) -> None:
    window = desk.open()
    window.actions["judge"].trigger()
    assert window.views.shown == "rank"
    page = window.rank_view
    assert page is not None
    desk.until(lambda: "No pairs to compare" in page.judging.message.text())
    assert not page.judging.verdicts[0].isEnabled()
    assert page.judging.end.hasFocus() or QApplication.focusWidget() is not None
    desk.press(Key.Key_Escape)
    assert page.currentWidget() is page.ranking


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
        store.techniques.say(prompt, version, key, name, used=True).result(10)
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


MARKDOWN = "# Order {order}\n\nIt is **on its way**:\n\n- says {version}\n- in answer {number}\n\n| a |\n|---|\n| 1 |\n"


@pytest.mark.deep
def test_memory_of_a_judging_session_does_not_grow_with_its_length(desk: Desk) -> None:
    window = opened_over(desk, 60, judged=False, answer=MARKDOWN)
    view(desk)
    judging(desk)
    sittings, page = window.judging_session, window.rank_view
    assert page is not None

    def judge(count: int) -> tuple[int, int]:
        """Judge `count` pairs and return the numbers of documents and widgets of the page."""
        for number in range(count):
            ready(desk)
            desk.press((Key.Key_1, Key.Key_2, Key.Key_0)[number % 3])
        ready(desk)
        desk.until(lambda: len(desk.rows(PAIRS)) == sittings.judged)
        documents = page.judging.findChildren(QTextDocument)
        blocks = sum(document.blockCount() > 50 for document in documents)
        assert not any(document.isUndoAvailable() for document in documents)
        assert not blocks
        return len(documents), len(page.judging.findChildren(QWidget))

    early, late = judge(22), judge(depth.pick(22, 90))
    assert late == early
    # Undo, prefetched, shown, and being read; a thread releases the last ones later.
    outputs = {uid for (uid,) in desk.rows("SELECT uid FROM outputs")}
    assert len(outputs) == 120
    desk.until(lambda: 0 < kept_texts(outputs) <= 20 + 4 + 2)


def test_undo_can_revert_a_complete_judging_session(desk: Desk) -> None:
    window = opened_over(desk, 30, judged=False)
    view(desk)
    judging(desk)
    sittings = window.judging_session
    pairs = []
    for _ in range(25):
        ready(desk)
        assert sittings.shown is not None
        pairs.append(sittings.shown.pair)
        desk.press(Key.Key_1)
    ready(desk)
    for pair in reversed(pairs):
        desk.press(Key.Key_Z)
        desk.until(lambda: sittings.state == "showing")
        assert sittings.shown is not None
        assert sittings.shown.pair is pair
        assert sittings.shown.left
    assert sittings.judged == 0
    desk.until(lambda: len(desk.rows(PAIRS)) == 50)
    assert desk.window.store.judgements.verdicts(window.prompt_uid) == []
