"""The History view in the real window: search, navigate, open and leave; what it shows and what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tests.app import test_history_table as pages
from tests.app.test_history_table import tasks
from tests.ui.desk import Desk
from tests.ui.pasts import FIRST, ORDER, SECOND, SQL, Past, answer, fill
from tests.ui.test_accessibility import complaints
from workbench.app.history import table_model as history_table
from workbench.app.history.detail import RunDetailView
from workbench.app.history.table_model import PAGE
from workbench.app.tasks import Tasks
from workbench.core.history_columns import COLUMNS, COST, NUMBER, PROMPT, WHEN, WINNER
from workbench.core.runs import IterationDetail, IterationRow, Judged, Verdict
from workbench.store.search.search_index import Indexer
from workbench.store.sqlite import sqlite3
from workbench.ui.features.compare.dialog import CompareDialog
from workbench.ui.features.history.empty_page import EXAMPLES, NOTHING_FOUND, NOTHING_RUN
from workbench.ui.features.history.marked_label import marked
from workbench.ui.features.history.run_actions import RunCuration, TagsDialog
from workbench.ui.features.history.table import GAP, MARGIN, RunTable
from workbench.ui.features.history.view import HistoryView
from workbench.ui.widgets.dialog import NoteDialog
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.wire_dialog import WireDialog

__all__ = ["tasks"]

pytestmark = pytest.mark.window
Dialog = TypeVar("Dialog", bound=QDialog)
ALT = Qt.KeyboardModifier.AltModifier


def entered(desk: Desk, *, filled: bool = True) -> HistoryView:
    """Open the window, show History by its shortcut and return the view."""
    window = desk.open()
    if filled:
        fill(window.store)
        desk.until(lambda: not window.workbench.searcher.behind())
    desk.press(Qt.Key.Key_3, ALT)
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: not view.model.is_searching)
    return view


def searched(desk: Desk, view: HistoryView, text: str) -> list[str]:
    """Type a search and return the uids of the runs that are then shown."""
    view.bar.field.setFocus()
    view.bar.field.clear()
    desk.type(text)
    desk.until(lambda: not view.model.is_searching and view.model.text == text)
    return uids(view)


def uids(view: HistoryView) -> list[str]:
    return [row.row.run_uid for at in range(view.model.rowCount()) if (row := view.model.row(at)) is not None]


def test_newest_runs_are_listed_first_when_history_opens(desk: Desk) -> None:
    view = entered(desk)
    assert uids(view) == [
        "order-4", "order-3", "order-2", "order-1", "triage-2", "triage-1", "sql-2", "sql-1",
    ]  # fmt: skip
    assert view.bar.count.text().startswith("8 runs · ")
    assert QApplication.focusWidget() is view.bar.field
    assert desk.window.sidebar.isHidden()
    assert view.model.index(1, WINNER).data() == "★ gpt-5-mini"


def test_typing_searches_and_esc_returns_to_compose(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "track* winner:yes") == ["order-3"]
    view.bar.field.choices.hide()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: len(uids(view)) == 8)
    assert desk.window.views.shown == "history"
    assert view.bar.field.text() == ""
    desk.press(Qt.Key.Key_Escape)
    assert desk.window.views.shown == "compose"
    assert not desk.window.sidebar.isHidden()


def test_messages_about_a_long_query_leave_room_for_the_table(desk: Desk) -> None:
    view = entered(desk)
    view.bar.field.setText(" ".join(f"model:nobody{number}" for number in range(90)))
    desk.until(lambda: not view.model.is_searching and "more places like these" in view.bar.said())
    assert len(view.bar.said().splitlines()) == 5
    view.bar.field.setText("(" * 5000)
    desk.until(lambda: not view.model.is_searching and "All runs are shown." in view.bar.said())
    assert len(view.bar.said()) < 300
    assert view.table.height() > view.height() / 2


@pytest.mark.parametrize(
    ("number", "kind"), [pytest.param(12715, "iteration", marks=pytest.mark.deep(only=True)), (1234567, "improve")]
)
def test_long_numbers_and_dates_are_not_elided(desk: Desk, number: int, kind: str) -> None:
    store = desk.open().workbench.store
    past = Past(store, datetime(2022, 11, 20, 20, tzinfo=UTC))
    past.run("old", ORDER, FIRST, answer("It is on its way.", 1234.5678))
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    with sqlite3.connect(desk.db) as connection:
        connection.execute("UPDATE runs SET number = ?, kind = ? WHERE uid = 'old'", (number, kind))
    connection.close()
    desk.press(Qt.Key.Key_3, ALT)
    view = desk.window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: view.model.rowCount() == 1)
    metrics = QFontMetrics(desk.theme.font(tabular=True))
    for column in (WHEN, NUMBER, COST):
        shown = str(view.model.index(0, column).data())
        room = view.table.columnWidth(column) - GAP - (MARGIN if column == WHEN else 0)
        assert metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room) == shown


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_a_narrow_table_hides_columns_in_their_order_and_cuts_no_title(desk: Desk, scale: float) -> None:
    table, normal = entered(desk).table, desk.theme.font().pointSizeF()
    desk.theme.set_scale(scale)
    desk.until(lambda: desk.theme.font().pointSizeF() == pytest.approx(normal * scale))
    metrics, seen = QFontMetrics(desk.theme.font(-1)), []
    for width in range(2400, 200, -20):
        table.resize(width, 300)
        shown = [place for place in range(len(COLUMNS)) if not table.isColumnHidden(place)]
        hidden = tuple(column.title for place, column in enumerate(COLUMNS) if place not in shown)
        if hidden not in seen:
            seen.append(hidden)
        for place in shown:
            if isinstance(COLUMNS[place].width, str):
                room = table.columnWidth(place) - (MARGIN if place == WHEN else 0)
                assert metrics.horizontalAdvance(COLUMNS[place].title) <= room
    assert seen == [(), ("Lanes", "Cost")]


def test_invalid_filter_is_reported_with_the_query_searched_instead(desk: Desk) -> None:
    view = entered(desk)
    assert searched(desk, view, "tracking cost:abc") == []
    assert "“cost:abc” is not understood" in view.bar.said()
    assert 'Searched: tracking "cost:abc"' in view.bar.said()
    assert searched(desk, view, "tracking") == ["order-4", "order-3", "order-1"]
    assert view.bar.said() == ""


def test_suggestion_is_accepted_by_keys(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    desk.type("wi")
    desk.until(lambda: field.choices.isVisible())
    assert field.choices.texts() == ["winner:"]
    desk.press(Qt.Key.Key_Tab)
    assert field.text() == "winner:"
    desk.until(lambda: "tie" in field.choices.texts())
    while (current := field.choices.current()) is None or current.text != "tie":
        desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Return)
    assert field.text() == "winner:tie "
    desk.until(lambda: uids(view) == ["order-2"])
    field.undo()
    assert field.text() == "wi"


def test_esc_closes_the_suggestions_before_clearing_the_query(desk: Desk) -> None:
    view = entered(desk)
    desk.type("mo")
    desk.until(lambda: view.bar.field.choices.isVisible())
    desk.press(Qt.Key.Key_Escape)
    assert not view.bar.field.choices.isVisible()
    assert view.bar.field.text() == "mo"
    desk.press(Qt.Key.Key_Escape)
    assert view.bar.field.text() == ""


def test_suggestions_open_on_request_and_work_after_emoji(desk: Desk) -> None:
    view = entered(desk)
    field = view.bar.field
    field.setText("😀😀 wi")
    field.ask()
    desk.until(lambda: field.choices.isVisible())
    desk.press(Qt.Key.Key_Tab)
    assert field.text() == "😀😀 winner:"
    field.clear()
    desk.until(lambda: not field.choices.isVisible())
    desk.press(Qt.Key.Key_Down, ALT)
    desk.until(lambda: field.choices.isVisible())
    assert {"prompt:", "model:", "winner:", "cost:", "is:"} <= set(field.choices.texts())


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


def test_empty_history_and_no_matches_are_explained(desk: Desk) -> None:
    view = entered(desk, filled=False)
    desk.until(lambda: view.empty.isVisible())
    assert view.empty.words().startswith(NOTHING_RUN)
    assert not view.empty.buttons[0].isVisible()
    fill(desk.window.store)
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "nothing says this") == []
    assert view.empty.words().startswith(NOTHING_FOUND)
    view.empty.buttons[2].click()
    assert view.bar.field.text() == EXAMPLES[2][0] == "track*"
    desk.until(lambda: len(uids(view)) == 4)
    assert view.table.isVisible()


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


def test_search_is_repeated_until_the_index_is_up_to_date(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.features.history.view._LATE_MS", 10)
    view = entered(desk)
    store = desk.window.store
    with monkeypatch.context() as busy:
        busy.setattr(Indexer, "work", lambda *_: False)
        store.searches.rebuild().result(10)
        assert searched(desk, view, "track* winner:yes") == []
        assert view.bar.said() == "8 runs cannot be found by their words until indexed."
    # Any change wakes the indexer.
    store.set_note("sql-1", "").result(10)
    desk.until(lambda: uids(view) == ["order-3"])
    assert view.bar.said() == ""


def test_f6_and_tab_visit_the_visible_parts(desk: Desk) -> None:
    view = entered(desk)
    header = desk.window.header
    shown(desk, view, "order-4")
    for entry in (view.table, view.detail.restore, None, view.bar.field):
        desk.press(Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused is entry if entry is not None else header.isAncestorOf(focused)
    seen = []
    while (stop := QApplication.focusWidget()) not in seen:
        seen.append(stop)
        desk.press(Qt.Key.Key_Tab)
    own = [stop for stop in seen if view.isAncestorOf(stop)]
    assert own[:4] == [view.bar.field, view.bar.saved, view.bar.order, view.table]
    assert all(stop.isVisible() for stop in seen)


@pytest.mark.parametrize(
    "scale",
    [pytest.param(0.8, marks=pytest.mark.deep(only=True)), pytest.param(1.0, marks=pytest.mark.deep(only=True)), 2.0],
)
def test_table_and_detail_keep_their_shares_at_every_text_size(desk: Desk, scale: float) -> None:
    view = entered(desk)
    window = desk.window
    window.frame.resize(1024, 700)
    window.theme.set_scale(scale)
    shown(desk, view, "order-4")
    desk.until(lambda: view.width() == 1024 and abs(view.detail.width() - 1024 * 0.47) < 8)
    detail = view.detail
    buttons = (detail.restore, detail.open, detail.compare)
    desk.until(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
    for button in buttons:
        assert detail.rect().contains(button.rect().translated(button.mapTo(detail, QPoint())))


def test_column_headings_follow_the_text_size(desk: Desk) -> None:
    view = entered(desk)
    header = view.table.horizontalHeader()

    def height() -> int:
        QApplication.processEvents()
        image = header.grab().toImage()
        paper = image.pixelColor(image.width() - 1, 2)
        inked = [
            y for y in range(image.height() - 3) if any(image.pixelColor(x, y) != paper for x in range(image.width()))
        ]
        return inked[-1] - inked[0] + 1

    before = height()
    desk.window.theme.set_scale(0.8)
    desk.window.theme.set_scale(2.0)
    desk.until(lambda: height() > 1.7 * before)
    desk.window.theme.set_scale(1.0)
    desk.until(lambda: height() == before)


def _ink(image: QImage) -> tuple[int, int]:
    """Return the first and the last column of pixels with a colour other than the paper's."""
    paper = image.pixelColor(image.width() - 1, 0)
    inked = [x for x in range(image.width()) if any(image.pixelColor(x, y) != paper for y in range(image.height()))]
    return inked[0], inked[-1]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_numbers_end_and_other_texts_begin_below_their_titles(desk: Desk, scale: float) -> None:
    view = entered(desk)
    desk.window.theme.set_scale(scale)
    desk.rest()
    table, header = view.table, view.table.horizontalHeader()
    grabbed = table.viewport().grab().toImage(), header.viewport().grab().toImage()
    for place, column in enumerate(COLUMNS):
        cell = table.visualRect(table.model().index(1, place)).adjusted(0, 2, 0, -2)
        title = QRect(cell.x(), 2, cell.width(), header.height() - 5)
        # Letters have bearings of up to two pixels.
        (text_from, text_to), (from_, to) = (
            _ink(image.copy(at)) for image, at in zip(grabbed, (cell, title), strict=True)
        )
        if column.is_number:
            assert text_to == pytest.approx(to, abs=2)
            assert text_to == pytest.approx(cell.width() - GAP, abs=3)
        else:
            assert text_from == pytest.approx(from_, abs=2)


