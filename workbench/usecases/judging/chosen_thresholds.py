"""Using the threshold that labels suggest for a check of a decision model.

Invariant: a label says whether an answer is good, whatever the threshold is, so labels of the check count for the
changed one as well, chosen as they were. Everything blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from workbench.core.cases import Case, Check
from workbench.core.judging.check_thresholds import with_threshold
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.settings import SuiteSettings
from workbench.store import Store
from workbench.store.judging.records import LabelStart


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """What a changed threshold replaced: the settings of the tests, and the cases with such a check of their own."""

    prompt_uid: str
    settings: SuiteSettings
    cases: tuple[Case, ...]


class ChosenThresholds:
    """Changes the thresholds of checks, and takes that back. Blocks."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    def use(self, prompt_uid: str, check: Check, threshold: float) -> ThresholdChange:
        """Let a check of a prompt's tests pass from `threshold` on; return what was before. Raises StoreError."""
        store, hash_ = self._store, check_hash(check)
        settings = store.tests.settings(prompt_uid)
        cases = store.packs.cases(prompt_uid)
        changed = [replace(case, checks=with_threshold(case.checks, hash_, threshold)) for case in cases]
        pairs = [(old, new) for old, new in zip(cases, changed, strict=True) if old != new]
        self._keep_labels(prompt_uid, hash_, check_hash(replace(check, threshold=threshold)))
        checks = with_threshold(settings.checks, hash_, threshold)
        self._save(prompt_uid, replace(settings, checks=checks), [new for _, new in pairs])
        return ThresholdChange(prompt_uid, settings, tuple(old for old, _ in pairs))

    def undo(self, change: ThresholdChange) -> None:
        """Put the checks back. Raises StoreError."""
        settings = replace(self._store.tests.settings(change.prompt_uid), checks=change.settings.checks)
        self._save(change.prompt_uid, settings, list(change.cases))

    def _save(self, prompt_uid: str, settings: SuiteSettings, cases: list[Case]) -> None:
        for case in cases:
            self._store.packs.change_case(prompt_uid, case).result()
        self._store.tests.save_settings(prompt_uid, settings, self._now()).result()

    def _keep_labels(self, prompt_uid: str, old: str, new: str) -> None:
        known = {label.output_uid for label in self._store.judges.prompt_labels(prompt_uid, new)}
        starts = defaultdict[str, list[LabelStart]](list)
        for label in self._store.judges.prompt_labels(prompt_uid, old):
            if label.output_uid not in known:
                made = LabelStart(self._new_uid(), label.output_uid, new, label.label, label.picked, label.note)
                starts[label.run_uid].append(made)
        for run, labels in starts.items():
            self._store.judges.add_labels(run, labels, self._now()).result()
