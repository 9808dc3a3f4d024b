"""Scenes of Rank: no ranking yet, a ranking in every size, and pairs to judge."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.e2e.driving import NARROW, WIDE, Demo
from tests.e2e.scenes.staging import command, shots
from tests.usecases.judged_history import MODELS, runs, sitting
from workbench.ui.features.rank.view import RankView

MARKDOWN = (
    "## Order {order}\n\nIt is **on its way** and should arrive on Friday.\n\n1. Open the tracking link.\n"
    "2. Look at the date, which may change once more.\n\nVersion {version} says so in answer {number}."
)

LONG = (
    "A long paragraph goes on and on, with a_very_long_word_that_nothing_breaks_"
    + "x" * 60
    + " in its middle, and says"
    " the same once more. "
)


def ranking(demo: Demo) -> None:
    """A prompt without verdicts, then one with many."""
    window = demo.window
    window.prompts.create("Order status bot, judged")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    view = _entered(demo)
    shots(demo, "rank-empty", narrow=True)
    store, prompt = window.store, window.prompt_uid
    runs(store, prompt, 60, versions=3, answer=MARKDOWN)
    runs(store, prompt, 9, versions=3, models=(MODELS[0], "local/SmolLM2-135M"), seed=3, answer=MARKDOWN)
    sitting(store, prompt, 80)
    window.refresh()
    window.rank.refresh()
    demo.until("the table is there", view.table.isVisible)
    shots(demo, "rank", narrow=True)
    view.fold.setChecked(True)
    shots(demo, "rank-how", narrow=True)
    view.fold.setChecked(False)
    for scale in (0.8, 2.0):
        window.theme.set_scale(scale)
        for name, size in (("wide", WIDE), ("narrow", NARROW)):
            demo.resize(size)
            demo.picture(f"rank-{scale:.0%}-{name}")
    window.theme.set_scale(1.0)
    demo.resize(WIDE)
    command(demo, "group_model")
    demo.until("models are ranked", lambda: len(view.table_model.rows) == 3)
    shots(demo, "rank-models", ("light",))
    command(demo, "group_technique")
    demo.until("nothing is marked", lambda: "No judged version" in view.instead.text())
    shots(demo, "rank-techniques-none", ("light",))
    for number, key, name in ((2, "role", "Role"), (3, "role", "Role"), (3, "self-check", "Self-check")):
        store.techniques.say(prompt, number, key, name, used=True).result(60)
    window.rank.refresh()
    demo.until("techniques are ranked", view.table.isVisible)
    shots(demo, "rank-techniques", narrow=True)
    window.theme.set_scale(2.0)
    demo.resize(NARROW)
    demo.picture("rank-techniques-200%-narrow")
    window.theme.set_scale(1.0)
    demo.resize(WIDE)
    command(demo, "group_both")


def judging(demo: Demo) -> None:
    """Pairs of the queue, and the end of the queue."""
    window = demo.window
    _entered(demo)
    command(demo, "judge")
    sittings = window.judging_session
    demo.until("a pair is shown", lambda: sittings.shown)
    shots(demo, "judge", narrow=True)
    demo.press(Qt.Key.Key_1)
    demo.until("a pair is shown", lambda: sittings.shown)
    page = window.rank_view
    assert page is not None
    demo.press(Qt.Key.Key_P)
    demo.press(Qt.Key.Key_R)
    demo.until("the prompt is read", page.judging.prompt.toPlainText)
    shots(demo, "judge-unfolded", narrow=True)
    page.judging.show_prompt(f"System\n{LONG * 8}\n\nUser\n{{{{order}}}}")
    page.judging.show_pair(f"# Left\n\n{LONG * 20}", f"# Right\n\n{LONG}", [("order", LONG), ("question", LONG * 3)])
    shots(demo, "judge-long", narrow=True)
    demo.press(Qt.Key.Key_P)
    demo.press(Qt.Key.Key_R)
    for _ in range(25):
        demo.until("a pair is shown", lambda: sittings.shown)
        demo.press(Qt.Key.Key_1)
    shots(demo, "judge-later", ("dark",))
    window.theme.set_scale(2.0)
    demo.resize(NARROW)
    demo.picture("judge-200%-narrow")
    demo.resize(WIDE)
    window.theme.set_scale(1.0)
    demo.press(Qt.Key.Key_Escape)
    command(demo, "view_compose")


def _entered(demo: Demo) -> RankView:
    command(demo, "view_rank")
    view = demo.window.rank_view
    assert view is not None
    demo.until("the verdicts are counted", view.pill.text)
    return view
