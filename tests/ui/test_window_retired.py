"""Retired models are reported at the start and at their lanes, with a way to choose another one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.fakes import played, seeded
from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from tests.ui.test_scaling import LARGEST, SMALL, SMALLEST, is_whole
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, LITELLM, Lane
from workbench.engine.catalogue import ModelCatalogue, ModelInfo
from workbench.host.dirs import places
from workbench.ui.features.lanes.header import LaneHeader
from workbench.ui.features.models.retiring_dialog import RetiringDialog
from workbench.ui.features.testing.comparison_dialog import SuccessorDialog
from workbench.ui.features.testing.view import TestView
from workbench.usecases.workbench import Workbench

TODAY = date(2026, 11, 28)
GONE = ModelInfo("gpt-gone", "openai", retires=date(2025, 9, 1))
SOON = ModelInfo("gpt-soon", "openai", retires=date(2027, 1, 5), successor="gpt-fine")
FINE = ModelInfo("gpt-fine", "openai", retires=date(2029, 1, 5))

Make = Callable[..., dict[str, str]]


@pytest.fixture(autouse=True)
def _catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a fixed model list and date."""
    monkeypatch.setattr(
        ModelCatalogue, "load", classmethod(lambda _cls, _path=None: ModelCatalogue.of((GONE, SOON, FINE)))
    )


@pytest.fixture
def make(desk: Desk) -> Make:
    """Make prompts before the window opens, from their names and the models of their lanes; the last one is open."""

    def make(archived: str = "", **prompts: list[str]) -> dict[str, str]:
        seeded.put(desk.db)
        uids = {}
        factory = played.factory({}, desk.directory)
        with closing(Workbench.open(desk.db, places(os.environ), os.environ, client_factory=factory)) as workbench:
            for name, models in prompts.items():
                lanes = [Lane(f"s{i}", ECHO if one == "echo" else LITELLM, one) for i, one in enumerate(models)]
                uid, made = workbench.prompts.create(name, Draft(Content((Message("user", "Hi"),)), lanes=tuple(lanes)))
                made.result(20)
                uids[name] = uid
            if archived:
                workbench.prompts.archive(uids[archived]).result(20)
        return uids

    return make


def headers(desk: Desk) -> list[LaneHeader]:
    found = desk.window.lanes.findChildren(LaneHeader)
    return sorted(found, key=lambda one: one.mapTo(desk.window.frame, one.rect().topLeft()).x())


def warnings(desk: Desk) -> list[str]:
    return [header.warning.text() if not header.warning.isHidden() else "" for header in headers(desk)]


def test_lane_warns_about_a_retired_model_and_opens_the_picker(desk: Desk, make: Make) -> None:
    make(Bot=["openai/gpt-gone", "gpt-soon", "gpt-fine", "echo"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: any(warnings(desk)))
    gone, soon, fine, echo = warnings(desk)
    assert gone.startswith("▲ retired 2025-09-01")
    assert soon.startswith("▲ retires on 2027-01-05")
    assert (fine, echo) == ("", "")
    button = headers(desk)[0].warning
    assert "LiteLLM" in button.toolTip()
    assert "Change model" in button.accessibleName()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.until(lambda: window.dialogs.picker)
    picker = window.dialogs.picker
    assert picker is not None
    desk.until(lambda: picker._model.offer.catalogue)
    desk.type("gpt-fine")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: warnings(desk)[0] == "")
    desk.until(lambda: (draft := desk.stored_draft()) is not None and draft.lanes[0].model == "gpt-fine")


