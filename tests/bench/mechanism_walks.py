"""What the mechanisms for speed are for, done in the real window: `python -m tests.bench.mechanism_walks WALK`.

Prints the line of `walking`, with what took how many ms.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.history_window import _press
from tests.bench.walking import Steps, Walk, go

PRELOADED_MS = 3500
"""What is prepared before anybody goes there is prepared by then."""
LOOKS = ("theme_dark", "theme_light", "zoom_in", "zoom_out")
DIALOGS = ("palette", "settings", "models")


class Noted(Walk):
    """A walk that notes how long it takes from an action to a paint, and how long collections of garbage take."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._began_ns = 0
        self.longest: dict[str, float] = {}
        """The longest collection of each step on any thread, in ms of processor time."""
        self.step = "nothing"
        self.told["longest collection"] = self.longest
        gc.callbacks.append(self._note_collection)

    def _note_collection(self, phase: str, info: object) -> None:
        if phase == "start":
            self._began_ns = time.thread_time_ns()
        else:
            took = (time.thread_time_ns() - self._began_ns) / 1e6
            self.longest[self.step] = max(self.longest.get(self.step, 0.0), took)

    def timed(
        self, name: str, act: Callable[[], object], until: Callable[[], bool], target: Callable[[], QWidget]
    ) -> Steps:
        """Act, wait until something holds and `target` is painted; note the ms, and gaps of the same name."""
        self.step = name
        self.gaps.begin(name)
        began, used = time.monotonic_ns(), time.thread_time_ns()
        act()
        yield until
        yield self.painted(target())
        self._note(name, time.monotonic_ns() - began)
        # What others do on the machine does not change the processor time of the UI thread much.
        self._note(f"{name}, processor", time.thread_time_ns() - used)
        yield self.calm()

    def _note(self, name: str, ns: int) -> None:
        took = self.told.setdefault(name, [])
        assert isinstance(took, list)
        took.append(ns / 1e6)

    def rank_heading(self) -> QWidget:
        """Return a part of the shown Rank page that is painted whenever it is; what is covered is not."""
        view = self.product.rank_view
        assert view is not None
        return view.heading


class ViewsWalk(Noted):
    """Goes to the other views and opens dialogs, for the first time and again."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(PRELOADED_MS)
        for view in ("history", "rank"):
            yield from self._go(f"{view} first", view)
        for _ in range(4):
            for view in ("history", "rank"):
                yield from self._go(f"{view} again", view)
        for name in DIALOGS:
            yield from self._open(name)

    def _go(self, name: str, view: str) -> Steps:
        views = self.product.views

        def has_rows() -> bool:
            page = self.product.history_view
            return view != "history" or (page is not None and page.model.rowCount() > 0)

        yield from self.timed(
            name, lambda: views.show(view), has_rows, views.here if view == "history" else self.rank_heading
        )
        views.show("compose")
        yield self.calm()

    def _open(self, name: str) -> Steps:
        product = self.product
        acts: dict[str, Callable[[], object]] = {
            "palette": lambda: product.actions["palette"].trigger(),
            "settings": lambda: product.actions["settings"].trigger(),
            "models": lambda: product.dialogs.show_picker(product.slots()[0]),
        }

        def dialog() -> QWidget | None:
            shown = product.dialogs
            return {"palette": shown.palette, "settings": shown.settings, "models": shown.picker}[name]

        def is_open() -> bool:
            found = dialog()
            return found is not None and found.isVisible()

        def target() -> QWidget:
            found = dialog()
            assert found is not None
            return found

        yield from self.timed(f"{name} first", acts[name], is_open, target)
        target().close()
        yield self.calm()


class LooksWalk(Noted):
    """Changes theme and text size after the History and Rank have been seen."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(PRELOADED_MS)
        for view in ("history", "rank", "compose"):
            self.product.views.show(view)
            yield self.calm(400)
        viewport = self.product.editor.first_viewport()
        for look in LOOKS:
            yield from self.timed(look, self.product.actions[look].trigger, lambda: True, lambda: viewport)
            yield self.calm(400)
        self.product.actions["theme_dark"].trigger()
        yield from self.timed(
            "history after a change", lambda: self.product.views.show("history"), lambda: True, self.product.views.here
        )


