"""Stars, tags, notes and archived runs in the History view of the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.history_support import chosen, dialogs, entered, entry, searched, uids
from workbench.core.history_columns import PROMPT
from workbench.core.runs import IterationRow
from workbench.ui.features.history.run_actions import TagsDialog
from workbench.ui.widgets.dialog import NoteDialog

pytestmark = pytest.mark.window


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