def test_blind_lane_does_not_show_that_its_model_is_retired(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-gone", "echo"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: any(warnings(desk)))
    window.command("blind")
    desk.run()
    desk.until(lambda: window.is_blind)
    assert not any(warnings(desk))
    assert "gpt-gone" not in desk.notice()


def test_start_notice_shows_the_lane_and_stays_dismissed(desk: Desk, make: Make) -> None:
    uids = make(archived="Old", Old=["gpt-soon"], Bot=["echo", "openai/gpt-gone"], Other=["gpt-fine"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.notice.key == "retired")
    assert desk.notice() == "gpt-gone was retired on 2025-09-01. It is in the prompt “Bot”."
    button = next(b for b in window.notice.findChildren(QPushButton) if b.text() == "Show lane")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.until(lambda: window.prompt_uid == uids["Bot"])
    desk.until(lambda: window.lanes.focused_slot() == "s1")
    window.notice.dismissed.emit("retired")
    window.notice.clear("retired")
    desk.until(lambda: desk.rows("SELECT value FROM meta WHERE key = 'retired_dismissed'"))
    desk.close()
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.retired_models.has_looked)
    assert window.notice.key != "retired"


def test_dismissed_notice_returns_on_the_retirement_date(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-soon"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.notice.key == "retired")
    window.notice.dismissed.emit("retired")
    desk.until(lambda: desk.rows("SELECT value FROM meta WHERE key = 'retired_dismissed'"))
    desk.close()
    window = desk.open(today=lambda: date(2027, 1, 4))
    desk.until(lambda: window.retired_models.has_looked)
    assert window.notice.key != "retired"
    desk.close()
    window = desk.open(today=lambda: date(2027, 1, 5))
    desk.until(lambda: window.notice.key == "retired")
    assert desk.notice() == "gpt-soon was retired on 2027-01-05. It is in the prompt “Bot”."


@pytest.mark.parametrize("kept", ["[", "3", '["gpt-gone"]', "[[]]", '{"a": 1}'])
def test_malformed_dismissal_is_ignored(desk: Desk, make: Make, kept: str) -> None:
    make(Bot=["gpt-gone"])
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("INSERT INTO meta (key, value) VALUES ('retired_dismissed', ?)", (kept,))
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.notice.key == "retired")


def test_notice_names_several_models_and_lists_their_prompts(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-gone", "gpt-soon"], Other=["gpt-soon", "gpt-gone"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.notice.key == "retired")
    assert desk.notice() == "Retired models in use: gpt-gone. Retiring soon: gpt-soon."
    assert window.notice.detail.toPlainText().splitlines() == [
        "Other: gpt-gone, retired 2025-09-01",
        "Bot: gpt-gone, retired 2025-09-01",
        "Other: gpt-soon, retires on 2027-01-05",
        "Bot: gpt-soon, retires on 2027-01-05",
    ]


def test_no_notice_is_shown_without_a_retired_model(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-fine", "echo"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.retired_models.has_looked)
    assert window.notice.key != "retired"
    assert not any(warnings(desk))


def test_recovery_message_is_added_to_the_retirement_notice(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-gone"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.notice.key == "retired")
    window.say_recovered("Recovered 1 interrupted answer from the last session.")
    assert desk.notice().endswith("Recovered 1 interrupted answer from the last session.")
    assert desk.notice().startswith("gpt-gone was retired")
    assert any(b.text() == "Show lane" for b in window.notice.findChildren(QPushButton))


@pytest.mark.parametrize("scale", [SMALLEST, 1.0, LARGEST])
def test_warning_is_not_clipped_and_headers_stay_aligned(desk: Desk, make: Make, scale: float) -> None:
    make(Bot=["gpt-gone", "echo"])
    change_scale(desk.theme, scale)
    window = desk.open(size=SMALL, today=lambda: TODAY)
    desk.until(lambda: any(warnings(desk)))
    is_whole(window.frame, f"scale {scale}")
    desk.until(lambda: len({header.height() for header in headers(desk)}) == 1)


def test_button_beside_the_warning_tests_a_successor(desk: Desk, make: Make) -> None:
    make(Bot=["openai/gpt-gone", "echo"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: any(warnings(desk)))
    gone, echo = headers(desk)
    desk.until(gone.successor.isVisible)
    assert "Test a successor" in gone.successor.accessibleName()
    assert not echo.successor.isVisible()
    gone.successor.click()
    desk.until(lambda: window.testing.compare.dialog is not None)
    assert window.views.shown == "test"
    dialog = window.testing.compare.dialog
    assert isinstance(dialog, SuccessorDialog)
    desk.until(lambda: dialog.hint.text().endswith("was retired on 2025-09-01: it has no answers in a test."))
    dialog.model.click()
    desk.until(lambda: window.dialogs.picker)


def test_list_of_retiring_models_tests_the_successor_in_the_chosen_prompt(desk: Desk, make: Make) -> None:
    uids = make(Bot=["gpt-gone", "echo"], Other=["gpt-soon"], Third=["gpt-soon", "gpt-fine"])
    window = desk.open(today=lambda: TODAY)
    desk.until(lambda: window.prompt_uid == uids["Third"])
    window.command("retiring_models")
    desk.until(lambda: (found := _retiring()) is not None and found.list.count() == 2)
    dialog = _retiring()
    assert dialog is not None
    assert dialog.about.text() == "Models that you use: 1 retired, 1 retiring soon."
    assert dialog.current is not None
    assert (dialog.current.model, dialog.current.successor) == ("gpt-gone", "")
    assert dialog.test.text() == "Test a successor…"
    dialog.list.setCurrentRow(1)
    assert dialog.places.toPlainText().splitlines() == ["1 lane of “Third”", "1 lane of “Other”"]
    assert dialog.successor.text().startswith("Successor: gpt-fine.")
    assert [dialog.prompts.itemText(at) for at in range(dialog.prompts.count())] == ["Third", "Other"]
    dialog.prompts.setCurrentIndex(1)
    dialog.test.click()
    desk.until(lambda: window.prompt_uid == uids["Other"])
    compare = window.testing.compare
    desk.until(lambda: isinstance(compare.dialog, SuccessorDialog))
    successor = compare.dialog
    assert isinstance(successor, SuccessorDialog)
    assert successor.windowTitle() == "A successor of gpt-soon"
    assert successor.model.text() == "gpt-fine"
    assert successor.new is not None
    assert (successor.new.endpoint, successor.new.model) == (LITELLM, "gpt-fine")
    desk.until(lambda: successor.hint.text() == "gpt-soon answers until 2027-01-05: both models are asked.")
    assert _retiring() is None


def test_list_of_retiring_models_says_that_there_are_none(desk: Desk, make: Make) -> None:
    make(Bot=["gpt-fine", "echo"])
    window = desk.open(today=lambda: TODAY)
    window.command("retiring_models")
    none = "No model that you use is retired or retires within 90 days."
    desk.until(lambda: (found := _retiring()) is not None and found.about.text() == none)
    dialog = _retiring()
    assert dialog is not None
    assert not dialog.list.isVisible()
    assert not dialog.test.isVisible()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: _retiring() is None)


def _retiring() -> RetiringDialog | None:
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, RetiringDialog) and one.isVisible()]
    return shown[0] if shown else None


def test_column_with_a_retired_model_is_not_asked_and_offers_a_successor(desk: Desk, make: Make) -> None:
    uid = make(Bot=["openai/gpt-gone", "echo"])["Bot"]
    window = desk.open(today=lambda: TODAY)
    window.store.packs.save_cases(uid, (Case("one", "One"),)).result(60)
    desk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.empty.heading.text() == "No columns yet")
    view.empty.buttons[0].click()
    desk.until(lambda: view.empty.heading.text() == "Nothing has run yet")
    sentence = (
        "Column 1 (gpt-gone) was retired on 2025-09-01, according to LiteLLM's list of models. "
        "Test a successor, or remove the column."
    )
    assert view.empty.text.text() == sentence
    assert not view.head.run.isEnabled()
    assert "Test a successor…" in [one.text() for one in view.head.others if one.isVisible()]
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: desk.notice() == sentence)
    next(one for one in window.notice.findChildren(QPushButton) if one.text() == "Test a successor…").click()
    compare = window.testing.compare
    desk.until(lambda: isinstance(compare.dialog, SuccessorDialog))
    assert compare.dialog is not None
    compare.dialog.reject()
    view.empty.buttons[0].click()
    desk.until(lambda: isinstance(compare.dialog, SuccessorDialog))
    assert compare.dialog is not None
    compare.dialog.reject()
    assert desk.rows("SELECT 1 FROM runs WHERE kind = 'test'") == []
    # The other column can be asked.
    gone = view.suites.columns()[0].lane.slot
    window.testing.columns._remove(gone)
    desk.until(lambda: view.head.run.isEnabled())
    view.head.run.click()
    desk.until_rows([("finished",)], "SELECT state FROM run_cells")
