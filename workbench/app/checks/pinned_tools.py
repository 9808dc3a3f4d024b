"""Tools of the versions that lanes were pinned to, for checks of their answers.

Invariant: versions are immutable, so each is read once; the last request is answered, and no earlier one after it.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.lanes.shown_answers import ShownAnswers, with_tools
from workbench.app.tasks import BackgroundTasks
from workbench.core.blocks import Tool

_MOST_KEPT = 100
ReadTools = Callable[[str, int], tuple[Tool, ...]]
"""(prompt uid, number of a version) → the tools that its models could call; blocks."""


class PinnedTools:
    """Completes shown answers with the tools of pinned lanes, off the UI thread if a version is not read yet."""

    def __init__(self, tasks: BackgroundTasks, read: ReadTools) -> None:
        self._tasks, self._read = tasks, read
        self._known: dict[tuple[str, int], tuple[Tool, ...]] = {}
        self._wanted = 0

    def complete(self, prompt_uid: str, shown: ShownAnswers, then: Callable[[ShownAnswers], object]) -> None:
        """Call `then` with the answers including their tools; at once if all versions are known."""
        self._wanted += 1
        wanted = self._wanted
        numbers = {one.pinned for one in shown.answers if one.pinned is not None}
        new = [number for number in numbers if (prompt_uid, number) not in self._known]

        def tell() -> None:
            then(with_tools(shown, {number: self._known[prompt_uid, number] for number in numbers}))

        def take(found: list[tuple[Tool, ...]]) -> None:
            for number, tools in zip(new, found, strict=True):
                self._known[prompt_uid, number] = tools
            if wanted == self._wanted:
                tell()
                while len(self._known) > _MOST_KEPT:
                    del self._known[next(iter(self._known))]

        if new:
            self._tasks.run(lambda: [self._read(prompt_uid, number) for number in new], take)
        else:
            tell()