def test_every_widget_has_an_accessible_name_and_role(desk: Desk) -> None:
    view = entered(desk)
    assert complaints() == []
    desk.type("wi")
    desk.until(lambda: view.bar.field.choices.isVisible())
    assert complaints() == []
    searched(desk, view, "nothing says this")
    assert complaints() == []


def shown(desk: Desk, view: HistoryView, uid: str) -> RunDetailView:
    """Wait until a run is shown in the detail pane."""
    desk.until(lambda: view.detail.looked is not None and view.detail.looked.row.row.run_uid == uid)
    looked = view.detail.looked
    assert looked is not None
    return looked


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
    ).result(10)
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
    assert compose.based_on == 1
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


def dialogs(kind: type[Dialog]) -> list[Dialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def chosen(desk: Desk, view: HistoryView, *uids_: str) -> None:
    """Select these runs and wait until they are shown."""
    model = view.table.selectionModel()
    flag = QItemSelectionModel.SelectionFlag
    for number, uid in enumerate(uids_):
        how = flag.Select if number else flag.ClearAndSelect
        model.select(view.model.index(view.model.position(uid), 0), how | flag.Rows)
    if len(uids_) == 1:
        shown(desk, view, uids_[0])


def entry(view: HistoryView, title: str) -> None:
    """Trigger an entry of the menu of the selected runs."""
    (curating,) = view.findChildren(RunCuration)
    menu = curating.menu()
    (action,) = [action for action in menu.actions() if action.text().split("\t")[0] == title]
    action.trigger()
    menu.close()


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


def test_starred_runs_are_marked_and_found_by_search(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3", "sql-2")
    entry(view, "Star")
    desk.until(lambda: desk.rows("SELECT uid FROM runs WHERE starred = 1 ORDER BY id") == [("sql-2",), ("order-3",)])
    at = view.model.position("order-3")
    desk.until(lambda: view.model.index(at, PROMPT).data() == "☆ Order status bot")
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "is:starred") == ["order-3", "sql-2"]
    chosen(desk, view, "order-3")
    entry(view, "Remove star")
    desk.until(lambda: desk.rows("SELECT uid FROM runs WHERE starred = 1") == [("sql-2",)])


@pytest.mark.deep(only=True)
def test_starring_and_archiving_read_no_timeline_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view = entered(desk)
    read: list[str] = []
    history = desk.window.workbench.history
    one = history.row

    def row(uid: str, prompt: str) -> IterationRow | None:
        read.append(uid)
        return one(uid, prompt)

    monkeypatch.setattr(history, "row", row)
    view.table.selectAll()
    entry(view, "Star")
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs WHERE starred = 1") == [(8,)])
    desk.until(lambda: "☆" in view.model.index(7, PROMPT).data())
    entry(view, "Archive")
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs WHERE archived > 0") == [(8,)])
    desk.until(lambda: view.model.rowCount() == 0)
    assert read == []


def test_tags_are_added_edited_searched_and_removed(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    entry(view, "Tags…")
    desk.until(lambda: dialogs(TagsDialog) and dialogs(TagsDialog)[0].field.hasFocus())
    desk.type("good, #polite good")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT name FROM tags ORDER BY name") == [("good",), ("polite",)])
    at = view.model.position("order-3")
    desk.until(lambda: view.model.index(at, PROMPT).data() == "Order status bot #good #polite")
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "tag:polite") == ["order-3"]
    entry(view, "Tags…")
    desk.until(lambda: dialogs(TagsDialog) and dialogs(TagsDialog)[0].field.hasFocus())
    (dialog,) = dialogs(TagsDialog)
    assert dialog.field.text() == "good polite"
    desk.type("x" * 61)
    desk.press(Qt.Key.Key_Return)
    assert "too long for a tag" in dialog.hint.text()
    dialog.field.clear()
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: not desk.rows("SELECT 1 FROM tags"))


