"""Parts of the history that are imported when they are first used, after the first paint."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.store.connections import Readers
    from workbench.store.decide.records import DecideRecords
    from workbench.store.judging.judge_records import JudgeRecords
    from workbench.store.testing.suite_records import SuiteRecords, WriteWork


class LazyRecords:
    """Makes the parts that import the checks, on first use."""

    _readers: Readers
    _write: WriteWork

    @functools.cached_property
    def tests(self) -> SuiteRecords:
        """Test runs."""
        from workbench.store.testing.suite_records import SuiteRecords

        return SuiteRecords(self._readers, self._write)

    @functools.cached_property
    def judges(self) -> JudgeRecords:
        """Judges of checks, and the labels that measure them."""
        from workbench.store.judging.judge_records import JudgeRecords

        return JudgeRecords(self._readers, self._write)

    @functools.cached_property
    def decide(self) -> DecideRecords:
        """Goals and evidence of prompts."""
        from workbench.store.decide.records import DecideRecords

        return DecideRecords(self._readers, self._write)
