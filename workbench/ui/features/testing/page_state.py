"""What the head and the card of conclusions show of the tests.

Invariant: everything shown comes from the controller; nothing here keeps state.
"""

from __future__ import annotations

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.settings_form import settings_words
from workbench.app.testing.words import RunFace, about_words, estimate_words, progress_words, run_face
from workbench.core.text import counted
from workbench.ui.features.testing.head import SentenceCard, SuiteHead

_NO_CHECKS = "No checks yet, so nothing can pass or fail."


def show_head(head: SuiteHead, suites: SuiteController) -> None:
    """Show what is set up and how far it is."""
    overview, run, progress = suites.overview, suites.run, suites.progress
    tested = suites.tested
    columns = () if overview is None else overview.columns
    checks = 0 if overview is None else len(overview.settings.checks)
    head.show_size(tested.cases, len(columns), checks)
    head.show_sets(() if overview is None else overview.sets, suites.set_name)
    active = progress if progress is not None and progress.is_active else None
    cells = suites.estimate.cells if active is None else active.cells
    answered = cells - suites.estimate.new if active is None else active.answered
    # The budget stands in the settings, beside it.
    words = progress_words(cells, answered, suites.estimate, progress, "") if run is not None or cells else ""
    head.show_progress(words, answered, cells, 0 if run is None else run.round)
    head.show_settings("" if overview is None else settings_words(overview.settings))
    head.show_face(run_buttons(suites))
    can_run = overview is not None and tested.cases > 0 and bool(columns)
    head.run.setVisible(can_run)
    head.bar.setVisible(can_run)


def show_conclusions(card: SentenceCard, suites: SuiteController) -> str:
    """Show what came of the run, and return the name of the next step that the card offers."""
    report = suites.figures.report
    has_run = suites.run is not None and suites.overview is not None
    checks = 0 if suites.overview is None else suites.overview.checks
    if not has_run or not checks:
        card.say((_NO_CHECKS,) if has_run else (), "", "Add checks")
        return "checks"
    if report is None:
        card.say(())
        return "holdout"
    link = ""
    if suites.holdout is not None and suites.set_name == "tuning" and not suites.is_running:
        words = estimate_words(suites.holdout)
        link = f"Run the hold-out, {counted(suites.holdout.new, 'call')}{', about ' if words else ''}{words}"
    card.say(report.sentences, about_words(report.set_words, holdout_open=bool(suites.holdout)), link)
    return "holdout"


def run_buttons(suites: SuiteController) -> RunFace:
    """Return what the main button and those beside it do now."""
    failed = suites.figures.counts.failed_calls
    return run_face(suites.estimate, suites.progress, failed, outdated=suites.is_outdated)
