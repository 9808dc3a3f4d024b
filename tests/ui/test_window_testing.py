"""The Test view in the real window: its keys, the focus, and what screen readers get. The tests it shows are a
stand-in's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton

from tests.app.testing.standin_source import StandInSuites
from tests.ui import desk as desks
from tests.ui.desk import Desk
from tests.ui.looks import change_mode
from tests.ui.test_accessibility import complaints
from workbench.app.testing.words import HeadFigure, RunFace
from workbench.core.cases import Case, Check
from workbench.core.testing.settings import SuiteBudget
from workbench.host.ids import new_uid
from workbench.ui.composition import FEATURES
from workbench.ui.features.testing import feature
from workbench.ui.features.testing.column_header import fitted_figures, fitted_judged, fitted_title, fitted_verdict
from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.feature import FeatureSet
from workbench.ui.widgets.controls import ConfirmBar

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> StandInSuites:
    made = StandInSuites(48, answered=80)
    rest = [one for one in FEATURES if one.id != "testing"]
    monkeypatch.setattr(desks, "FEATURES", FeatureSet((*rest, feature(lambda _: made))))
    return made


def opened(desk: Desk, size: tuple[int, int] = (1440, 900)) -> TestView:
    """Open the view with Alt+2 and return it once its rows are there."""
    desk.open(size=size)
    desk.press(Qt.Key.Key_2, ALT)
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.model.rowCount() == 48 and view.suites.figures.report is not None)
    desk.rest()
    return view


def click(view: TestView, row: int, column: int) -> None:
    """Click a cell."""
    table = view.grid.answers
    at = table.visualRect(table.model().index(row, column + 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)


def menu() -> QMenu | None:
    found = QApplication.activePopupWidget()
    return found if isinstance(found, QMenu) else None


def test_alt_2_shows_the_grid_with_the_keyboard(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    assert [tab.text() for tab in desk.window.views.tabs._tabs.values()] == [
        "Compose",
        "Test",
        "History",
        "Rank",
        "Decide",
    ]
    assert QApplication.focusWidget() is view.grid.answers
    assert view.grid.current() == (0, 0)
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Right)
    assert view.grid.current() == (1, 1)


def test_n_and_d_go_through_failures_and_differences(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    expected = [(row, column) for row in range(48) for column in range(3) if source._cell(row, column).status == "fail"]
    expected.remove((0, 0))  # where the search begins
    for cell in expected[:3]:
        desk.press(Qt.Key.Key_N)
        desk.until(lambda cell=cell: view.grid.current() == cell)
    desk.press(Qt.Key.Key_N, SHIFT)
    desk.until(lambda: view.grid.current() == expected[1])
    desk.press(Qt.Key.Key_D)
    desk.until(lambda: view.grid.current() > expected[1])  # type: ignore[operator] # a cell is current
    desk.press(Qt.Key.Key_End)
    desk.press(Qt.Key.Key_N)
    desk.until(lambda: desk.notice() == "No more failures below this cell.")
    desk.window.shown_notice.end_brief()
    assert "No more" not in desk.notice(), "it leaves by itself"


def test_words_that_the_baseline_does_not_have_are_marked_in_rows_that_differ(
    source: StandInSuites, desk: Desk
) -> None:
    view = opened(desk)

    def marked(column: int) -> bool:
        """Whether a text of the first row that fails in this column is marked; only badges of passes look like it."""
        model = view.suites.model
        row = next(
            at for at in range(model.rowCount()) if (cell := model.cell(at, 2 + column)) and cell.status == "fail"
        )
        index = view.suites.pivot.index(row, 2 + column)
        view.grid.answers.scrollTo(index)
        view.grid.select(0, 0)
        image = view.grid.answers.viewport().grab(view.grid.answers.visualRect(index)).toImage()
        colors = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        return desk.theme.color("green_soft").rgb() in colors

    assert not marked(1)
    view.filters.filters["differs"].click()
    desk.until(lambda: view.suites.query.rows == "differs" and view.suites.model.row(0) is not None)
    desk.until(lambda: view.suites.model.rowCount() == view.suites.figures.counts.rows["differs"])
    assert marked(1)
    assert marked(2)
    assert not marked(0), "the baseline itself"


def test_status_bar_speaks_of_the_cases_and_in_compose_of_the_next_run(source: StandInSuites, desk: Desk) -> None:
    opened(desk)
    status = desk.window.status
    desk.until(lambda: status.database().startswith("48 cases · 3 checks · "))
    assert status.database().endswith(".db")
    assert not status.shows_forecast
    desk.press(Qt.Key.Key_1, ALT)
    assert status.database().endswith(" of this prompt")
    assert status.shows_forecast
    desk.press(Qt.Key.Key_2, ALT)
    assert status.database().startswith("48 cases · 3 checks · ")


def test_enter_opens_the_pane_and_escape_closes_it(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    view.close_pane()
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: view.pane.shown is not None and view.is_pane_open)
    assert view.pane.title.text() == "status of 123ABCDEFG"
    desk.press(Qt.Key.Key_Down)
    desk.until(lambda: view.pane.title.text() == "no number given")
    desk.press(Qt.Key.Key_Escape)
    assert not view.is_pane_open
    desk.press(Qt.Key.Key_Escape)
    assert desk.window.views.shown == "compose"


def test_keys_that_change_something_need_a_focus_that_was_placed(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    # The focus came by itself.
    for key in (Qt.Key.Key_V, Qt.Key.Key_E):
        desk.press(key)
    assert menu() is None
    assert desk.window.views.shown == "test"
    click(view, 0, 0)
    desk.until(lambda: view.pane.shown is not None)
    desk.press(Qt.Key.Key_V)
    desk.until(lambda: menu() is not None)
    desk.press(Qt.Key.Key_Return, on=menu())
    desk.until(lambda: [told[0] for told in source.told] == ["overrule"])
    desk.until(lambda: view.suites.figures.counts.rows["overruled"] == 1)
    # Only a real window system activates the window again when a menu closes.
    desk.window.frame.activateWindow()
    desk.until(desk.window.frame.isActiveWindow)
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: view.suites.figures.counts.rows["overruled"] == 0)
    assert [told[-1] for told in source.told] == ["pass", "none"]


def test_e_opens_the_case_in_compose(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    desk.press(Qt.Key.Key_N)
    desk.until(lambda: view.grid.current() != (0, 0))
    before = desk.window.lane_list.lanes
    desk.press(Qt.Key.Key_E)
    desk.until(lambda: desk.window.views.shown == "compose")
    draft = desk.window.draft()
    assert draft.content.messages[0].text.startswith("{{question}} (version")
    assert dict(draft.values)["language"] == "English"
    assert len(draft.lanes) == 1
    assert [one.name for one in draft.sets] != []
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: desk.window.lane_list.lanes == before)


def test_ctrl_shift_enter_runs_all_cases_from_the_editor(source: StandInSuites, desk: Desk) -> None:
    desk.open()
    desk.window.editor.focus_first()
    desk.type("x")
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: source.told == [("start", "tuning", False)])
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.is_running)
    assert desk.window.views.shown == "test"
    desk.until(lambda: view.head.run.text().startswith("Pause"))
    source.advance(64)
    desk.until(lambda: not view.suites.is_running)
    desk.until(lambda: view.head.bar.value() == view.head.bar.maximum())


def test_letters_in_the_editor_are_text(source: StandInSuites, desk: Desk) -> None:
    desk.open()
    desk.window.editor.focus_first()
    desk.type("nNdve")
    assert desk.window.views.shown == "compose"
    assert "nNdve" in desk.window.draft().content.messages[0].text


def test_every_part_has_a_name_and_a_role(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    click(view, 5, 1)
    desk.until(lambda: view.pane.shown is not None)
    for kind in ("output", "against", "request"):
        view.pane.show_kind(kind)  # type: ignore[arg-type] # one of the kinds
        QApplication.processEvents()
        assert complaints() == []


def test_tab_and_f6_reach_every_part(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    click(view, 5, 1)
    desk.until(lambda: view.pane.shown is not None)
    seen = []
    for _ in range(60):
        desk.press(Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
        if seen[-1] is view.grid.answers:
            break
    parts = (view.head, view.filters, view.grid, view.pane)
    reached = {next((i for i, part in enumerate(parts) if part.isAncestorOf(one)), -1) for one in seen if one}
    assert {0, 1, 2, 3} <= reached
    panes = set()
    for _ in range(6):
        desk.press(Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        panes |= {part for part in (view.grid, view.pane) if part.isAncestorOf(focused)}
    assert panes == {view.grid, view.pane}


def test_both_halves_scroll_together(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    names, answers = view.grid.names, view.grid.answers
    bar = answers.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert names.verticalScrollBar().value() == bar.value()
    last = names.model().rowCount() - 1
    for column, table in ((0, names), (2, answers)):
        rect = table.visualRect(table.model().index(last, column))
        assert table.viewport().mapTo(view, rect.topLeft() + QPoint(0, 0)).y() > 0
    tops = {
        table.viewport().mapTo(view, table.visualRect(table.model().index(last, column)).topLeft()).y()
        for column, table in ((0, names), (2, answers))
    }
    assert len(tops) == 1


def test_samples_and_budget_are_edited(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    view.head.settings.click()
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), SuiteSettingsDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SuiteSettingsDialog)
    assert dialog.fields["usd"].text() == "1"
    dialog.fields["usd"].setText("a lot")
    dialog.save.click()
    assert dialog.told.text().startswith("The budget is an amount in dollars such as 1.50")
    dialog.fields["samples"].setText("3")
    dialog.fields["usd"].setText("$2.50")
    dialog.fields["calls"].setText("1,000")
    dialog.fields["margin"].setText("3 %")
    dialog.save.click()
    desk.until(lambda: source.settings.samples == 3)
    assert source.settings.budget == SuiteBudget(2.5, 1000, None)
    assert source.settings.margin == 0.03
    assert source.settings.checks == source.checks
    desk.until(lambda: "Budget $2.50, 1,000 calls" in view.head.settings.accessibleName())


def test_prompt_is_tested_from_its_cases_to_the_sentence(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "Hello there."}, {"finish": "stop"}]})
    cases = [
        Case(
            new_uid(),
            f"case {number}",
            (("question", f"Where is A{number}?"), ("record", "none")),
            (Check("contains", value='"there"'), Check("equals", negated=number % 4 > 0, value='"Hello"')),
            tags=("odd" if number % 2 else "even",),
        )
        for number in range(12)
    ]
    window.store.packs.save_cases(window.prompt_uid, cases).result(60)
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.empty.heading.text() == "No columns yet")
    view.empty.buttons[0].click()
    desk.until(lambda: view.empty.heading.text() == "Nothing has run yet")
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.report is not None and not view.suites.is_running)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == 3)
    columns = len(view.suites.heads())
    desk.until(lambda: view.head.progress.full() == f"{12 * columns} of {12 * columns} done")
    desk.until(lambda: view.suites.heads()[0].rate_words.startswith("75 % ("))
    filters = view.filters.filters.values()
    desk.until(lambda: [made.text() for made in filters if not made.isHidden()] == ["All 12", "Failed 3"])
    desk.press(Qt.Key.Key_N)
    desk.until(lambda: view.grid.current() == (0, 1) if columns > 1 else view.grid.current() == (4, 0))
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: view.pane.shown is not None and len(view.pane.shown.detail.results) == 2)
    desk.press(Qt.Key.Key_V)
    desk.until(lambda: menu() is not None)
    desk.press(Qt.Key.Key_Return, on=menu())
    desk.until_rows([("pass",)], "SELECT state FROM overrules")
    desk.until(lambda: view.suites.figures.counts.rows.get("overruled") == 1)
    outputs = len(desk.rows("SELECT uid FROM outputs"))
    # Nothing is asked twice.
    view.suites.act("rescore")
    desk.until(lambda: len(desk.rows("SELECT uid FROM scorings")) == 2)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == 3)
    assert len(desk.rows("SELECT uid FROM outputs")) == outputs


def test_links_of_the_sentence_follow_the_theme(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    assert f"color:{desk.theme.color('accent').name()}" in view.card.text.text()
    change_mode(desk.theme, "dark")
    desk.until(lambda: f"color:{desk.theme.color('accent').name()}" in view.card.text.text())


def test_longer_label_of_the_main_button_has_its_room_at_once(source: StandInSuites, desk: Desk) -> None:
    head = opened(desk).head
    head.show_face(RunFace("Run", "Run", "start"))
    head.show_face(RunFace("Compare stored answers", "Compare", "start"))
    assert head.run.width() == head.run.sizeHint().width()


def test_verdict_that_is_too_long_leaves_out_its_difference(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    whole, brief = "better · +40 points", "better · +40"
    shown = [fitted_verdict(whole, metrics, metrics.horizontalAdvance(one)) for one in (whole, brief, "better", "b")]
    assert shown == [whole, brief, "better", "better"]


def test_titles_that_do_not_fit_are_told_apart(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    titles = [f"a-model-family-{number}-preview-2026-11-30-instruct" for number in range(8)]
    room = metrics.horizontalAdvance("a-model-family-0-pre…")
    shown = [fitted_title(title, titles, metrics, room) for title in titles]
    assert len(set(shown)) == 8
    assert all(one.startswith(f"…family-{number}") for number, one in enumerate(shown))
    assert all(metrics.horizontalAdvance(one) <= room for one in shown)
    # A title that is not confused with another keeps its beginning, and a title that fits is not shortened.
    assert fitted_title("a-model-family-0-preview-2026-11-30-code", titles, metrics, room).startswith("a-")
    assert fitted_title("m", [*titles, "m"], metrics, room) == "m"


def test_figures_of_a_head_fit_its_width(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    figures = (HeadFigure("0.8 s", "+0.1", "red"), HeadFigure("$0.04", "+$0.03", "red", "per 1,000"))
    whole, brief, least = "0.8 s +0.1 · $0.04 per 1,000 +$0.03", "0.8 s +0.1 · $0.04 +$0.03", "0.8 s · $0.04"
    for words in (whole, brief, least):
        parts = fitted_figures(figures, metrics, metrics.horizontalAdvance(words) + 2)
        assert "".join(text for text, _ in parts) == words
    assert fitted_figures(figures, metrics, 1) == [("0.8 s", "muted"), (" · $0.04", "muted")]
    assert (" +0.1", "red") in fitted_figures(figures, metrics, 10_000)


def test_line_about_judges_that_is_too_long_leaves_out_the_raw_rate_first(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    ways = "judged 83 %, corrected 75 % (55 to 88)", "corrected 75 % (55 to 88)", "corrected 75 %"
    assert [fitted_judged(ways[0], metrics, metrics.horizontalAdvance(one)) for one in ways] == list(ways)
    assert fitted_judged("judge unmeasured", metrics, 10_000) == "judge unmeasured"


def test_pane_says_how_old_an_answer_is(source: StandInSuites, desk: Desk) -> None:
    source.age_days = 12
    view = opened(desk)
    desk.until(lambda: view.pane.shown is not None)
    assert view.pane.about.text().endswith("tokens · $0.0002 · used again from test 7, 12 days ago")
    assert "the oldest from 12 days ago · 64 new" in view.head.progress.full()


def test_a_start_asks_before_it_uses_old_answers_again(source: StandInSuites, desk: Desk) -> None:
    source.old, source.age_days = 12, 45
    view = opened(desk)
    view.head.run.click()
    desk.until(view.confirm.isVisible)
    assert texts(view.confirm) == [
        "12 of the 80 answers that would be used again are older than 30 days, the oldest from 45 days ago.",
        "Use them again",
        "Ask 12 old again",
        "Cancel",
    ]
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: not view.confirm.isVisible())
    assert source.told == []
    view.head.run.click()
    desk.until(view.confirm.isVisible)
    button(view.confirm, "Ask 12 old again").click()
    desk.until(lambda: source.told == [("start", "tuning", False), ("renew", "tuning")])
    assert not view.confirm.isVisible()


def test_old_answers_are_used_again_on_wish(source: StandInSuites, desk: Desk) -> None:
    source.old, source.age_days = 12, 45
    view = opened(desk)
    # The key asks, too.
    desk.press(Qt.Key.Key_Return, CTRL | SHIFT)
    desk.until(view.confirm.isVisible)
    button(view.confirm, "Use them again").click()
    desk.until(lambda: source.told == [("start", "tuning", False)])


def test_a_retry_beside_old_answers_asks_too(source: StandInSuites, desk: Desk) -> None:
    source.old, source.age_days = 12, 45
    source.failed_calls.add((0, 0))
    view = opened(desk)
    desk.window.testing.act("retry")
    assert view.confirm.isVisible()
    assert source.told == []
    button(view.confirm, "Use them again").click()
    desk.until(lambda: source.told == [("resume", True)])


def texts(bar: ConfirmBar) -> list[str]:
    labels = [one.text() for one in bar.findChildren(QLabel) if one.isVisible()]
    return labels + [one.text() for one in bar.findChildren(QPushButton) if one.isVisible()]


def button(bar: ConfirmBar, text: str) -> QPushButton:
    return next(one for one in bar.findChildren(QPushButton) if one.text() == text)


def test_pane_shows_what_was_expected_and_found_as_word_diff(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    view.open_pane()
    desk.until(lambda: view.suites.model.row(0) is not None)
    at = next(row.position for row in map(view.suites.model.row, range(10)) if row and row.cells[0].status == "fail")
    click(view, at, 0)
    desk.until(lambda: view.pane.shown is not None and view.pane.shown.detail.key.case == at)

    def diffs() -> list[QLabel]:
        return [one for one in view.pane.checks.findChildren(QLabel) if "<s>" in one.text()]

    desk.until(lambda: len(diffs()) == 1)
    assert diffs()[0].accessibleName().startswith("Expected 77AB12CD90, found ")
    assert "77AB12CD90</span></s>" in diffs()[0].text()
    light = desk.theme.color("red").name()
    change_mode(desk.theme, "dark")
    desk.until(lambda: [light in one.text() for one in diffs()] == [False])


def test_pane_does_not_say_that_a_cell_without_an_answer_has_no_checks(source: StandInSuites, desk: Desk) -> None:
    source.answered = 0
    view = opened(desk)
    view.open_pane()
    desk.until(lambda: view.pane.checks.none.text() == "Nothing to check yet.")
    assert view.pane.about.text() == "Not asked yet."
