"""Lanes that keep an earlier answer beside a run: judged with it, hidden with it, and restored with it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import ECHO, Desk
from tests.ui.editor_support import content
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane
from workbench.core.timeline import describe

pytestmark = pytest.mark.window
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
VERDICTS = "SELECT kind, blind, value_set, run_id FROM verdicts ORDER BY id"
JUDGED = (
    "SELECT run, output_run, asked_model, place FROM verdict_list"
    " WHERE counts AND kind <> 'none' ORDER BY run, output_run, shown"
)


def lanes(desk: Desk, count: int = 3, samples: int = 1) -> None:
    made = tuple(Lane(f"s{i}", ECHO_ENDPOINT, f"model-{i}", samples=samples) for i in range(count))
    desk.window.lane_list.replace_all(made)


def write(desk: Desk, text: str, sets: tuple[ValueSet, ...] = (), **values: str) -> None:
    """Make the draft one message, which each lane echoes, and put the caret into it."""
    compose = desk.window.session
    now = compose.draft()
    active = sets[0].uid if sets else ""
    given = sets[0].values if sets else tuple(values.items())
    compose.put_back(Draft(content(("user", text)), given, now.lanes, now.based_on, sets, active))
    desk.window.editor.focus_first()


def with_baseline(desk: Desk) -> None:
    """Run twice; the second of three lanes keeps its answer of iteration 1 beside iteration 2."""
    window = desk.open(ECHO)
    lanes(desk)
    write(desk, "First text.")
    desk.run()
    window.focus_lane(1)
    window.actions["baseline"].trigger()
    write(desk, "Second text.")
    desk.run()


def status(desk: Desk, slot: str) -> LaneStatus:
    column = desk.window.lanes.column(slot)
    assert column is not None
    return column.status


def standings(desk: Desk) -> dict[str, str]:
    return {slot: status(desk, slot).standing for slot in desk.window.slots()}


def stored(desk: Desk, count: int) -> None:
    desk.until(lambda: len(desk.rows("SELECT 1 FROM verdicts")) == count)


def test_baseline_can_win_and_is_marked_winner_everywhere(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    desk.ctrl(Qt.Key.Key_2)
    stored(desk, 1)
    desk.until_rows([("winner", 0, 0, 2)], VERDICTS)
    desk.until_rows([(2, 1, "model-1", 1), (2, 2, "model-0", 2), (2, 2, "model-2", 2)], JUDGED)
    desk.until_rows([(f"model-{i}",) for i in range(3)], "SELECT asked_model FROM verdict_list ORDER BY shown")
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}
    desk.until(lambda: desk.timeline()[0].verdict == "lost")
    assert "lost to #1 model-1" in describe(desk.timeline()[0])
    assert (desk.timeline()[1].verdict, desk.timeline()[1].winner) == ("none", "")
    desk.close()
    window = desk.open(ECHO)
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}
    assert (status(desk, "s1").kept, desk.text(1)) == ("#1", "First text.")
    window.view_row(desk.timeline()[0].uid)
    desk.until(lambda: window.viewing is not None)
    assert window.slots() == ["s0", "s1", "s2"], "the order on the screen is kept"
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}
    assert desk.text(1) == "First text."
    window.view_row(desk.timeline()[1].uid)
    desk.until(lambda: window.shown_number() == 1)
    assert set(standings(desk).values()) == {""}
    window.back()
    desk.press(Qt.Key.Key_2, CTRL)
    stored(desk, 2)
    desk.until(lambda: desk.rows(VERDICTS)[-1][0] == "none")
    assert set(standings(desk).values()) == {""}
    desk.until(lambda: desk.timeline()[0].verdict == "none")


def test_ties_and_all_bad_include_the_baseline(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    window.actions["tie"].trigger()
    stored(desk, 1)
    desk.until(lambda: [place for *_, place in desk.rows(JUDGED)] == [1, 1, 1])
    assert set(standings(desk).values()) == {"tie"}
    window.actions["all_bad"].trigger()
    stored(desk, 2)
    desk.until(lambda: [place for *_, place in desk.rows(JUDGED)] == [None, None, None])
    assert set(standings(desk).values()) == {"bad"}
    desk.close()
    window = desk.open(ECHO)
    assert set(standings(desk).values()) == {"bad"}
    window.view_row(desk.timeline()[0].uid)
    desk.until(lambda: window.viewing is not None)
    assert set(standings(desk).values()) == {"bad"}
    desk.ctrl(Qt.Key.Key_2)
    stored(desk, 3)
    window.back()
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}


def test_answer_to_other_values_cannot_win(desk: Desk) -> None:
    window = desk.open(ECHO)
    lanes(desk, 2)
    write(desk, "Hello {{who}}", who="Ada")
    desk.run()
    window.focus_lane(1)
    window.actions["baseline"].trigger()
    write(desk, "Hello {{who}}", who="Bo")
    desk.run()
    assert status(desk, "s1").other_values
    desk.ctrl(Qt.Key.Key_2)
    assert "#1, which used other values" in desk.notice()
    column = window.lanes.column("s1")
    assert column is not None
    assert not column.footer.winner.isEnabled()
    assert "to other values" in column.footer.winner.toolTip()
    assert column.header.params.shown() == "baseline · from #1, other values"
    window.actions["all_bad"].trigger()
    stored(desk, 1)
    desk.until_rows([(2, 2, "model-0", None)], JUDGED)
    assert standings(desk) == {"s0": "bad", "s1": ""}
    write(desk, "Hello again, {{who}}", who="Ada")
    desk.run()
    desk.ctrl(Qt.Key.Key_2)
    stored(desk, 2)
    desk.until(lambda: desk.rows(JUDGED)[1:] == [(3, 1, "model-1", 1), (3, 3, "model-0", 2)])


def two_sets(desk: Desk, *ticked: str) -> None:
    names = ("Ada", "Bo")
    sets = tuple(ValueSet(f"set-{who}", who, (("who", who),), ticked=who in ticked) for who in names)
    write(desk, "Hello {{who}}", sets)


def test_each_value_set_is_judged_with_its_own_baseline_answer(desk: Desk) -> None:
    window = desk.open(ECHO)
    lanes(desk, 2)
    two_sets(desk, "Ada", "Bo")
    desk.run()
    window.focus_lane(1)
    window.actions["baseline"].trigger()
    # In between, a run of one set, which must not remove the baseline's answer to the other set.
    two_sets(desk, "Bo")
    desk.run()
    two_sets(desk, "Ada", "Bo")
    desk.run()
    assert desk.text(1).startswith("Hello Ada")
    window.actions["next_set"].trigger()
    assert desk.text(1).startswith("Hello Bo")
    assert not status(desk, "s1").other_values
    desk.ctrl(Qt.Key.Key_2)
    stored(desk, 1)
    window.actions["previous_set"].trigger()
    desk.ctrl(Qt.Key.Key_1)
    stored(desk, 2)
    desk.until_rows([("winner", 1), ("winner", 0)], "SELECT kind, value_set FROM verdicts ORDER BY id")
    desk.until(lambda: (row := desk.timeline()[0]).verdict == "winner" and "lost to #1 model-1 1" in row.winner)
    desk.close()
    window = desk.open(ECHO)
    assert standings(desk) == {"s0": "winner", "s1": ""}
    assert desk.text(1).startswith("Hello Ada")
    window.actions["next_set"].trigger()
    assert standings(desk) == {"s0": "", "s1": "winner"}
    assert desk.text(1).startswith("Hello Bo")


def test_baseline_is_indistinguishable_in_a_blind_run(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    # A second attempt must not give the kept answer away.
    window.retry(["s1"])
    desk.settle()
    window.focus_lane(0)
    desk.press(Qt.Key.Key_B, CTRL)
    write(desk, "Third text.")
    desk.run()
    shown = window.slots()
    assert sorted(shown) == ["s0", "s1", "s2"]
    assert len({repr(status(desk, slot)) for slot in shown}) == 1, "the lanes are indistinguishable"
    desk.close()
    window = desk.open(ECHO)
    assert window.slots() == shown, "the order is the same when the run is shown again"
    window.view_row(desk.timeline()[0].uid)
    desk.until(lambda: window.viewing is not None)
    assert window.slots() == shown
    assert desk.text(shown.index("s1")) == "First text."
    window.mark(shown.index("s1") + 1)
    stored(desk, 1)
    desk.until_rows([("winner", 1, 0, 3)], VERDICTS)
    order = "SELECT lanes.slot FROM verdict_outputs JOIN outputs ON outputs.id = output_id JOIN lanes ON" + (
        " lanes.run_id = outputs.run_id AND lanes.position = outputs.lane ORDER BY shown"
    )
    desk.until(lambda: [slot for (slot,) in desk.rows(order)] == shown)
    assert f"Answer {shown.index('s1') + 1} was model-1 (#1)" in desk.notice()
    window.back()
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}


def test_hidden_lane_is_excluded_from_a_blind_run(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    window.hide_lane("s1")
    window.focus_lane(0)
    desk.press(Qt.Key.Key_B, CTRL)
    desk.run()
    assert sorted(window.slots()) == ["s0", "s2"]
    assert not window.actions["show_lanes"].isEnabled()
    window.actions["reveal"].trigger()
    window.actions["show_lanes"].trigger()
    assert desk.text(1) == "First text."


def test_sample_counts_are_hidden_while_blind(desk: Desk) -> None:
    window = desk.open(ECHO)
    lanes(desk, 2)
    window.lane_list.set_samples("s0", 3)
    window.focus_lane(0)
    desk.press(Qt.Key.Key_B, CTRL)
    desk.run()
    assert {status(desk, slot).samples for slot in window.slots()} == {0}
    window.actions["reveal"].trigger()
    assert [status(desk, slot).samples for slot in ("s0", "s1")] == [3, 0]


def test_lanes_outside_a_partial_run_keep_their_answers_after_a_restart(desk: Desk) -> None:
    window = desk.open(ECHO)
    lanes(desk, 4, samples=2)
    write(desk, "First.")
    desk.run()
    window.hide_lane("s3")
    write(desk, "Second.")
    desk.run()
    write(desk, "Third.")
    window.focus_lane(2)
    desk.press(Qt.Key.Key_Return, ALT)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM runs")) == 3)
    desk.settle()

    def seen() -> list[tuple[str, str, str, int]]:
        shown = window.slots()
        return [(s, desk.text(i), status(desk, s).kept, status(desk, s).samples) for i, s in enumerate(shown)]

    before = seen()
    assert before == [
        ("s0", "Second.", "#2", 2),
        ("s1", "Second.", "#2", 2),
        ("s2", "Third.", "", 2),
    ]
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: seen() == before)
    column = window.lanes.column("s0")
    assert column is not None
    assert column.header.params.shown() == "from #2 · 2 samples"
    window.focus_lane(0)
    window.actions["next_sample"].trigger()
    assert (status(desk, "s0").sample, desk.text(0)) == (2, "Second.")
    window.actions["show_lanes"].trigger()
    assert ("s3", "First.", "#1", 2) in seen()
    # Repeat it, starting from an answer that is already kept.
    window.focus_lane(0)
    desk.press(Qt.Key.Key_Return, ALT)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM runs")) == 4)
    desk.settle()
    before = seen()
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: seen() == before)
    assert before == [
        ("s0", "Third.", "", 2),
        ("s1", "Second.", "#2", 2),
        ("s2", "Third.", "#3", 2),
        ("s3", "First.", "#1", 2),
    ]  # fmt: skip


def test_restoring_a_run_restores_its_baseline_lanes(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    desk.ctrl(Qt.Key.Key_2)
    stored(desk, 1)
    window.lane_list.remove("s1")
    write(desk, "Third.")
    desk.run()
    window.view_row(desk.timeline()[1].uid)
    desk.until(lambda: window.slots() == ["s0", "s1", "s2"])
    assert desk.text(1) == "First text.", "answers of removed lanes are shown too"
    window.back()
    window.take_over_row(desk.timeline()[1].uid, branch=False)
    desk.until(lambda: window.slots() == ["s0", "s1", "s2"])
    assert [bool(lane.baseline) for lane in window.draft_lanes] == [False, True, False]
    assert standings(desk) == {"s0": "", "s1": "winner", "s2": ""}
    assert desk.text(1) == "First text."


def test_baseline_answer_is_compared_and_judged_only_while_shown(desk: Desk) -> None:
    with_baseline(desk)
    window = desk.window
    column = window.lanes.column("s1")
    assert column is not None
    window.mark(1)
    stored(desk, 1)
    window.command("diff_winner")
    desk.until(lambda: column.reading.mode == "diff")
    desk.until(lambda: column.reading.page.view.toPlainText() == "SecondFirst text.")  # type: ignore[attr-defined] # a page of differences
    window.hide_lane("s1")
    window.actions["tie"].trigger()
    stored(desk, 2)
    desk.until_rows([(2, 2, "model-0", 1), (2, 2, "model-2", 1)], JUDGED)
    window.actions["show_lanes"].trigger()
    assert standings(desk) == {"s0": "tie", "s1": "", "s2": "tie"}
