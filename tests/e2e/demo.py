"""`make demo`: the loop in the real window, by keys and clicks, with the built-in model.

`python -m tests.e2e.demo loop` stops after the first loop: run, verdict, edit, run, back.

Saves a picture of every step to build/demo/ and prints the steps with timings; exits with 1 when a step fails. It uses
the current display; `make demo` starts Xvfb where there is none, and runs the gallery afterwards.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.e2e.driving import ALT, CTRL, NARROW, OUT, SHIFT, WIDE, Demo, shown
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM


def _the_loop(demo: Demo) -> None:
    window = demo.window
    demo.picture("first-start")
    demo.until("the article's pair is in the timeline", lambda: window.timeline.rowCount() == 2)
    for line in ("Read-only: sample 2", "Read-only: sample 1"):
        demo.press(Qt.Key.Key_Left, ALT)
        demo.until(f"{line} is shown", lambda line=line: window.viewing_bar.text() == line)
    demo.picture("a-version-that-was-never-run")
    window.back()
    window.editor.focus_first()
    demo.run("streaming")
    states = {str(state) for (state,) in demo.rows("SELECT state FROM outputs")}
    demo.check("both lanes of the sample finished", states == {"finished"})
    refined = str(demo.rows("SELECT text FROM outputs ORDER BY lane DESC LIMIT 1")[0][0])
    demo.say(f"the refined prompt's answer: {refined.strip()[:100]!r}")
    demo.press(Qt.Key.Key_2, CTRL)
    demo.until("the verdict is stored", lambda: demo.rows("SELECT 1 FROM verdicts"))
    demo.picture("winner")

    window.editor.focus_first()
    for letter in "Be brief. ":
        QTest.keyClicks(QApplication.focusWidget(), letter)
    demo.run()
    demo.check("two iterations are in the timeline", [row.number for row in demo.iterations()] == [2, 1])
    demo.picture("edited-and-run-again")

    demo.press(Qt.Key.Key_Left, ALT)
    demo.until("the first iteration is shown", lambda: window.viewing is not None)
    demo.picture("a-past-iteration")
    demo.press(Qt.Key.Key_O, CTRL | SHIFT)
    demo.until("the draft is back", lambda: window.viewing is None)
    text = window.editor.content().messages[0].text
    demo.check("the restored text lacks the edit", not text.startswith("Be brief."))
    demo.picture("restored")


def _failures_and_many_lanes(demo: Demo) -> None:
    window, lanes = demo.window, demo.window.lane_list
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "openai/gpt-5-mini")
    lanes.set_label(lanes.lanes[0].slot, "")
    window.editor.focus_first()
    demo.run()
    codes = [code for (code,) in demo.rows("SELECT error_code FROM outputs ORDER BY id DESC LIMIT 2")]
    demo.check(
        "a lane without a key failed with a sentence, the other one did not", "no_key" in codes and None in codes
    )
    demo.picture("a-lane-without-a-key")

    lanes.remove(lanes.lanes[0].slot)
    for _ in range(11):
        lanes.add(ECHO, ECHO_MODEL)
    window.editor.focus_first()
    demo.run()
    demo.check("twelve lanes ended", len(demo.rows("SELECT 1 FROM outputs ORDER BY id DESC LIMIT 12")) == 12)
    demo.until("the next run is foreseen", lambda: (seen := window.forecasts.latest) and len(seen.lanes) == 12)
    demo.picture("twelve-lanes")
    window.focus_lane(11)
    demo.picture("the-twelfth-lane")
    demo.resize(NARROW)
    demo.picture("twelve-lanes-narrow")
    demo.resize(WIDE)


def _looks(demo: Demo) -> None:
    window, compose = demo.window, demo.window.session
    compose.past.look_at(demo.iterations()[-1].uid)
    demo.until("the first iteration is shown", lambda: compose.viewing is not None)
    window.take_over(branch=True)
    window.notice.hide()
    demo.until("the next run is foreseen", lambda: window.forecasts.latest is not None)
    for name, mode, size in (
        ("light-wide", "light", WIDE),
        ("dark-wide", "dark", WIDE),
        ("dark-narrow", "dark", NARROW),
        ("light-narrow", "light", NARROW),
    ):
        window.theme.set_mode(mode)  # type: ignore[arg-type] # one of the modes, by the table above
        demo.resize(size)
        demo.picture(name)
    demo.resize(WIDE)
    window.theme.set_mode("light")


def main() -> int:
    """Run the demo; return 0 when every step succeeded."""
    parts = (_the_loop,) if sys.argv[1:] == ["loop"] else (_the_loop, _failures_and_many_lanes, _looks)
    return shown(parts, QApplication(sys.argv[:1]), OUT)


if __name__ == "__main__":
    sys.exit(main())
