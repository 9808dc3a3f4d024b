"""The order bot tested from Compose in the real window: twenty cases on three models of a server with known quality.

The engine and the checker are the real ones, over real HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from tests.fakes.order_bot import BOT, CASES, QUALITY, answer, is_good, order_cases
from tests.fakes.provider import FakeProvider
from tests.ui.desk import Desk
from workbench.app.compose.timeline_model import SHARE
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.money import Rates
from workbench.core.run_limits import Limits
from workbench.host.clock import utc_now
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
UID = "e-acme"
MODELS = ("acme-mini", "acme-large", "acme-old")
GOOD = {model: sum(is_good(model, number) for number in range(CASES)) for model in MODELS}


@pytest.fixture
def server() -> Iterator[FakeProvider]:
    with FakeProvider() as fake:
        fake.answer = answer
        yield fake


def prepared(desk: Desk, server: FakeProvider, models: tuple[str, ...] = MODELS, *, cases: bool = True) -> None:
    """Open Compose with the order bot, a lane for each of these models, and its cases."""
    window = desk.open(None)
    window.store.save_endpoint(Endpoint(UID, "openai", "Acme", server.base_url), utc_now()).result(20)
    window.session.endpoints_changed()
    for model in MODELS:
        window.workbench.pricing.set_price(UID, model, Rates(1e-6, 4e-6, None, "mine"))
    if cases:
        window.store.packs.save_cases(window.prompt_uid, order_cases()).result(20)
    show(desk, models)


def show(desk: Desk, models: tuple[str, ...], content: Content = BOT) -> None:
    lanes = tuple(Lane(f"lane-{model}", UID, model) for model in models)
    window = desk.window
    window.session.put_back(Draft(content, (("question", "Where is order 77AB12CD90?"),), lanes, None))
    window.editor.focus_first()


def run_all(desk: Desk) -> TestView:
    """Press Ctrl+Shift+Enter in Compose, and return the view that opens."""
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: desk.window.views.shown == "test")
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    return view


def ended(desk: Desk, view: TestView, passed: int, columns: int = 1) -> None:
    """Wait until all columns are scored and the view shows how many cases pass in all of them together."""
    scored = "SELECT count(*) FROM cell_scores WHERE scoring_id = (SELECT max(id) FROM scorings)"
    desk.until(lambda: desk.rows(scored) == [(CASES * columns,)])
    desk.until(lambda: not view.suites.is_running and view.suites.figures.report is not None)
    desk.until(lambda: sum(one.summary.passed for one in view.suites.figures.report.columns) == passed)  # type: ignore[union-attr]


def passes(columns: int) -> int:
    return sum(GOOD[model] for model in MODELS[:columns])


def test_lanes_of_compose_become_columns_and_the_sentence_is_true(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server)
    view = run_all(desk)
    desk.until(lambda: desk.notice() == "3 lanes of Compose are now the columns.")
    desk.window.shown_notice.end_brief()
    assert "now the columns" not in desk.notice(), "it leaves by itself"
    ended(desk, view, passes(3), 3)
    # Quality is known: 11, 19 and 12 of 20 cases are answered well.
    assert [QUALITY[model] * CASES for model in MODELS] == pytest.approx([GOOD[model] for model in MODELS])
    assert desk.rows(
        "SELECT lanes.model, sum(state = 'pass'), sum(state = 'fail') FROM cell_scores"
        " JOIN scorings ON scorings.id = scoring_id JOIN lanes ON lanes.run_id = scorings.run_id AND position = lane"
        " GROUP BY lane ORDER BY lane"
    ) == [(model, GOOD[model], CASES - GOOD[model]) for model in MODELS]
    assert desk.rows("SELECT kind, number FROM runs") == [("test", 1)]
    assert desk.rows("SELECT count(*), count(DISTINCT output_id) FROM run_cells") == [(CASES * 3, CASES * 3)]
    chats = [one for one in server.requests if one.path.endswith("/chat/completions")]
    assert len(chats) == CASES * 3, "no call is made twice"
    # The large model fixes cases of the small one, and the sentence says how many and that this is no chance.
    fixed = sum(is_good("acme-large", at) and not is_good("acme-mini", at) for at in range(CASES))
    broke = sum(is_good("acme-mini", at) and not is_good("acme-large", at) for at in range(CASES))
    words = view.card.words()
    assert "acme-large is better than the baseline" in words
    assert f"fixed {fixed} " in words
    assert f"broke {broke} of {CASES}" in words
    heads = view.suites.heads()
    assert heads[1].verdict.startswith("better")
    assert heads[2].verdict.startswith("no difference shown"), "12 instead of 11 of 20 is not shown to be a difference"
    # The timeline tells the share of the text, by the baseline's model.
    desk.press(Qt.Key.Key_1, ALT)
    timeline = desk.window.timeline
    desk.until(lambda: timeline.rowCount() == 3)
    desk.until(lambda: timeline.index(0).data(SHARE) is not None)
    assert timeline.index(1).data(SHARE) is None, "a sample that was not tested"
    assert timeline.index(0).data(SHARE).text == f"{GOOD['acme-mini']}/{CASES}"
    assert f"{GOOD['acme-mini']} of 20 tuning cases pass on acme-mini (test 1, " in timeline.index(0).data(
        Qt.ItemDataRole.AccessibleTextRole
    )


def test_without_cases_the_next_step_is_offered(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, cases=False)
    view = run_all(desk)
    desk.until(lambda: desk.notice() == "There are no cases to run yet.")
    assert view.empty.heading.text() == "No cases yet"
    assert desk.rows("SELECT count(*) FROM runs") == [(0,)]
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.window.dialogs.cases is not None)
    cases = desk.window.dialogs.cases
    assert cases is not None
    cases.close()


def test_start_asks_first_if_it_exceeds_a_limit(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS[:1])
    desk.window.budget_confirmation.set_limits(Limits(calls=5))
    view = run_all(desk)
    desk.until(lambda: view.confirm.isVisible())
    assert desk.rows("SELECT count(*) FROM runs") == [(0,)]
    assert [lane.model for lane in desk.window.store.tests.settings(desk.window.prompt_uid).columns] == ["acme-mini"]
    view.escape()


def test_lanes_that_are_no_columns_are_offered_not_added(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS[:1])
    view = run_all(desk)
    ended(desk, view, passes(1))
    desk.press(Qt.Key.Key_1, ALT)
    show(desk, MODELS)
    desk.until(lambda: len(desk.window.lane_list.lanes) == 3)
    run_all(desk)
    desk.until(lambda: desk.notice().startswith("2 lanes of Compose are not columns."))
    settings = desk.window.store.tests.settings
    assert [lane.model for lane in settings(desk.window.prompt_uid).columns] == ["acme-mini"]
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: len(settings(desk.window.prompt_uid).columns) == 3)
    desk.until(lambda: view.suites.estimate.new == 2 * CASES)
    run_all(desk)
    ended(desk, view, passes(3), 3)
    assert len([one for one in server.requests if one.path.endswith("/chat/completions")]) == 3 * CASES
    assert replace(settings(desk.window.prompt_uid).columns[1], slot="") == Lane("", UID, "acme-large")


def test_text_that_was_just_typed_is_the_one_that_is_tested(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS[:1])
    view = run_all(desk)
    ended(desk, view, passes(1))
    desk.press(Qt.Key.Key_1, ALT)
    desk.window.editor.focus_first()
    desk.type("Hi")
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: view.suites.estimate.new == CASES)
    assert view.head.run.text().startswith("Run 20 new")
    desk.press(Qt.Key.Key_1, ALT)
    desk.window.editor.focus_first()
    desk.type("Oh")
    run_all(desk)
    desk.until(lambda: view.suites.run is not None and view.suites.run.number == 2)
    ended(desk, view, passes(1))
    asked = {request.body["messages"][0]["content"] for request in server.requests[-CASES:]}
    assert [("Hi" in text, "Oh" in text) for text in asked] == [(True, True)]


def follow(view: TestView, step: str) -> None:
    """Click the link of the sentence."""
    view.card.text.linkActivated.emit(step)


def test_changed_text_is_compared_with_the_tested_one_by_one_link(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS[:2])
    view = run_all(desk)
    ended(desk, view, passes(2), 2)
    assert "About test 1, on 20 cases; there is no hold-out yet." in view.card.words()
    assert "text has changed" not in view.card.words()
    before = view.card.words().partition(": ")[0]
    desk.press(Qt.Key.Key_1, ALT)
    desk.window.editor.focus_first()
    desk.type("Hi")
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: view.card.words().startswith(f"About test 1; the text has changed since. {before}"))
    assert [head.title for head in view.suites.heads()] == [
        *(f"test 1 · {model}" for model in MODELS[:2]),
        *(f"draft · {model}" for model in MODELS[:2]),
    ]
    desk.until(lambda: "Compare the new text with test 1, 40 calls, about $" in view.card.words())
    follow(view, "next")
    desk.until(lambda: view.suites.run is not None and view.suites.run.number == 2)
    ended(desk, view, 2 * passes(2), 4)
    columns = [(one.version_name, one.lane.model) for one in view.suites.columns()]
    assert columns == [("test 1", MODELS[0]), ("test 1", MODELS[1]), ("test 2", MODELS[0]), ("test 2", MODELS[1])]
    assert view.suites.baseline == 0
    chats = [one for one in server.requests if one.path.endswith("/chat/completions")]
    assert len(chats) == 4 * CASES, "answers of the tested text are used again"
    assert view.card.words().startswith("test 1 · acme-large is better than the baseline test 1 · acme-mini: ")
    assert "text has changed" not in view.card.words()


def test_a_version_is_added_with_all_models_at_once(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS)
    view = run_all(desk)
    ended(desk, view, passes(3), 3)
    desk.press(Qt.Key.Key_1, ALT)
    show(desk, MODELS, replace(BOT, messages=(replace(BOT.messages[0], text="Be brief."), BOT.messages[1])))
    desk.until(lambda: desk.window.draft().content.messages[0].text == "Be brief.")
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: [head.title for head in view.suites.heads()][3:] == [f"draft · {model}" for model in MODELS])
    view.head.column.click()
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    titles = [action.text() for action in found.actions()]
    assert "The current text with the models of the columns" not in " ".join(titles), "it is there already"
    (adding,) = (action for action in found.actions() if action.text() == "test 1 with the models of the columns (3)")
    adding.trigger()
    found.close()
    uid = desk.window.prompt_uid
    stored = desk.window.store.tests.settings
    desk.until(lambda: len(stored(uid).columns) == 6)
    tested = view.suites.columns()[0].version
    assert [(one.pinned, one.model) for one in stored(uid).columns] == [
        *((None, model) for model in MODELS),
        *((tested, model) for model in MODELS),
    ]
    desk.until(lambda: view.suites.estimate.new == 3 * CASES)


def test_stored_answers_of_two_versions_are_compared_without_a_call(desk: Desk, server: FakeProvider) -> None:
    prepared(desk, server, MODELS[1:2])
    window = desk.window
    view = run_all(desk)
    ended(desk, view, GOOD["acme-large"])
    desk.press(Qt.Key.Key_1, ALT)
    show(desk, MODELS[1:2], replace(BOT, messages=(replace(BOT.messages[0], text="Be brief."), BOT.messages[1])))
    desk.until(lambda: window.draft().content.messages[0].text == "Be brief.")
    run_all(desk)
    desk.until(lambda: view.suites.run is not None and view.suites.run.number == 2)
    ended(desk, view, GOOD["acme-large"])
    query = "SELECT versions.number FROM lanes JOIN versions ON versions.id = version_id WHERE run_id IN (1, 2)"
    versions = [version for (version,) in desk.rows(query)]
    both = tuple(Lane(f"v{place}", UID, "acme-large", pinned=version) for place, version in enumerate(versions))
    view.suites.change_settings(lambda settings: replace(settings, columns=both, baseline="v0"))
    desk.until(lambda: view.head.run.accessibleName() == "Compare stored answers")
    assert view.head.run.isEnabled()
    assert [head.verdict for head in view.suites.heads()][1:] == ["answers are stored"]
    asked = len(server.requests)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.run is not None and view.suites.run.number == 3)
    ended(desk, view, 2 * GOOD["acme-large"], 2)
    assert view.card.words().startswith("No difference shown between test 2 · acme-large and the baseline test 1 ·")
    assert view.head.run.text() == "Run all afresh"
    assert len(server.requests) == asked
