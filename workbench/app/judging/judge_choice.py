"""Choosing the judge of a prompt's tests.

Invariant: no judge is chosen silently; that a judge is tested, too, is said when it is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.lanes import ECHO, ECHO_MODEL, Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.core.visible_text import visible_name
from workbench.engine.calls import CallTask
from workbench.store.testing.suite_records import SuiteRecords


def judge_start(settings: SuiteSettings, lanes: Iterable[Lane], task: CallTask = "chat") -> Lane:
    """Return the lane on whose model the list of models opens: the judge, a tested model, or one of `lanes`.

    For another task it has no model, because those write.
    """
    if task != "chat":
        return Lane("judge", "", "")
    known = (settings.judge.lane, *settings.columns, *lanes)
    first = next((lane for lane in known if lane is not None), Lane("judge", ECHO, ECHO_MODEL))
    return Lane("judge", first.endpoint, first.model)


def judge_tested_words(judge: JudgeSettings, columns: Sequence[Lane]) -> str:
    """Return a sentence about a judge model that is tested, too; "" if it is not."""
    if judge.lane is None:
        return ""
    from workbench.usecases.judging.judge_models import tested_words

    return tested_words((judge.lane,), columns)


def chosen_words(settings: SuiteSettings) -> str:
    """Return what is said once a judge was chosen, with a warning if it is tested, too."""
    lane = settings.judge.lane
    name = "" if lane is None else visible_name(lane.title)
    tested = judge_tested_words(settings.judge, settings.columns)
    return " ".join(filter(None, (f"{name} judges the answers of this prompt's tests.", tested)))


def embedding_words(settings: SuiteSettings) -> str:
    """Return what is said once an embedding model was chosen."""
    lane = settings.judge.embedding
    return f"{'' if lane is None else visible_name(lane.title)} compares meanings in this prompt's tests."


class JudgeChoices:
    """Reads and stores who judges a prompt's tests. Blocks."""

    def __init__(self, records: SuiteRecords, now: Callable[[], str]) -> None:
        self._records, self._now = records, now

    def settings(self, prompt_uid: str) -> SuiteSettings:
        """Return the settings of a prompt's tests. Raises StoreError."""
        return self._records.settings(prompt_uid)

    def change(self, prompt_uid: str, change: Callable[[JudgeSettings], JudgeSettings]) -> SuiteSettings:
        """Store a changed judge, and return the settings. Raises StoreError."""
        settings = self._records.settings(prompt_uid)
        changed = replace(settings, judge=change(settings.judge))
        saved: Future[None] = self._records.save_settings(prompt_uid, changed, self._now())
        saved.result()
        return changed
