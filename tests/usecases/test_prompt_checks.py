"""Checks for all cases of a prompt are saved beside its other test settings."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.store.making import NOW, opened
from workbench.core.cases import SET, Check
from workbench.core.testing.settings import SuiteSettings
from workbench.usecases.prompt_checks import PromptChecks

LATE = Check("contains", True, '"late"', weight=2.0)


def test_checks_are_stored_and_other_settings_stay(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "history.db")) as store:
        for uid in ("p", "other"):
            store.create_prompt(uid, uid, NOW).result()
        store.tests.save_settings("p", SuiteSettings(samples=3), NOW).result()
        checks = PromptChecks(store.tests, lambda: NOW)
        assert checks.of("p") == ()
        checks.save("p", (LATE, Check(SET, checks=(LATE,))))
        assert store.tests.settings("p") == SuiteSettings((LATE, Check(SET, checks=(LATE,))), samples=3)
        assert checks.of("other") == ()
    with closing(opened(tmp_path / "history.db")) as store:
        assert PromptChecks(store.tests, lambda: NOW).of("p") == (LATE, Check(SET, checks=(LATE,)))