class PromptsWalk(Noted):
    """Opens prompts with answers in many lanes, and steps through their iterations.

    BENCH_PROMPTS holds "name=uid=lanes" of each, separated by commas.
    """

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(1000)
        prompts = [one.split("=") for one in os.environ["BENCH_PROMPTS"].split(",")]
        for name, uid, lanes in prompts[1:]:
            yield from self._open(name, uid, int(lanes))

    def _open(self, name: str, uid: str, lanes: int) -> Steps:
        product = self.product

        def is_shown() -> bool:
            slots = product.lanes.slots()
            return (
                product.prompt_uid == uid
                and product.is_ready
                and len(slots) == lanes
                and bool(product.lanes.text(slots[0]))
                and not product.lanes.is_catching_up
            )

        yield from self.timed(f"open {name}", lambda: product.choose_prompt(uid), is_shown, lambda: product.lanes)
        yield self.calm(200)
        for _ in range(2):
            before = product.viewing

            def is_stepped(before: object = before) -> bool:
                slots = product.lanes.slots()
                return (
                    product.viewing is not None
                    and product.viewing is not before
                    and bool(slots)
                    and bool(product.lanes.text(slots[0]))
                    and not product.lanes.is_catching_up
                )

            yield from self.timed(f"step {name}", lambda: product.step(1), is_stepped, lambda: product.lanes)
            yield self.calm(200)
        product.back()
        yield self.calm(200)


class LargeRunWalk(Noted):
    """Runs a prompt of 300 kB several times, with another letter each time."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(1000)
        product = self.product
        product.editor.focus_first()
        field = product.editor.blocks[0].field
        for number in range(6):
            _press(field, Qt.Key.Key_X, "x")
            yield self.calm(400)
            self.step = f"run {number}"
            self.gaps.begin(self.step)
            product.run()
            yield self.calm(100)
            yield lambda: not product.is_running()
            yield self.calm(200)
            self.gaps.begin("nothing")


class RankWalk(Noted):
    """Goes to Rank over many verdicts, and judges a few pairs."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(PRELOADED_MS)
        ranked: list[object] = []
        product = self.product
        product.rank.rank.ranked.connect(ranked.append)
        yield from self.timed(
            "first ranking", lambda: product.views.show("rank"), lambda: bool(ranked), self.rank_heading
        )
        yield self.calm(300)
        sittings = product.rank.sittings
        self.step = "queue"
        self.gaps.begin("queue")
        product.rank.judge()
        yield lambda: sittings.state == "showing"
        for number in range(5):
            shown = sittings.shown
            sittings.judge("winner", 1 + number % 2)
            yield lambda shown=shown: sittings.state == "showing" and sittings.shown is not shown  # type: ignore[misc]
        before = len(ranked)
        product.rank.end()
        yield lambda: len(ranked) > before
        yield self.calm(300)


class PasteWalk(Noted):
    """Pastes texts of several sizes over the first message; types a letter after each."""

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        yield self.calm(1500)
        field = self.product.editor.blocks[0].field
        for name, text in (
            ("300 kB", ("Words of a line, and some more of them.\n" * 7_500)),
            ("1 MB", ("Words of a line, and some more of them.\n" * 25_000)),
            ("5 MB", ("Words of a line, and some more of them.\n" * 125_000)),
            ("1 MB in one line", "Words of a line, and some more. " * 31_250),
        ):
            field.selectAll()
            QApplication.clipboard().setText(text)
            yield from self.timed(f"paste {name}", field.paste, lambda: True, field.viewport)
            yield lambda: not field.record.is_incomplete
            yield self.calm(600)
            yield from self.timed(
                f"key after {name}", lambda: _press(field, Qt.Key.Key_X, "x"), lambda: True, field.viewport
            )


WALKS: dict[str, type[Walk]] = {
    "views": ViewsWalk,
    "looks": LooksWalk,
    "prompts": PromptsWalk,
    "large_run": LargeRunWalk,
    "rank": RankWalk,
    "paste": PasteWalk,
}

if __name__ == "__main__":
    sys.exit(go(WALKS[sys.argv[1]]))
