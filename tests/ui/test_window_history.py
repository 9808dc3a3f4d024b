"""The History view in the real window: open, navigate, compare and leave; what it shows and what is stored."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.app import test_history_table as pages
from tests.app.test_history_table import tasks
from tests.ui.desk import Desk
from tests.ui.history_support import ALT, chosen, dialogs, entered, searched, shown, uids
from tests.ui.pasts import FIRST, ORDER, SECOND, SQL, fill
from tests.ui.test_accessibility import complaints
from workbench.app.history import table_model as history_table
from workbench.app.history.table_model import PAGE
from workbench.app.tasks import Tasks
from workbench.core.history_columns import WINNER
from workbench.core.runs import IterationDetail, Judged, Verdict
from workbench.ui.features.compare.dialog import CompareDialog
from workbench.ui.features.history.marked_label import marked
from workbench.ui.features.history.table import RunTable
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.wire_dialog import WireDialog

__all__ = ["tasks"]

pytestmark = pytest.mark.window


def test_newest_runs_are_listed_first_when_history_opens(desk: Desk) -> None:
    view = entered(desk)
    assert uids(view) == [
        "order-4", "order-3", "order-2", "order-1", "triage-2", "triage-1", "sql-2", "sql-1",
    ]  # fmt: skip
    assert view.bar.count.text().startswith("8 runs · ")
    assert QApplication.focusWidget() is view.bar.field
    assert desk.window.sidebar.isHidden()
    assert view.model.index(1, WINNER).data() == "★ gpt-5-mini"


def test_arrow_keys_move_from_search_to_runs_and_enter_opens_one(desk: Desk) -> None:
    view = entered(desk)
    desk.press(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is view.table
    desk.press(Qt.Key.Key_Down)
    assert [row.row.run_uid for row in view.selected()] == ["order-3"]
    desk.press(Qt.Key.Key_Return)
    window = desk.window
    desk.until(lambda: window.viewing is not None)
    assert window.views.shown == "compose"
    assert window.prompt_uid == "past-order"
    viewing = window.viewing
    assert isinstance(viewing, IterationDetail)
    assert viewing.row.run_uid == "order-3"
    assert desk.text(1) == "Your order 123ABCDEFG is in transit. Tracking link…"
    desk.press(Qt.Key.Key_3, ALT)
    assert [row.row.run_uid for row in view.selected()] == ["order-3"]
    assert QApplication.focusWidget() is view.table
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Up)
    assert QApplication.focusWidget() is view.bar.field


def test_sort_order_keeps_the_same_runs(desk: Desk) -> None:
    view = entered(desk)
    newest = searched(desk, view, "track*")
    view.bar.order.setCurrentText("Best match")
    desk.until(lambda: not view.model.is_searching)
    assert sorted(uids(view)) == sorted(newest)
    assert view.bar.chosen_order() == "best"
    view.bar.order.setCurrentText("Oldest first")
    desk.until(lambda: not view.model.is_searching)
    assert uids(view) == newest[::-1]


def test_new_run_appears_at_the_top_and_keeps_the_selection(desk: Desk) -> None:
    view = entered(desk)
    view.table.select(2)
    desk.window.run()
    assert desk.window.views.shown == "compose"
    desk.settle()
    desk.press(Qt.Key.Key_3, ALT)
    desk.until(lambda: len(uids(view)) == 9)
    (newest,) = desk.rows("SELECT uid FROM runs ORDER BY id DESC LIMIT 1")
    assert uids(view)[0] == newest[0]
    assert [row.row.run_uid for row in view.selected()] == ["order-2"]


def test_newest_run_is_selected_when_a_preloaded_view_first_opens(desk: Desk) -> None:
    window = desk.open()
    fill(window.store)
    desk.until(lambda: not window.workbench.searcher.behind())
    while window.views.make_more():
        pass
    view = window.history_view
    assert view is not None
    desk.until(lambda: bool(view.selected()))
    window.run()
    desk.settle()
    desk.press(Qt.Key.Key_3, ALT)
    desk.until(lambda: len(uids(view)) == 9)
    (newest,) = desk.rows("SELECT uid FROM runs ORDER BY id DESC LIMIT 1")
    assert [row.row.run_uid for row in view.selected()] == [newest[0]]
    # From then on the selection stays on that run.
    desk.press(Qt.Key.Key_1, ALT)
    window.run()
    desk.settle()
    desk.press(Qt.Key.Key_3, ALT)
    desk.until(lambda: len(uids(view)) == 10)
    assert [row.row.run_uid for row in view.selected()] == [newest[0]]


def test_detail_shows_the_complete_selected_run(desk: Desk) -> None:
    view = entered(desk)
    searched(desk, view, "track* winner:yes")
    shown(desk, view, "order-3")
    detail = view.detail
    assert detail.title.text() == "Order status bot · #3"
    assert detail.about.words().startswith("Ask politely when number missing\n")
    assert "★ gpt-5-mini · $0.0010" in detail.about.words()
    assert detail.prompt.heading.text() == "PROMPT, AGAINST #1"
    assert "If missing, ask politely." in detail.diff.toPlainText()
    assert "Look" in detail.diff.toPlainText(), "removed words are shown"
    cards = detail.answers[0].cards.shown()
    assert [card.title.full() for card in cards] == ["★ gpt-5-mini", "haiku"]
    assert [marked(card.text) for card in cards] == [["Track"], ["Tracking"]]
    assert [card.title.property("role") for card in cards] == ["gold", "heading"]
    assert cards[0].facts.full() == "0.90 s · 40 tokens · $0.0005"
    assert detail.answers[0].values.text() == "question: Where is order 123ABCDEFG?"
    # A first version is shown in full, without a diff.
    searched(desk, view, "prompt:SQL winner:yes")
    shown(desk, view, "sql-2")
    assert view.detail.prompt.heading.text() == "PROMPT"
    assert "Explain SQL to a beginner." in view.detail.diff.toPlainText()
    assert view.detail.compare.isHidden()
    searched(desk, view, "error:yes")
    shown(desk, view, "triage-1")
    failed = view.detail.answers[0].cards.shown()[1]
    assert failed.said.text() == "The provider asks to wait. Try again in a minute."
    assert failed.text.isHidden()


def test_blind_run_shows_no_model_names_until_judged(desk: Desk) -> None:
    view = entered(desk)
    looked = shown(desk, view, "order-4")
    said = []
    for widget in view.detail.findChildren(QWidget):
        if widget.isVisible():
            told = getattr(widget, "text", None)
            said += [widget.toolTip(), widget.accessibleName(), str(told()) if callable(told) else ""]
    assert {"Answer 1", "Answer 2"} <= set(said)
    assert not any(name in text for text in said for name in ("gpt", "haiku", "$0.0", "0.90"))
    assert all(card.record is None for answered in looked.sets for card in answered.cards)
    assert all(card.request.isHidden() for card in view.detail.answers[0].cards.shown())
    desk.window.workbench.history.mark(
        "order-4",
        Verdict("winner", (1,), blind=True),
        tuple(Judged(f"order-4.{place}.0", place, "finished") for place in (0, 1)),
    ).result(60)
    view.refresh()
    desk.until(lambda: view.detail.answers[0].cards.shown()[1].title.full() == "★ haiku")


def test_moving_quickly_through_runs_shows_the_last_one(desk: Desk) -> None:
    view = entered(desk)
    desk.press(Qt.Key.Key_Down)
    for _ in range(7):
        desk.press(Qt.Key.Key_Down)
    shown(desk, view, "sql-1")
    assert view.detail.title.text() == "SQL explainer · #1"
    assert [card.card.standing for card in view.detail.answers[0].cards.shown()] == ["bad", "bad"]


def test_restore_opens_a_run_of_another_prompt_in_the_draft(desk: Desk) -> None:
    view = entered(desk)
    searched(desk, view, "track* winner:yes")
    shown(desk, view, "order-3")
    view.detail.restore.click()
    compose = desk.window.session
    desk.until(lambda: compose.prompt_uid == ORDER and "The draft now has the text of" in desk.notice())
    assert desk.window.views.shown == "compose"
    assert compose.draft().content.messages[0].text == SECOND
    assert [lane.model for lane in compose.draft().lanes] == ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"]
    compose.saver.flush()
    desk.until(lambda: (kept := desk.stored_draft()) is not None and kept.content.messages[0].text == SECOND)


def test_branch_starts_from_the_version_of_the_run(desk: Desk) -> None:
    view = entered(desk)
    searched(desk, view, "prompt:order winner:tie")
    shown(desk, view, "order-2")
    view.detail.branch.click()
    compose = desk.window.session
    desk.until(lambda: compose.prompt_uid == ORDER and "The draft now starts from" in desk.notice())
    assert compose.lineage.based_on == 1
    assert compose.draft().content.messages[0].text == FIRST


@pytest.mark.deep(only=True)
def test_opening_a_run_does_not_replace_a_prompt_chosen_later(desk: Desk) -> None:
    view = entered(desk)
    shown(desk, view, "order-4")
    view.detail.open.click()
    desk.window.choose_prompt(SQL)
    desk.until(lambda: desk.window.prompt_uid == SQL and desk.window.is_ready)
    assert desk.window.viewing is None


def test_request_and_comparison_open_on_demand(desk: Desk) -> None:
    view = entered(desk)
    searched(desk, view, "track* winner:yes")
    shown(desk, view, "order-3")
    view.detail.answers[0].cards.shown()[0].request.click()
    desk.until(lambda: dialogs(WireDialog))
    (wire,) = dialogs(WireDialog)
    assert '"Where is it?"' in wire.shown_text()
    wire.accept()
    view.detail.compare.click()
    desk.until(lambda: dialogs(CompareDialog))
    (compare,) = dialogs(CompareDialog)
    assert [side.currentText().split(" ")[0] for side in (compare.old, compare.new)] == ["#1", "#3"]
    desk.until(lambda: "ask politely" in compare.view.toPlainText())
    compare.close()


def test_two_runs_are_compared_side_by_side(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3", "order-1")
    desk.until(lambda: view.detail.pair is not None)
    detail = view.detail
    assert detail.title.text() == "Order status bot · #1 against #3"
    assert detail.prompt.heading.text() == "DIFFERENCES, #1 AGAINST #3"
    assert "If missing, ask politely." in detail.diff.toPlainText()
    assert "Lane 2 · haiku · added" in detail.diff.toPlainText()
    desk.until(lambda: not IdleQueue.of_application().waits(detail))
    cards = [card.title.full() for card in detail.answers[0].cards.shown()]
    assert cards == ["#1 · gpt-5-mini", "★ #3 · gpt-5-mini", "#1", "#3 · haiku"]
    assert detail.restore.isHidden()
    assert complaints() == []
    detail.beside.click()
    desk.until(lambda: dialogs(CompareDialog))
    (compare,) = dialogs(CompareDialog)
    desk.until(lambda: "ask politely" in compare.view.toPlainText())
    compare.close()
    chosen(desk, view, "order-3")
    assert not detail.restore.isHidden()


def test_blind_run_is_compared_without_lane_names(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-4", "order-1")
    desk.until(lambda: view.detail.pair is not None)
    said = view.detail.diff.toPlainText() + view.detail.about.words()
    assert "Lane" not in said
    assert "haiku" not in said
    desk.until(lambda: not IdleQueue.of_application().waits(view.detail))
    titles = [card.title.full() for card in view.detail.answers[0].cards.shown()]
    assert not any("haiku" in title for title in titles)


def test_rows_are_copied_as_lines(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3", "sql-2")
    view.table.setFocus()
    desk.ctrl(Qt.Key.Key_C)
    lines = [line.split("\t")[1:] for line in QApplication.clipboard().text().split("\n")]
    assert lines == [
        ["Order status bot", "#3", "Ask politely when number missing", "gpt-5-mini · haiku", "★ gpt-5-mini", "$0.0010"],
        ["SQL explainer", "#2", "Explain SQL to a beginner.", "gpt-5-mini", "★ gpt-5-mini", "$0.0005"],
    ]


def test_select_all_includes_runs_no_longer_in_memory(
    desk: Desk, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_table, "KEPT", 2)
    model = pages.shown(desk.qtbot, tasks, pages.Many(5 * PAGE))
    pages.to_the_end(desk.qtbot, model)
    table = RunTable(desk.theme, model)
    desk.qtbot.addWidget(table)
    counts: list[int] = []
    table.selected.connect(lambda: counts.append(len(table.rows())))
    table.selectAll()
    assert counts == [0], "no partial count is shown"
    desk.until(lambda: model.holds_all)
    assert [row.row.number for row in table.rows()] == list(range(5 * PAGE))
    table.select(3)
    assert [row.row.number for row in table.rows()] == [3]
