"""Checks for all cases of a prompt are saved beside its other test settings."""

from __future__ import annotations

from types import SimpleNamespace

from workbench.core.cases import Check
from workbench.core.testing.settings import SuiteSettings
from workbench.usecases.prompt_checks import PromptChecks, SessionSuiteSettings, suite_settings_of

LATE = Check("contains", value='"late"')


def test_other_settings_stay() -> None:
    store = SessionSuiteSettings()
    store.save_settings("p", SuiteSettings(samples=3), "now")
    checks = PromptChecks(store, lambda: "later")
    assert checks.of("p") == ()
    checks.save("p", (LATE,))
    assert store.settings("p") == SuiteSettings((LATE,), samples=3)
    assert checks.of("other") == ()


def test_settings_are_those_of_the_history_if_it_has_some() -> None:
    own = SessionSuiteSettings()
    assert suite_settings_of(SimpleNamespace(tests=own)) is own
    assert suite_settings_of(SimpleNamespace()).settings("p") == SuiteSettings()
