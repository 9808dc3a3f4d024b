"""The detail pane of History: hits in every part, copying, runs of other kinds, and its divider."""

from __future__ import annotations

import json
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.store.making import done, lane, run, text
from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered, searched, shown, uids
from tests.ui.looks import change_mode
from tests.ui.pasts import ORDER
from tests.ui.test_accessibility import complaints
from workbench.app.history.detail import AnswerCardData
from workbench.app.history.detail_reader import RunDetailReader
from workbench.core.runs import IterationDetail
from workbench.host.clock import utc_now
from workbench.host.settings import load
from workbench.ui.features.history.cards import AnswerCard, MarkedText
from workbench.ui.features.history.marked_label import marked
from workbench.ui.features.history.view import HistoryView
from workbench.ui.widgets.theme import Theme

pytestmark = pytest.mark.window


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_search_matches_are_highlighted_in_every_part(desk: Desk) -> None:
    view = entered(desk)
    detail = view.detail

    def found() -> dict[str, list[str]]:
        parts = {
            "prompt": marked(detail.diff),
            "note": detail.about.marked(),
            "values": detail.answers[0].values.marked(),
            "answer": [word for card in detail.answers[0].cards.shown() for word in marked(card.text)],
        }
        return {part: words for part, words in parts.items() if words}

    for query, where in (
        ("politely", {"prompt": ["politely"], "note": ["politely"]}),
        ("concise", {"prompt": ["concise"]}),
        ("123ABCDEFG", {"values": ["123ABCDEFG"], "answer": ["123ABCDEFG"]}),
        ("missing winner:yes", {"prompt": ["missing"], "note": ["missing"]}),
        ("winner:yes", {}),
    ):
        searched(desk, view, query)
        chosen(desk, view, "order-3")
        # It was already shown before the search, and is read again for its hits.
        desk.until(lambda where=where: found() == where)


