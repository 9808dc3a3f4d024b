"""Undo and redo of verdicts and edits in any order, compared with a list of states."""

from __future__ import annotations

from random import Random

import pytest
from PySide6.QtCore import Qt

from tests import depth
from tests.ui.desk import Desk
from tests.ui.rank_support import judging, opened, ready, view
from tests.ui.verdict_support import (
    in_a_lane,
    in_find,
    in_the_message,
    in_the_name_of_a_lane,
    ran,
    redo,
    texts,
    undo,
    verdicts,
)
from tests.usecases.judged_history import runs
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.judgements import compare
from workbench.usecases.entrants import judgement_of

pytestmark = pytest.mark.window
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
STEPS = 50


def shown(desk: Desk) -> tuple[object, ...]:
    """Return the state that undo changes: verdict, text, values and names of lanes."""
    verdict, names = desk.window.verdict, tuple(lane.label for lane in desk.window.lane_list.lanes)
    return verdict.kind, verdict.positions, texts(desk), tuple(desk.window.values.all_values().items()), names


def in_a_value(desk: Desk) -> None:
    desk.window.values.focus(desk.window.editor.variables()[0])
    desk.press(Key.Key_End, CTRL)


def judge(desk: Desk, random: Random) -> None:
    random.choice((in_the_message, in_a_value, in_a_lane))(desk)
    random.choice(
        (
            lambda: desk.ctrl(Key.Key_1),
            lambda: desk.ctrl(Key.Key_2),
            desk.window.actions["tie"].trigger,
            desk.window.actions["all_bad"].trigger,
        )
    )()


@pytest.mark.parametrize("seed", depth.seeds(1, 30))
def test_edits_and_verdicts_share_one_undo_history(desk: Desk, seed: int) -> None:
    random = Random(seed)
    ran(desk)
    done, undone, last = [shown(desk)], list[tuple[object, ...]](), ""
    for number in range(STEPS):
        step = random.choice(["text", "value", "verdict", "verdict", *["undo"] * 3, "redo", "redo", "elsewhere"])
        if step == last:
            # Consecutive letters are one undo step.
            continue
        if step in ("text", "value"):
            (in_the_message if step == "text" else in_a_value)(desk)
            desk.type(chr(ord("a") + number % 26))
        elif step == "verdict":
            judge(desk, random)
        elif step == "elsewhere":
            random.choice((in_find, in_the_name_of_a_lane))(desk)
        else:
            # A text field would take the key for its own undo.
            in_a_lane(desk)
            (undo if step == "undo" else redo)(desk)
        if step in ("text", "value", "verdict") or (step == "elsewhere" and shown(desk) != done[-1]):
            undone.clear()
            done.append(shown(desk))
            last = step if step in ("text", "value") else ""
        elif step == "undo" and len(done) > 1:
            undone.append(done.pop())
            last = ""
        elif step == "redo" and undone:
            done.append(undone.pop())
            last = ""
        assert shown(desk) == done[-1], (number, step)
    verdicts(desk)
    desk.until_rows([(done[-1][0],)], "SELECT verdict FROM runs")


@pytest.mark.parametrize("seed", depth.seeds(0, 20))
def test_judged_entrants_stay_connected_after_any_skips_and_undos(desk: Desk, seed: int) -> None:
    random = Random(seed)
    versions = random.choice((2, 3, 5, 7))
    window = opened(desk, lambda store, prompt: runs(store, prompt, 14, versions=versions, judged=False))
    view(desk)
    judging(desk)
    sittings = window.judging_session
    skipped: list[object] = []
    for number in range(STEPS):
        ready(desk)
        pair, judged, redoes = sittings.shown, sittings.judged, sittings.can_redo
        assert pair is not None
        assert pair.left != pair.right
        key = random.choice([Key.Key_1, Key.Key_2, Key.Key_0, Key.Key_Minus, Key.Key_S, *[Key.Key_Z, Key.Key_Y] * 2])
        desk.press(key, *([CTRL] if key in (Key.Key_Z, Key.Key_Y) else []))
        if key == Key.Key_Z:
            ready(desk)
            assert sittings.shown is not None
            skipped = [one for one in skipped if one is not sittings.shown.pair.candidate]
        elif key == Key.Key_S or (key == Key.Key_Y and redoes and sittings.judged == judged):
            skipped.append(pair.pair.candidate)
        elif key != Key.Key_Y:
            assert pair.pair.candidate not in skipped, number
        window.store.set_meta("written", "").result(60)
        stored = window.store.judgements.verdicts(window.prompt_uid)
        assert len(stored) == sittings.judged, number
        if any(verdict.kind != "all_bad" for verdict in stored):
            assert sittings._sitting is not None
            maker = sittings._sitting._maker
            assert len(fit(compare(judgement_of(verdict, maker) for verdict in stored)).groups) == 1, number