def test_note_shortcut_writes_a_note(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-2")
    view.table.setFocus()
    desk.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: dialogs(NoteDialog) and dialogs(NoteDialog)[0].field.hasFocus())
    desk.type("Neither knows the number.")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT note FROM runs WHERE uid = 'order-2'") == [("Neither knows the number.",)])
    desk.until(lambda: view.detail.about.words().startswith("Neither knows the number."))


def test_archived_runs_leave_the_table_and_undo_restores_them_exactly(desk: Desk) -> None:
    view = entered(desk)
    before, stored = uids(view), desk.rows("SELECT * FROM runs")
    chosen(desk, view, "order-2", "order-1")
    entry(view, "Archive")
    desk.until(lambda: "order-2" not in uids(view))
    assert uids(view) == [uid for uid in before if uid not in ("order-1", "order-2")]
    desk.until(lambda: "2 runs are archived; is:archived finds them." in desk.notice())
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "is:archived") == ["order-2", "order-1"]
    view.search("")
    desk.until(lambda: len(uids(view)) == 6)
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: uids(view) == before)
    desk.until_rows(stored, "SELECT * FROM runs")


def test_rows_are_copied_as_lines(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3", "sql-2")
    view.table.setFocus()
    desk.ctrl(Qt.Key.Key_C)
    lines = [line.split("\t")[1:] for line in QApplication.clipboard().text().split("\n")]
    assert lines == [
        ["Order status bot", "#3", "gpt-5-mini · haiku", "★ gpt-5-mini", "$0.0010"],
        ["SQL explainer", "#2", "gpt-5-mini", "★ gpt-5-mini", "$0.0005"],
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