def test_unchanged_part_with_a_match_is_shown(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    assert "{{question}}" not in view.detail.diff.toPlainText()
    searched(desk, view, "question")
    chosen(desk, view, "order-3")
    # It was already shown before the search, and is read again for its hits.
    desk.until(lambda: "Message 2 · user · unchanged" in view.detail.diff.toPlainText())
    assert marked(view.detail.diff) == ["question"]


def test_highlighted_text_is_never_parsed_as_html(desk: Desk) -> None:
    view = entered(desk)
    store = desk.window.store
    values = (("question", "<b>bold</b> & <img src=x> needle"),)
    store.begin_run(run("html", text("{{question}}"), prompt=ORDER, values=values, note="<i>needle</i>", at=utc_now()))
    store.finish_output("html.0.0", done("Fine."), utc_now()).result(60)
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    assert searched(desk, view, "needle") == ["html"]
    looked = shown(desk, view, "html")
    assert looked.marker is not None
    assert view.detail.about.words().startswith("<i>needle</i>\n")
    assert view.detail.about.marked() == ["needle"]
    assert view.detail.answers[0].values.words() == "question: <b>bold</b> & <img src=x> needle"
    assert "<img" not in view.detail.answers[0].values.text()


def test_run_can_be_copied_in_every_format(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    actions, notice = desk.window.actions, desk.window.notice
    first, second = "It is in transit and should arrive on Friday 28 November. Track it here…", "Tracking link…"

    def copied(command: str) -> str:
        QApplication.clipboard().setText("")
        actions[command].trigger()
        desk.until(clipboard)
        assert "of Order status bot · #3 copied." in notice.text()
        return clipboard()

    assert copied("copy_run_prompt").startswith("Message 1 · system\n1. Verify the order number")
    assert copied("copy_run_answers").startswith(f"★ gpt-5-mini\n{first}\n\nhaiku\nYour order")
    markdown = copied("copy_run_markdown")
    assert markdown.startswith("# Order status bot · #3\n\n")
    assert "## Values\n\n- question: Where is order 123ABCDEFG?\n\n### ★ gpt-5-mini\n\n0.90 s" in markdown
    assert markdown.endswith(f"{second}\n")
    assert json.loads(copied("copy_run_json"))["run"] == "order-3"
    requests = json.loads(copied("copy_run_requests"))
    assert [one["answer"] for one in requests] == ["★ gpt-5-mini", "haiku"]
    assert requests[0]["request"]["messages"] == [{"role": "user", "content": "Where is it?"}]
    view.detail.answers[0].cards.shown()[0].copy.click()
    assert clipboard() == first


def test_blind_run_is_copied_without_names(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-4")
    for command in ("copy_run_answers", "copy_run_markdown", "copy_run_json", "copy_run_requests"):
        QApplication.clipboard().setText("")
        desk.window.actions[command].trigger()
        desk.until(clipboard)
        assert not any(name in clipboard() for name in ("gpt", "haiku", "0.0005", "Where is it?")), command


def test_imported_run_is_labelled_as_import_and_can_be_restored(desk: Desk) -> None:
    view = entered(desk)
    window, store = desk.window, desk.window.store
    start = run("imported", text("Brought in {{q}}"), prompt=ORDER, kind="import", values=(("q", "1"),), at=utc_now())
    store.begin_run(start)
    store.finish_output("imported.0.0", done("From elsewhere."), utc_now()).result(60)
    desk.until(lambda: not window.workbench.searcher.behind())
    assert searched(desk, view, "kind:import") == ["imported"]
    shown(desk, view, "imported")
    assert view.detail.title.text() == "Order status bot · import 1"
    view.detail.open.click()
    desk.until(lambda: window.viewing is not None)
    viewing = window.viewing
    assert isinstance(viewing, IterationDetail)
    assert viewing.row.kind == "import"
    assert "import 1" in window.viewing_bar.text()
    window.views.show("history")
    window.actions["restore"].trigger()
    desk.until(lambda: "The draft now has the text of import 1." in desk.notice())
    assert window.draft().content == text("Brought in {{q}}")
    assert window.draft().values == (("q", "1"),)


def test_improvement_run_opens_as_a_proposal_and_cannot_be_restored(desk: Desk) -> None:
    view = entered(desk)
    window, store = desk.window, desk.window.store
    base = json.dumps({"format": 1, "messages": [{"role": "user", "text": "Say hello."}]})
    values = (("base", base), ("tag", "x"), ("feedback", "Be kinder."), ("instructions", ""), ("answers", "[]"))
    start = run("improve", None, prompt=ORDER, kind="improve", lanes=[lane(pinned=1)], values=values, at=utc_now())
    store.begin_run(start)
    store.finish_output("improve.0.0", done("No proposal."), utc_now()).result(60)
    desk.until(lambda: not window.workbench.searcher.behind())
    assert searched(desk, view, "kind:improve") == ["improve"]
    shown(desk, view, "improve")
    assert view.detail.restore.isHidden()
    assert view.detail.branch.isHidden()
    assert not window.actions["restore"].isEnabled()
    assert view.detail.open.text() == "Open the proposal"
    assert complaints() == []
    view.detail.open.click()
    desk.until(lambda: window.dialogs.improve is not None)
    dialog = window.dialogs.improve
    assert dialog is not None
    desk.until(lambda: dialog.question.feedback.exact() == "Be kinder.")
    dialog.close()


def test_manually_moved_divider_is_restored(desk: Desk) -> None:
    view = entered(desk)
    handle = view.divider.handle(1)
    middle = QPoint(0, handle.height() // 2)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle - QPoint(200, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle - QPoint(200, 0))
    width = view.detail.width()
    assert view.divider.is_by_hand
    config = desk.window.workbench.places.config
    desk.close()
    assert "history" in dict(load(config).settings.splitters)
    window = desk.open()
    window.frame.settings = window.frame.settings._replace(splitters=load(config).settings.splitters)
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    again = window.views.here()
    assert isinstance(again, HistoryView)
    desk.until(lambda: len(uids(again)) == 8)
    assert again.detail.width() == width


def test_title_font_is_the_same_before_and_after_a_theme_change(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    before = view.detail.title.font()
    change_mode(desk.window.theme, "dark")
    desk.rest()
    after = view.detail.title.font()
    assert (before.pointSizeF(), before.weight()) == (after.pointSizeF(), after.weight())
    assert before.pointSizeF() > view.detail.more.font().pointSizeF()


def test_answers_are_shown_incrementally_and_only_of_the_selected_run(desk: Desk) -> None:
    view = entered(desk)
    store = desk.window.store
    lanes = tuple(lane(f"{number}", f"model-{number}") for number in range(7))
    for uid in ("first", "second"):
        store.begin_run(run(uid, text("{{question}}"), prompt=ORDER, lanes=lanes, at=utc_now())).result(60)
        for number in range(7):
            store.finish_output(f"{uid}.{number}.0", done(f"{uid} {number}\n\n\n\nThe end."), utc_now()).result(60)
    view.refresh()
    desk.until(lambda: "first" in uids(view))

    def all_of(uid: str) -> bool:
        return texts() == [f"{uid} {number}" for number in range(7)]

    def texts() -> list[str]:
        cards = view.detail.answers[0].cards
        shown = [card.text.toPlainText() for card in cards.findChildren(AnswerCard) if card.isVisible()]
        return [text.partition("\n")[0] for text in shown]

    runs = {}
    for uid in ("first", "second"):
        chosen(desk, view, uid)
        runs[uid] = shown(desk, view, uid)
        desk.until(partial(all_of, uid))
    view.detail.show_run(runs["first"])
    assert texts() == ["first 0", "first 1"], "the prompt is shown after two answers"
    desk.until(lambda: len(texts()) > 3)
    view.detail.show_run(runs["second"])
    assert texts() == ["second 0", "second 1"]
    desk.until(lambda: len(texts()) == 7)
    assert texts() == [f"second {number}" for number in range(7)]
    bar = view.detail.area.verticalScrollBar()
    desk.until(lambda: bar.maximum() > 20)
    bar.setValue(20)
    view.detail.show_run(runs["second"])
    assert len(texts()) == 7, "shown parts stay"
    assert bar.value() == 20


def test_long_answer_is_wrapped_to_the_width_left_by_the_scroll_bar(desk: Desk) -> None:
    holder = QWidget()
    desk.qtbot.addWidget(holder)
    holder.resize(400, 400)
    holder.show()
    desk.qtbot.waitExposed(holder)
    view = MarkedText(desk.theme, holder)
    view.show_marked("order tracking " * 40, ())
    view.setGeometry(0, 0, 288, 23)
    view.show()
    assert view.viewport().width() < view.width(), "there is a scroll bar"
    lines = view.document().firstBlock().layout()
    assert max(lines.lineAt(number).width() for number in range(lines.lineCount())) < view.viewport().width()


def selected(text: QPlainTextEdit, start: int, end: int) -> None:
    cursor = text.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)


def test_text_selection_is_kept_when_the_run_is_reloaded(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3")
    (cards,) = [answers.cards for answers in view.detail.answers if answers.isVisible()]
    desk.until(lambda: len(cards.shown()) == 2)
    selected(cards.shown()[0].text, 3, 8)
    selected(view.detail.diff, 3, 8)
    desk.window.actions["star_run"].trigger()
    desk.until(lambda: "starred" in view.detail.about.words())
    assert cards.shown()[0].text.textCursor().selectedText() == "is in"
    assert view.detail.diff.textCursor().selectedText() == "sage "
    searched(desk, view, "transit")
    desk.until(lambda: marked(cards.shown()[0].text) == ["transit"])


def test_comparison_and_selection_are_kept_when_a_new_run_appears(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-3", "order-1")
    desk.until(lambda: view.detail.pair is not None)
    selected(view.detail.diff, 3, 8)
    store = desk.window.store
    store.begin_run(run("new", text("{{question}}"), prompt=ORDER, at=utc_now())).result(60)
    store.finish_output("new.0.0", done("Fine."), utc_now()).result(60)
    (looker,) = view.findChildren(RunDetailReader)
    with desk.qtbot.waitSignal(looker.paired):
        view.refresh()
    assert uids(view)[0] == "new"
    assert [row.row.run_uid for row in view.selected()] == ["order-3", "order-1"]
    assert view.detail.pair is not None
    assert view.detail.diff.textCursor().selectedText() == "sage "


def test_markdown_is_rendered_unless_matches_are_marked_in_it(qtbot: QtBot, window_theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    card = AnswerCard(window_theme, window)
    card.resize(400, 400)
    window.show()
    text = "# Steps\n\n1. **Open** the form.\n" * 20
    card.show_card(AnswerCardData("echo", text))
    rendered = card.rendered
    assert rendered is not None
    qtbot.waitUntil(lambda: rendered.is_whole)
    assert rendered.toPlainText().startswith("Steps\n1. Open the form.\nSteps")
    assert (rendered.isHidden(), card.text.isHidden()) == (False, True)
    assert rendered.verticalScrollBar().value() == 0
    assert rendered.accessibleName() == "Answer of echo"
    card.show_card(AnswerCardData("echo", text, marks=((2, 7),)))
    assert (rendered.isHidden(), card.text.isHidden()) == (True, False)
    assert card.text.toPlainText() == text
    card.show_card(AnswerCardData("echo", "No signs of it."))
    assert (rendered.isHidden(), card.text.isHidden()) == (True, False)
    rendered.too_much.emit()
    assert not card.text.isHidden()
