"""The cases of the draft in the real window: value sets of earlier releases, other processes, too many for a run."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.store.making import opened
from tests.ui.desk import ECHO, Desk
from workbench.core.cases import Case, Check
from workbench.core.drafts import ValueSet
from workbench.store import StoreError

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
ADA = ValueSet("a", "Ada", (("question", "Who?"), ("record", "r")), ticked=True)
BO = ValueSet("b", "Bo", (("question", "What?"), ("record", "s")))


def names(desk: Desk) -> list[str]:
    return [one.name for one in desk.window.value_sets.sets]


def cases(desk: Desk) -> dict[str, dict[str, str]]:
    return {case.uid: dict(case.values) for case in desk.window.store.packs.cases(desk.window.prompt_uid)}


def fill(desk: Desk, *sets: ValueSet) -> None:
    """Choose cases for Compose, and wait until they are stored."""
    for one in sets:
        desk.window.value_sets.use(one)
    desk.until(lambda: {one.uid for one in sets} <= cases(desk).keys())
    desk.rest()


def leave_as_before(desk: Desk, uid: str) -> str:
    """Store the draft of a prompt with two value sets, as earlier releases did; return it."""
    with sqlite3.connect(desk.db) as connection:
        (key, body) = connection.execute(
            "SELECT prompt_id, body FROM drafts JOIN prompts ON prompts.id = prompt_id WHERE uid = ?", (uid,)
        ).fetchone()
        data = {
            **json.loads(body),
            "values": dict(ADA.values),
            "sets": [ADA.to_json(), BO.to_json()],
            "active": ADA.uid,
        }
        stored = json.dumps(data)
        connection.execute("UPDATE drafts SET body = ? WHERE prompt_id = ?", (stored, key))
    connection.close()
    return stored


def test_value_sets_of_an_earlier_release_become_cases_at_the_start(desk: Desk) -> None:
    uid = desk.open(ECHO).prompt_uid
    desk.close()
    before = leave_as_before(desk, uid)
    window = desk.open(ECHO)
    desk.until(lambda: "2 value sets are cases of this prompt now." in desk.notice())
    assert names(desk) == ["Ada", "Bo"]
    assert cases(desk) == {"a": dict(ADA.values), "b": dict(BO.values)}
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: cases(desk) == {})
    desk.until_rows(
        [(before,)], "SELECT body FROM drafts JOIN prompts ON prompts.id = prompt_id WHERE prompts.uid = ?", uid
    )
    assert names(desk) == ["Ada", "Bo"], "nothing is lost"
    desk.until(lambda: "only in the draft again" in desk.notice())
    window.values.focus("question")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Where?")
    desk.until(lambda: cases(desk) == {"a": {"question": "Where?", "record": "r"}, "b": dict(BO.values)})


def test_value_sets_of_another_prompt_become_cases_when_it_is_opened(desk: Desk) -> None:
    window = desk.open(ECHO)
    first = window.prompt_uid
    other = next(
        uid for row in range(window.prompts.model.rowCount()) if (uid := window.prompts.model.row(row).uid) != first
    )
    leave_as_before(desk, other)
    window.choose_prompt(other)
    desk.until(lambda: desk.notice() == "2 value sets are cases of this prompt now.")
    assert cases(desk).keys() == {"a", "b"}
    window.editor.focus_first()
    desk.type("x")
    desk.until(lambda: desk.notice() == "")
    assert cases(desk).keys() == {"a", "b"}


def test_removed_case_is_kept_and_stays_away_after_a_restart(desk: Desk) -> None:
    window = desk.open(ECHO)
    fill(desk, ADA, BO)
    window.actions["remove_set"].trigger()
    assert desk.notice() == "“Bo” was removed from Compose; it is still a case."
    desk.until(lambda: (draft := desk.stored_draft()) is not None and [one.name for one in draft.sets] == names(desk))
    assert "b" in cases(desk)
    desk.close()
    desk.open(ECHO)
    assert names(desk) == ["Case 1", "Ada"]
    assert "b" in cases(desk)


def test_edits_of_another_window_are_shown_except_where_somebody_types(desk: Desk) -> None:
    window = desk.open(ECHO)
    fill(desk, ADA)
    other = opened(desk.db)
    window.values.focus("question")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Mine")
    desk.until(lambda: cases(desk)["a"]["question"] == "Mine")
    theirs = Case("a", "Ada B.", (("question", "Theirs"), ("record", "theirs")), (Check("is-json"),))
    other.packs.change_case(window.prompt_uid, theirs).result()
    window.refresh()
    desk.until(lambda: names(desk)[1] == "Ada B.")
    assert window.values.all_values() == {"question": "Mine", "record": "theirs"}
    desk.type("!")
    desk.until(lambda: cases(desk)["a"] == {"question": "Mine!", "record": "theirs"})
    (stored,) = [case for case in window.store.packs.cases(window.prompt_uid) if case.uid == "a"]
    assert (stored.name, stored.checks) == ("Ada B.", theirs.checks)
    window.editor.focus_first()
    other.packs.change_case(window.prompt_uid, theirs).result()
    window.refresh()
    desk.until(lambda: window.values.all_values()["question"] == "Theirs")
    other.packs.take_case(window.prompt_uid, "a").result()
    window.refresh()
    desk.until(lambda: names(desk) == ["Case 1"])
    other.close()


def test_more_than_twenty_ticked_cases_are_offered_as_a_test(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.value_sets.add_rows([(f"Row {n}", (("question", str(n)), ("record", "r"))) for n in range(21)])
    assert window.run_bar.buttons[0].accessibleName().endswith("× 21 cases")
    for key in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        desk.press(Qt.Key.Key_Return, key)
        desk.until(lambda: desk.notice() == "21 cases are ticked; an iteration runs at most 20. Run them as a test?")
        window.notice.clear("offer")
    assert desk.rows("SELECT 1 FROM runs") == []
    desk.ctrl(Qt.Key.Key_Return)
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: window.views.shown == "test")
    window.views.show("compose")
    window.value_sets.tick(window.value_sets.active, ticked=False)
    desk.run()
    assert len(desk.rows("SELECT 1 FROM run_values")) == 20


def test_case_without_a_name_is_shown_by_its_values(desk: Desk) -> None:
    window = desk.open(ECHO)
    nameless = replace(ADA, name="")
    window.store.packs.append_cases(window.prompt_uid, [Case("a", "", ADA.values)]).result()
    window.value_sets.use(nameless)
    chip = window.set_bar.chip("a")
    assert chip is not None
    desk.until(lambda: chip.name.text() == "Who?, r")
    window.values.focus("question")
    desk.type("!")
    desk.until(lambda: "!" in cases(desk)["a"]["question"])
    (stored,) = [case for case in window.store.packs.cases(window.prompt_uid) if case.uid == "a"]
    assert stored.name == ""


def test_full_disk_keeps_the_draft_and_its_cases_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.store.runs import prompts

    window = desk.open(ECHO)
    fill(desk, ADA)
    is_full, save = [True], prompts.touch

    def touch(*arguments: object) -> None:
        if is_full:
            raise StoreError("The disk is full. Free some space, then retry.", "", "full")
        save(*arguments)  # type: ignore[arg-type] # as given

    monkeypatch.setattr(prompts, "touch", touch)
    window.values.focus("question")
    desk.ctrl(Qt.Key.Key_A)
    desk.type("Typed while full")
    desk.until(lambda: "The disk is full" in desk.notice())
    assert cases(desk)["a"] == dict(ADA.values)
    is_full.clear()
    desk.until(lambda: cases(desk)["a"]["question"] == "Typed while full")
    draft = desk.stored_draft()
    assert draft is not None
    assert dict(draft.values)["question"] == "Typed while full"


def test_copy_of_a_prompt_has_its_own_cases(desk: Desk) -> None:
    window = desk.open(ECHO)
    fill(desk, ADA)
    first = window.prompt_uid
    window.duplicate_prompt(first)
    desk.until(lambda: window.prompt_uid != first)
    assert names(desk) == ["Case 1", "Ada"]
    window.values.focus("question")
    desk.type("!")
    desk.until(lambda: any("!" in case["question"] for case in cases(desk).values()))
    assert {case.uid: dict(case.values) for case in window.store.packs.cases(first)}["a"] == dict(ADA.values)
    assert QApplication.focusWidget() is not None


def test_restored_iteration_changes_only_cases_that_are_in_compose_and_undo_restores_them(desk: Desk) -> None:
    window = desk.open(ECHO)
    fill(desk, ADA, BO)
    window.value_sets.tick("b", ticked=True)
    desk.run()
    run = window.shown_run()
    for uid in ("a", "b"):
        window.value_sets.show(uid)
        window.values.focus("question")
        desk.ctrl(Qt.Key.Key_A)
        desk.type("New?")
    window.set_actions.remove("b")
    desk.until(lambda: [one["question"] for uid, one in cases(desk).items() if uid in "ab"] == ["New?", "New?"])
    window.view_row(run)
    desk.until(lambda: window.viewing is not None)
    window.actions["restore"].trigger()
    desk.until(lambda: cases(desk)["a"] == dict(ADA.values))
    desk.until(lambda: dict(window.value_sets.sets[-1].values) == {"question": "New?", "record": "s"})
    assert [(one.uid, one.ticked) for one in window.value_sets.sets[-2:]] == [("a", True), ("b", True)]
    assert cases(desk)["b"] == {"question": "New?", "record": "s"}, "it is not overwritten unseen"
    window.notice.action_clicked.emit("offer")
    desk.until(lambda: cases(desk)["a"]["question"] == "New?")
    assert "b" not in [one.uid for one in window.value_sets.sets]
    assert cases(desk)["b"]["question"] == "New?"
